import { Argument, type Command } from 'commander';
import { type Cli, cliFor, type GlobalOptions } from '../cli';
import type { ExitCode } from '../exit';
import { type Flags, optionsOf } from './options';

type ArgumentIn<One extends string> = One extends `<${string}...>` | `[${string}...]`
  ? readonly string[]
  : One extends `[${string}]`
    ? readonly [given?: string]
    : readonly [given: string];

/** The arguments for `<customer>`, `<id> [delivery]` or `<file...>`. */
type ArgumentsIn<Names extends string> = Names extends `${infer First} ${infer Rest}`
  ? readonly [...ArgumentIn<First>, ...ArgumentsIn<Rest>]
  : Names extends ''
    ? readonly []
    : ArgumentIn<Names>;

export interface Declaration<Options, Names extends string> {
  readonly name: string;
  /** Its group runs it when no command of the group is named. */
  readonly isDefault?: true;
  /** `<customer>`, `[file...]`. */
  readonly arguments?: Names;
  /** The only argument, where it takes one of a few values. */
  readonly oneOf?: { readonly description: string; readonly choices: readonly string[] };
  readonly does: string;
  readonly options?: Flags<Options>;
  /** Command lines without `rapport`. */
  readonly examples: readonly string[];
  /** More to say in `--help`, above the examples. */
  readonly details?: string;
  /**
   * Loads the command's module and runs it: what a command does not need is never loaded. Gives an exit code other than 0
   * where the answer is no.
   */
  readonly run: (
    cli: Cli,
    args: string extends Names ? readonly [] : ArgumentsIn<Names>,
    options: Options,
  ) => Promise<ExitCode> | Promise<void>;
}

/** Adds a command to `parent`. */
export const declare = <Options, const Names extends string>(
  parent: Command,
  signal: AbortSignal,
  declaration: Declaration<Options, Names>,
): Command => {
  const { name, isDefault, arguments: names, oneOf, does, options = {}, examples, details, run } = declaration;
  const command = parent.command(names === undefined || oneOf !== undefined ? name : `${name} ${names}`, { isDefault });
  command.description(does);
  if (names !== undefined && oneOf !== undefined)
    command.addArgument(new Argument(names, oneOf.description).choices(oneOf.choices));
  for (const option of optionsOf(options)) command.addOption(option);
  const lines = examples.map((example) => `  $ rapport ${example}`);
  const more = details === undefined ? '' : `\n${details}\n`;
  command.addHelpText('after', `${more}\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`);
  command.action(async () => {
    // Commander has checked what was given against the declaration.
    const args = command.args as unknown as Parameters<typeof run>[1];
    const code = await run(cliFor(command.optsWithGlobals<GlobalOptions>(), signal), args, command.opts() as Options);
    if (typeof code === 'number') process.exitCode = code;
  });
  return command;
};

export const group = (parent: Command, name: string, does: string): Command => parent.command(name).description(does);
