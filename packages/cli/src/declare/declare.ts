import { type Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { type Cli, cliFor, type GlobalOptions } from '../cli';
import type { ExitCode } from '../exit';

/** What a command does, once its module is loaded; an exit code other than 0 where the answer is no. */
// biome-ignore lint/suspicious/noExplicitAny: commander gives options as it parsed them; each command names its own
export type Run = (cli: Cli, args: readonly string[], options: any) => Promise<ExitCode> | Promise<void>;

export interface Declaration {
  readonly name: string;
  /** What its group does when no command of it is named. */
  readonly isDefault?: true;
  /** `<customer>`, `[file...]`; or made, where only some values are known. */
  readonly arguments?: string | readonly Argument[];
  readonly does: string;
  readonly options?: readonly Option[];
  /** Command lines without `rapport`. */
  readonly examples: readonly string[];
  /** More to say in `--help`, above the examples. */
  readonly details?: string;
  /** Loads the command's module and runs it: what a command does not need is never loaded. */
  readonly run: Run;
}

/** Adds a command to `parent`. */
export const declare = (parent: Command, signal: AbortSignal, declaration: Declaration): Command => {
  const command = parent.command(
    typeof declaration.arguments === 'string' ? `${declaration.name} ${declaration.arguments}` : declaration.name,
    { isDefault: declaration.isDefault },
  );
  command.description(declaration.does);
  if (typeof declaration.arguments === 'object')
    for (const argument of declaration.arguments) command.addArgument(argument);
  for (const option of declaration.options ?? []) command.addOption(option);
  const lines = declaration.examples.map((example) => `  $ rapport ${example}`);
  const details = declaration.details === undefined ? '' : `\n${declaration.details}\n`;
  command.addHelpText('after', `${details}\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.join('\n')}`);
  command.action(async () => {
    const code = await declaration.run(
      cliFor(command.optsWithGlobals<GlobalOptions>(), signal),
      command.args,
      command.opts(),
    );
    if (typeof code === 'number') process.exitCode = code;
  });
  return command;
};

export const option = (flags: string, description: string): Option => new Option(flags, description);

/** Takes every value of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** As `collect`, of ids of a ruleset, which are composed; some terminals send letters and marks apart. */
export const collectIds = (value: string, before?: readonly string[]): readonly string[] =>
  collect(value.normalize('NFC'), before);

/** As `collect`, of values that are known. */
export const among =
  (known: readonly string[]) =>
  (value: string, before?: readonly string[]): readonly string[] => {
    if (!known.includes(value)) throw new InvalidArgumentError(`Allowed choices are ${known.join(', ')}.`);
    return collect(value, before);
  };

/** An option that takes a whole number of at least `least`. */
export const wholeNumber = (flags: string, description: string, least: number): Option =>
  new Option(flags, description).argParser((text) => {
    const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(
        least === Number.MIN_SAFE_INTEGER
          ? 'Expected a whole number.'
          : `Expected a whole number of at least ${least}.`,
      );
    return value;
  });

/** An option that takes a number within bounds. */
export const decimal = (flags: string, description: string, least: number, most: number): Option =>
  new Option(flags, description).argParser((text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
    return value;
  });

export const asOf = (): Option => option('--as-of <T>', 'as it was at T: an RFC 3339 instant, or a date (its end)');
export const knownAt = (): Option =>
  option('--known-at <T>', 'as it was known at T: what was recorded later is left out');
export const rulesetNamed = (): Option =>
  option(
    '--ruleset <file>',
    'answer by this ruleset: a file, or retail (default: the one in force, with --known-at the one in force then)',
  );

export const group = (parent: Command, name: string, does: string): Command => parent.command(name).description(does);
