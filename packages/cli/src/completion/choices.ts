/** The choices at each place of a command line, taken from the commands as they are declared. */
import type { Command, Option } from 'commander';

export interface Choice {
  readonly text: string;
  /** Its effect, in one line. */
  readonly does: string;
}

export interface OptionChoice {
  /** `-h`, `--help`. */
  readonly flags: readonly string[];
  readonly does: string;
  readonly takesValue: boolean;
  /** The values there are; empty where any will do, which is mostly a file. */
  readonly values: readonly string[];
}

/** A command with what may follow it. */
export interface Place {
  /** Names from the first command on, as `ruleset publish`; empty for `rapport` alone. */
  readonly path: string;
  readonly commands: readonly Choice[];
  /** Those that every command takes, too. */
  readonly options: readonly OptionChoice[];
}

const optionChoice = ({ short, long, description, required, optional, argChoices = [] }: Option): OptionChoice => ({
  flags: [short, long].filter((flag) => flag !== undefined),
  does: description,
  takesValue: required || optional,
  values: argChoices,
});

const HELP: OptionChoice = { flags: ['-h', '--help'], does: 'print this help', takesValue: false, values: [] };

export const placesOf = (program: Command): readonly Place[] => {
  const everywhere = [...program.options.map(optionChoice), HELP];
  const placesIn = (command: Command, path: readonly string[]): readonly Place[] => [
    {
      path: path.join(' '),
      commands: command.commands.map((one) => ({ text: one.name(), does: one.description() })),
      options: command === program ? everywhere : [...command.options.map(optionChoice), ...everywhere],
    },
    ...command.commands.flatMap((one) => placesIn(one, [...path, one.name()])),
  ];
  return placesIn(program, []);
};

/** Every option that takes a value, wherever it stands: the word behind it names no command. */
export const valueFlags = (places: readonly Place[]): readonly string[] => [
  ...new Set(places.flatMap(({ options }) => options.flatMap((one) => (one.takesValue ? one.flags : [])))),
];

/** For a shell's single quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
