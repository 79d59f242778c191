import { boundDepth } from './json-depth';

/** A number in JSON that would become another one: more digits than a double keeps, or beyond its range. */
export class InexactNumber {
  /** @param text as it was sent */
  constructor(readonly text: string) {}

  /** Where what was refused is shown. */
  toJSON(): string {
    return this.text;
  }
}

/** All that is known of a number's digits: digits * 10^exponent, without zeros at either end. */
interface Digits {
  readonly sign: string;
  readonly digits: string;
  readonly exponent: number;
}

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

const digitsOf = (text: string): Digits | undefined => {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  if (digits === '') return { sign: '', digits, exponent: 0 };
  return { sign, digits, exponent: Number(power) - fraction.length + (all.length - digits.length) };
};

const same = (a: Digits, b: Digits | undefined): boolean =>
  a.sign === b?.sign && a.digits === b.digits && a.exponent === b.exponent;

/**
 * Whether a double is the number that a text says: its shortest text says the same. A fraction is kept to the 15 digits
 * and more that doubles have, as everywhere, as long as what stands before the point is kept whole.
 *
 * @example isKept('33.330', 33.33) // true
 * @example isKept('17841405822304913', 17841405822304913) // false: the double is ...912
 */
export const isKept = (text: string, value: number): boolean => {
  const written = digitsOf(text);
  // Not written as JSON writes numbers: hexadecimal in YAML, say.
  if (written === undefined) return true;
  if (same(written, digitsOf(String(value)))) return true;
  return written.exponent < 0 && value !== 0 && Math.abs(value) < 2 ** 53;
};

/** Numbers of 16 digits before the point, and those with an exponent: all others are kept. Rarely found in a text. */
const DOUBTFUL = /(?:^|[:[,\s])-?(?:\d{16}|[\d.]+[eE])/;

interface Source {
  /** The text of a number, string, boolean or null. */
  readonly source?: string;
}

/** Reads JSON as `JSON.parse` does, except that it knows each number's text. */
const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: Source) => unknown,
) => unknown;

/**
 * `JSON.parse`, with an {@link InexactNumber} in the place of each number that would silently become another: decoding
 * refuses it where it stands, by its field and as it was sent. What lies too deep is cut off first ({@link boundDepth}).
 * All that takes touchpoints in reads JSON with it.
 *
 * @throws SyntaxError as JSON.parse
 * @example parseExactJson('{"ref":17841405822304913}') // { ref: InexactNumber { text: '17841405822304913' } }
 */
export const parseExactJson = (text: string): unknown => {
  const bounded = boundDepth(text);
  return DOUBTFUL.test(bounded)
    ? parseWithSource(bounded, (_, value, { source }) =>
        typeof value === 'number' && source !== undefined && !isKept(source, value) ? new InexactNumber(source) : value,
      )
    : JSON.parse(bounded);
};
