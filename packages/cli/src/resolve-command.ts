import { nearestName } from '@rapport/domain';
import type { Command } from 'commander';

const HELP = 'help';

/**
 * The arguments to parse, once it is known that they name a command that there is. Looked at first, because otherwise
 * `--help`, `help` and the default command of a group hide that a name is unknown. `help NAME` becomes `NAME --help`.
 *
 * Ends the command as wrong use for an unknown name, with a suggestion.
 */
export const resolveCommand = (program: Command, args: readonly string[]): readonly string[] => {
  const path: string[] = [];
  let command = program;
  let rest = args;
  while (command.commands.length > 0) {
    const { operands, unknown } = command.parseOptions([...rest]);
    const [name, ...others] = operands;
    if (name === undefined) return args;
    rest = [...others, ...unknown];
    if (name === HELP) return resolveCommand(program, [...path, ...rest, '--help']);
    command = command.commands.find((one) => one.name() === name) ?? refuse(command, name);
    path.push(name);
  }
  return args;
};

const refuse = (command: Command, name: string): never => {
  const nearest = nearestName(
    name,
    command.commands.map((one) => one.name()),
  );
  const meant = nearest === undefined ? '' : `\n(Did you mean ${nearest}?)`;
  return command.error(`error: unknown command '${name}'${meant}`, { code: 'commander.unknownCommand' });
};
