import type { Json } from '../json';
import type { StateReader, StateWriter } from '../state-bytes';
import { type DoubleDouble, dividedBy } from './double-double';

/** The decimal number units * 10^-scale; scale is 0 or more. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
}

/** Powers of ten that a double holds exactly, so that dividing by one rounds once. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Money has cents: a sum begins with them. */
const FIRST_SCALE = 2;
/** Below this a decimal has at most 15 digits, and no two such decimals are the same double. */
const FIFTEEN_DIGITS = 1e15;

/** The decimal a finite number is written as: the shortest text that is read as that double. */
export const decimalOf = (value: number): Decimal => {
  const [digits = '', exponent] = value.toExponential().split('e');
  const point = digits.indexOf('.');
  const scale = (point < 0 ? 0 : digits.length - point - 1) - Number(exponent);
  const units = BigInt(digits.replace('.', ''));
  return scale < 0 ? { units: units * 10n ** BigInt(-scale), scale: 0 } : { units, scale };
};

const rescaled = ({ units, scale }: Decimal, to: number): bigint => units * 10n ** BigInt(to - scale);

/** The difference of two decimals, as units of the finer scale. */
const minus = (a: Decimal, b: Decimal): Decimal => {
  const scale = Math.max(a.scale, b.scale);
  return { units: rescaled(a, scale) - rescaled(b, scale), scale };
};

/** The nearest double; nothing is infinite, what is larger is the largest. */
const nearest = ({ units, scale }: Decimal): number =>
  Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(`${units}e-${scale}`)));

/** n / d as the nearest double; d is above 0. */
export const quotient = (n: bigint, d: bigint): number => {
  if (n < 0n) return -quotient(-n, d);
  // 64 bits or more of the quotient, and in the last of them whether anything is left: then it is rounded once.
  const shift = Math.max(0, 66 + d.toString(2).length - n.toString(2).length);
  const shifted = n << BigInt(shift);
  const bits = shifted / d;
  const sticky = bits * d === shifted ? bits : bits | 1n;
  const half = Math.floor(shift / 2);
  return Number(sticky) * 2 ** -half * 2 ** (half - shift);
};

/** The exact value of a double as a decimal, which may be long. */
const exactly = (value: number): Decimal => {
  let whole = value;
  let twos = 0;
  for (; !Number.isInteger(whole); twos++) whole *= 2;
  // m / 2^k = m * 5^k / 10^k
  return { units: BigInt(whole) * 5n ** BigInt(twos), scale: twos };
};

/**
 * A sum of numbers as the decimals they are written as, added without rounding and rounded once, when asked for:
 * 33.33 + 49.9 + 16.77 is 100, in any order. Values can be taken off again by adding them with the opposite sign.
 *
 * While the sum is a whole number of some 10^-scale that a double holds, it is kept as that: money costs a
 * multiplication, a division and an addition. All other values are added as whole numbers of any length. They have
 * at most the digits between the largest and the smallest double, and those that counting adds.
 */
export class ExactSum {
  private scale = FIRST_SCALE;
  private units = 0;
  /** Instead of `units`, where those are beyond what a double can count. */
  private wide: bigint | undefined = undefined;
  private wideValue = 0;

  /** The sum, rounded to the nearest double; of sums larger than any, the largest. */
  get value(): number {
    return this.wide === undefined ? this.units / POWERS[this.scale]! : this.wideValue;
  }

  /** The sum to twice the digits. */
  get precise(): DoubleDouble {
    if (this.wide === undefined) return dividedBy({ hi: this.units, lo: 0 }, POWERS[this.scale]!);
    const { units, scale } = minus(this.decimal, exactly(this.wideValue));
    return { hi: this.wideValue, lo: quotient(units, 10n ** BigInt(scale)) };
  }

  /** The sum divided by a number above 0, rounded once. */
  dividedBy(divisor: number): number {
    const power = POWERS[this.scale]!;
    const units = Math.round(divisor * power);
    if (this.wide === undefined && units / power === divisor && units < FIFTEEN_DIGITS) return this.units / units;
    const by = decimalOf(divisor);
    const scale = Math.max(by.scale, this.scale);
    return quotient(rescaled(this.decimal, scale), rescaled(by, scale));
  }

  private get decimal(): Decimal {
    return { units: this.wide ?? BigInt(this.units), scale: this.scale };
  }

  /** Numbers that are not finite do not count. */
  add(value: number): void {
    if (this.wide === undefined) {
      const power = POWERS[this.scale]!;
      const units = Math.round(value * power);
      if (units / power === value && units < FIFTEEN_DIGITS && units > -FIFTEEN_DIGITS) {
        const total = this.units + units;
        if (total <= Number.MAX_SAFE_INTEGER && total >= Number.MIN_SAFE_INTEGER) {
          this.units = total;
          return;
        }
      }
    }
    if (Number.isFinite(value)) this.addWide(decimalOf(value));
  }

  private addWide(value: Decimal): void {
    const scale = Math.max(this.scale, value.scale);
    const total = rescaled(this.decimal, scale) + rescaled(value, scale);
    this.scale = scale;
    const fits =
      scale < POWERS.length && total <= BigInt(Number.MAX_SAFE_INTEGER) && total >= BigInt(Number.MIN_SAFE_INTEGER);
    this.units = fits ? Number(total) : 0;
    this.wide = fits ? undefined : total;
    this.wideValue = fits ? 0 : nearest({ units: total, scale });
  }

  /** Becomes the same sum as another. */
  set(other: ExactSum): void {
    this.scale = other.scale;
    this.units = other.units;
    this.wide = other.wide;
    this.wideValue = other.wideValue;
  }

  reset(): void {
    this.scale = FIRST_SCALE;
    this.units = this.wideValue = 0;
    this.wide = undefined;
  }

  /** As JSON, for a state that is stored. */
  toJson(): Json {
    return this.wide === undefined ? [this.scale, this.units] : [this.scale, String(this.wide)];
  }
  /** Reads what {@link toJson} wrote. */
  fromJson(saved: Json): void {
    const [scale, units] = saved as [number, number | string];
    this.scale = scale;
    this.units = typeof units === 'number' ? units : 0;
    this.wide = typeof units === 'number' ? undefined : BigInt(units);
    this.wideValue = this.wide === undefined ? 0 : nearest(this.decimal);
  }

  save(out: StateWriter): void {
    out.number(this.scale);
    out.number(this.wide === undefined ? this.units : Number.NaN);
    if (this.wide !== undefined) out.other(String(this.wide));
  }
  restore(saved: StateReader): void {
    const scale = saved.number();
    const units = saved.number();
    this.fromJson([scale, Number.isNaN(units) ? saved.other() : units]);
  }
}
