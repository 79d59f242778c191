/** Options of commands, whose names and values the compiler knows: a flag and the field that a command reads are tied. */
import { InvalidArgumentError, Option } from 'commander';

type CamelCase<Name extends string> = Name extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : Name;

/** The field under which commander gives a flag: `--as-of <T>` is `asOf`, `--no-auth` is `auth`. */
type FieldOf<Flags extends string> = Flags extends `${infer Flag} <${string}>`
  ? FieldOf<Flag>
  : Flags extends `--no-${infer Name}`
    ? CamelCase<Name>
    : Flags extends `--${infer Name}`
      ? CamelCase<Name>
      : never;

type ValueOf<Flags extends string> = Flags extends `${string}<${string}>`
  ? string
  : Flags extends `--no-${string}`
    ? boolean
    : true;

declare const kept: unique symbol;

/** An option of commander, with the field and the value that it gives; undefined is among the values where it may be absent. */
export interface Declared<Value, Field extends string = string> {
  readonly [kept]: { readonly value: Value; readonly field: Field };
  default(value: Exclude<Value, undefined>): Declared<Exclude<Value, undefined>, Field>;
  makeOptionMandatory(): Declared<Exclude<Value, undefined>, Field>;
  choices<const Choice extends string>(choices: readonly Choice[]): Declared<Choice | Extract<Value, undefined>, Field>;
  argParser<Parsed>(
    parse: (value: string, before?: Parsed) => Parsed,
  ): Declared<Parsed | Extract<Value, undefined>, Field>;
  conflicts(field: string): Declared<Value, Field>;
}

/**
 * The options of a command that reads `Options`: one for each of its fields, no other.
 *
 * @example const options = { asOf: asOf(), limit: wholeNumber('--limit <n>', 'how many', 1) } satisfies Flags<MyOptions>;
 */
export type Flags<Options> = {
  readonly [Field in keyof Options]-?: Declared<Options[Field], Field & string>;
};

/** @param flags `--out <file>`, `--all` or `--no-auth` */
export const option = <const F extends string>(
  flags: F,
  description: string,
): Declared<ValueOf<F> | undefined, FieldOf<F>> =>
  // Commander does not know what it was given; the types above do.
  new Option(flags, description) as unknown as Declared<ValueOf<F> | undefined, FieldOf<F>>;

/** As commander takes them. */
export const optionsOf = (flags: Readonly<Record<string, unknown>>): readonly Option[] =>
  Object.values(flags) as readonly Option[];

/** Takes every value of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** As `collect`, of ids of a ruleset, which are composed; some terminals send letters and marks apart. */
export const collectIds = (value: string, before?: readonly string[]): readonly string[] =>
  collect(value.normalize('NFC'), before);

/** As `collect`, of values that are known. */
export const among =
  <const Known extends string>(known: readonly Known[]) =>
  (value: string, before: readonly Known[] = []): readonly Known[] => {
    const found = known.find((one) => one === value);
    if (found === undefined) throw new InvalidArgumentError(`Allowed choices are ${known.join(', ')}.`);
    return [...before, found];
  };

/** An option that takes a whole number of at least `least`. */
export const wholeNumber = <const F extends string>(flags: F, description: string, least: number) =>
  option(flags, description).argParser((text): number => {
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
export const decimal = <const F extends string>(flags: F, description: string, least: number, most: number) =>
  option(flags, description).argParser((text): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= least && value <= most))
      throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
    return value;
  });

export const asOf = () => option('--as-of <T>', 'as it was at T: an RFC 3339 instant, or a date (its end)');
export const knownAt = () => option('--known-at <T>', 'as it was known at T: what was recorded later is left out');
export const rulesetNamed = () =>
  option(
    '--ruleset <file>',
    'answer by this ruleset: a file, or retail (default: the one in force, with --known-at the one in force then)',
  );
export const workers = () => wholeNumber('--workers <n>', 'worker threads (default: one per core)', 1);
