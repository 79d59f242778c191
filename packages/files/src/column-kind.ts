import { instantOf, isCommaNumber, isDayMonth, isEitherNumber, numeralOf, type ValueFormat } from './value-format';

/** What a value is. Exact: a table that holds it by its kind writes it back as the same text. */
type ValueClass =
  | 'integer'
  | 'decimal'
  /** A number in another notation, such as 0071, 1E5, +3, or one of more than 15 digits. */
  | 'numeral'
  | 'boolean'
  | 'truth'
  | 'date'
  | 'stamp'
  /** An instant in another notation: with T, with an offset, without seconds. */
  | 'instant'
  /** A date whose order was said: 03/04/2026. */
  | 'day-month'
  | 'either-date'
  /** A number with a comma, whose meaning was not said. */
  | 'comma-number'
  | 'text';

/** A value of a column, and where it stands. */
export interface Example {
  readonly line: number;
  readonly value: string;
}

/** What the values of a column can be made of where a mapping calculates with them. */
export type Conversion =
  | { readonly to: 'number'; readonly type: string }
  | { readonly to: 'instant'; readonly type: 'TIMESTAMP' }
  | { readonly to: 'boolean'; readonly type: 'BOOLEAN' };

export interface ColumnKind {
  /** In the words of a report. */
  readonly kind: 'whole number' | 'number' | 'true or false' | 'date' | 'date and time' | 'text' | 'empty';
  /** What the column is in SQL: other than text only where every value is written back as it stood in the file. */
  readonly type: string;
  /** What most values are. */
  readonly conversion?: Conversion;
  /** Text in SQL, but every value is a plain number, and so it is one in data. */
  readonly numbers: boolean;
  /** The first value that the conversion does not take. */
  readonly odd?: Example;
  /** What has to be said before the column can be converted. */
  readonly ask?: 'decimal' | 'dates';
  /** What a reader of the report should know. */
  readonly note?: string;
}

const MAX_EXACT_DIGITS = 15;
const MAX_DECIMAL = 38;
/** One number with a comma among this many without is more than an odd one. */
const MANY = 4;

const INTEGER = /^(?:-?[1-9]\d{0,14}|0)$/;
const DECIMAL = /^-?(?:0|[1-9]\d*)\.\d+$/;
const STAMP = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const classOf = (value: string, format: ValueFormat): ValueClass => {
  const first = value.charCodeAt(0);
  // Most text begins with a letter, and needs no further look.
  if (first > 57) {
    if (value === 'true' || value === 'false') return 'boolean';
    return /^(true|false)$/i.test(value) ? 'truth' : 'text';
  }
  if (INTEGER.test(value)) return 'integer';
  if (format.decimal !== 'comma' && DECIMAL.test(value))
    return value.length <= MAX_EXACT_DIGITS + 1 && Number(value) !== 0 ? 'decimal' : decimalZero(value);
  if (instantOf(value, format) !== undefined)
    return DATE.test(value) ? 'date' : STAMP.test(value) ? 'stamp' : isDayMonth(value) ? 'day-month' : 'instant';
  if (numeralOf(value, format) !== undefined) return 'numeral';
  if (format.decimal === undefined && isCommaNumber(value)) return 'comma-number';
  return isDayMonth(value) ? 'either-date' : 'text';
};

/** Minus nothing and long numbers are not written back as they stood. */
const decimalZero = (value: string): ValueClass =>
  value.startsWith('-') || value.length > MAX_EXACT_DIGITS + 1 ? 'numeral' : 'decimal';

/** Looks at every value of a column, in any order of kinds. */
export interface ColumnObserver {
  /** @param quoted a text of JSON, which is not a number by being written like one */
  readonly see: (value: string, line: number, quoted?: boolean) => void;
  readonly kind: () => ColumnKind;
}

const QUOTED: Partial<Record<ValueClass, ValueClass>> = { integer: 'numeral', decimal: 'numeral', boolean: 'truth' };

