import { type DoubleDouble, dividedBy, plus, times, ZERO } from './double-double';

/** What halves: how much of something is left after a time, to the digits of a double and to twice as many. */

const HALVES = Float64Array.from({ length: 1_100 }, (_, whole) => 2 ** -whole);

/** A time in which half of something is gone. */
export class HalfLife {
  private readonly rate: number;

  /** @param length milliseconds */
  constructor(readonly length: number) {
    this.rate = Math.LN2 / length;
  }

  /** 2^-(elapsed / length), exact at whole half-lives. `elapsed` is 0 or more. */
  left(elapsed: number): number {
    if (elapsed < this.length) return Math.exp(-elapsed * this.rate);
    const halvings = elapsed / this.length;
    const whole = Math.floor(halvings);
    return whole < HALVES.length ? Math.exp((whole - halvings) * Math.LN2) * HALVES[whole]! : 0;
  }

  /** How many milliseconds until this part of 1 is left. */
  until(left: number): number {
    return -Math.log(left) / this.rate;
  }
}

/** A remainder of something above 0 is never 0, however small. */
export const neverNothing = (left: number, of: number): number =>
  left === 0 && of !== 0 ? Math.sign(of) * Number.MIN_VALUE : left;

const ONE: DoubleDouble = { hi: 1, lo: 0 };
const LN2: DoubleDouble = { hi: Math.LN2, lo: 2.3190468138462996e-17 };
const TERMS = 12;
const SQUARINGS = 8;

/**
 * {@link HalfLife.left} with twice the digits: what remains of a sum must stay right where most of it is taken off a second
 * later. By the series of e^x - 1 for an x made small, which is then squared back.
 */
export const halvedExactly = (elapsed: number, halfLife: number): DoubleDouble => {
  const whole = Math.floor(elapsed / halfLife);
  if (whole >= HALVES.length) return ZERO;
  const part = dividedBy({ hi: elapsed - whole * halfLife, lo: 0 }, halfLife);
  const exponent = times(part, LN2);
  const x: DoubleDouble = { hi: -exponent.hi / 2 ** SQUARINGS, lo: -exponent.lo / 2 ** SQUARINGS };
  let series = ONE;
  for (let n = TERMS; n >= 2; n--) series = plus(ONE, dividedBy(times(x, series), n));
  let less = times(x, series);
  for (let i = 0; i < SQUARINGS; i++) less = plus({ hi: 2 * less.hi, lo: 2 * less.lo }, times(less, less));
  const { hi, lo } = plus(ONE, less);
  return { hi: hi * HALVES[whole]!, lo: lo * HALVES[whole]! };
};