/** @param commaLikely the file is of a kind in which people write 1.234 for a thousand and more */
export const observeColumn = (format: ValueFormat, commaLikely = false): ColumnObserver => {
  const counts = new Map<ValueClass, number>();
  const firsts = new Map<ValueClass, Example>();
  let wholeDigits = 1;
  let scale = 0;
  let smallestScale = Number.POSITIVE_INFINITY;
  let points = 0;
  let eithers = 0;
  let firstEither: Example | undefined;
  let firstClear: Example | undefined;

  const sized = (whole: number, decimals: number): void => {
    wholeDigits = Math.max(wholeDigits, whole);
    scale = Math.max(scale, decimals);
    smallestScale = Math.min(smallestScale, decimals);
  };

  /** How many digits a number has; most are short and plain. */
  const measure = (value: string, one: ValueClass): void => {
    if (one === 'integer') sized(value.length, 0);
    else if (one === 'decimal') sized(value.indexOf('.'), value.length - value.indexOf('.') - 1);
    else {
      const [, whole = '', fraction = '', power = '0'] =
        /^-?(\d+)(?:\.(\d+))?(?:e(-?\d+))?$/.exec(numeralOf(value, format) ?? '0') ?? [];
      sized(whole.length + Math.max(0, Number(power)), Math.max(0, fraction.length - Number(power)));
    }
  };

  const seePoint = (value: string, line: number): void => {
    if (!value.includes('.')) return;
    points++;
    if (!isEitherNumber(value)) {
      firstClear ??= { line, value };
      return;
    }
    eithers++;
    firstEither ??= { line, value };
  };

  const count = (...classes: readonly ValueClass[]): number =>
    classes.reduce((sum, one) => sum + (counts.get(one) ?? 0), 0);
  const firstOutside = (...classes: readonly ValueClass[]): Example | undefined =>
    [...firsts].filter(([one]) => !classes.includes(one)).sort(([, a], [, b]) => a.line - b.line)[0]?.[1];

  const numberType = (): string => {
    const width = wholeDigits + scale;
    return width > MAX_DECIMAL
      ? 'DOUBLE'
      : scale === 0 && width <= 18
        ? 'BIGINT'
        : `DECIMAL(${width <= 18 ? 18 : MAX_DECIMAL}, ${scale})`;
  };

  const judged = (): Omit<ColumnKind, 'note'> => {
    const values = [...counts.values()].reduce((a, b) => a + b, 0);
    const text = { kind: 'text', type: 'VARCHAR', numbers: false } as const;
    if (values === 0) return { ...text, kind: 'empty' };
    const [integers, decimals] = [count('integer'), count('decimal')];
    const numbers = integers + decimals + count('numeral');
    const instants = count('date', 'stamp', 'instant', 'day-month');
    const commas = count('comma-number');
    const asked = commaLikely && format.decimal === undefined && points > 0 && points === eithers;
    if (integers === values) return { ...text, kind: 'whole number', type: 'BIGINT' };
    if (decimals === values && smallestScale === scale && !asked)
      return { ...text, kind: 'number', type: numberType() };
    if (count('boolean') === values) return { ...text, kind: 'true or false', type: 'BOOLEAN' };
    if (count('date') === values) return { ...text, kind: 'date', type: 'DATE' };
    if (count('stamp') === values) return { ...text, kind: 'date and time', type: 'TIMESTAMP' };
    // A few are odd rows among numbers with a point; more are how this column is written.
    if (commas * MANY > numbers && (numbers + commas) * 2 > values)
      return { ...text, odd: firsts.get('comma-number'), ask: 'decimal' };
    if (numbers * 2 > values) {
      const odd = firstOutside('integer', 'decimal', 'numeral');
      if (asked) return { ...text, odd: firstEither, ask: 'decimal' };
      const plain = integers + decimals === values;
      return {
        ...text,
        ...(plain ? { kind: 'number' as const } : {}),
        conversion: { to: 'number', type: numberType() },
        numbers: plain,
        odd,
      };
    }
    if (instants * 2 > values) {
      const odd = firstOutside('date', 'stamp', 'instant', 'day-month');
      const kind = odd === undefined ? 'date and time' : 'text';
      return { ...text, kind, conversion: { to: 'instant', type: 'TIMESTAMP' }, odd };
    }
    if (count('either-date') * 2 > values) return { ...text, odd: firsts.get('either-date'), ask: 'dates' };
    if (count('boolean', 'truth') * 2 > values)
      return { ...text, conversion: { to: 'boolean', type: 'BOOLEAN' }, odd: firstOutside('boolean', 'truth') };
    return text;
  };

  return {
    see: (value, line, quoted = false) => {
      const plain = classOf(value, format);
      const one = quoted ? (QUOTED[plain] ?? plain) : plain;
      counts.set(one, (counts.get(one) ?? 0) + 1);
      if (!firsts.has(one)) firsts.set(one, { line, value: value.slice(0, 60) });
      if (one !== 'integer' && one !== 'decimal' && one !== 'numeral') return;
      measure(value, one);
      if (commaLikely) seePoint(value, line);
    },
    kind: () => {
      const found = judged();
      const isPointClear = commaLikely && format.decimal === undefined && eithers > 0;
      return { ...found, note: noteOn(found, firsts, isPointClear ? firstClear : undefined) };
    },
  };
};

const NO_OFFSET = 'an instant without offset is taken as UTC';
const DATE_ONLY = 'a date without time is midnight UTC';

const shown = ({ line, value }: Example): string => `line ${line} has ${JSON.stringify(value)}`;

/** Why a column is text although most of its values are something else, or how its values were read. */
const noteOn = (
  { kind, conversion, odd, ask }: Omit<ColumnKind, 'note'>,
  firsts: ReadonlyMap<ValueClass, Example>,
  clear: Example | undefined,
): string | undefined => {
  if (ask !== undefined && odd !== undefined)
    return ask === 'dates'
      ? `${shown(odd)}: day and month cannot be told apart; say --dates dmy or --dates mdy`
      : `${shown(odd)}: the ${odd.value.includes(',') ? 'comma' : 'point'} may stand before decimals or between thousands; say --decimal point or --decimal comma`;
  if (odd === undefined && clear !== undefined) return `the point is taken to stand before decimals: ${shown(clear)}`;
  if (kind === 'date') return DATE_ONLY;
  if (conversion === undefined) return kind === 'date and time' ? NO_OFFSET : undefined;
  const what = { number: 'numbers', instant: 'dates', boolean: 'true or false' }[conversion.to];
  if (odd !== undefined)
    return `most values are ${what}, but ${shown(odd)}${isCommaNumber(odd.value) ? '; say --decimal if that is a number' : ''}`;
  if (conversion.to === 'instant') return noteOnInstants(firsts);
  const numeral = firsts.get('numeral');
  return kind === 'text' && numeral !== undefined
    ? `${shown(numeral)}, which a number would not keep as it is written`
    : undefined;
};

const noteOnInstants = (firsts: ReadonlyMap<ValueClass, Example>): string => {
  const said = firsts.get('day-month');
  if (said !== undefined) return `${shown(said)}: day and month as --dates says, in UTC`;
  return firsts.has('instant') ? NO_OFFSET : DATE_ONLY;
};
