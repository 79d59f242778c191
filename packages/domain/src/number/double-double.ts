/** Arithmetic with twice the digits of a double. */

/** hi + lo, where lo is what hi has lost by rounding (Dekker, 1971): some 32 digits. */
export interface DoubleDouble {
  readonly hi: number;
  readonly lo: number;
}

export const ZERO: DoubleDouble = { hi: 0, lo: 0 };
/** Splits a double into two halves of its digits (Veltkamp). */
const SPLITTER = 2 ** 27 + 1;
/** Beyond it the parts of a product would be infinite. */
const LARGE = 2 ** 990;

const renormalized = (hi: number, lo: number): DoubleDouble => {
  const sum = hi + lo;
  return { hi: sum, lo: lo - (sum - hi) };
};

/** a + b and what the addition lost (Knuth). */
const twoSum = (a: number, b: number): DoubleDouble => {
  const hi = a + b;
  const part = hi - a;
  return { hi, lo: a - (hi - part) + (b - part) };
};

const split = (a: number): DoubleDouble => {
  const scaled = SPLITTER * a;
  const hi = scaled - (scaled - a);
  return { hi, lo: a - hi };
};

/** a * b and what the multiplication lost. */
const twoProduct = (a: number, b: number): DoubleDouble => {
  const hi = a * b;
  if (Math.abs(a) > LARGE || Math.abs(b) > LARGE) return { hi, lo: 0 };
  const [x, y] = [split(a), split(b)];
  return { hi, lo: x.hi * y.hi - hi + x.hi * y.lo + x.lo * y.hi + x.lo * y.lo };
};

export const plus = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => {
  const high = twoSum(a.hi, b.hi);
  if (!Number.isFinite(high.hi)) return { hi: Math.sign(high.hi) * Number.MAX_VALUE, lo: 0 };
  const low = twoSum(a.lo, b.lo);
  const once = renormalized(high.hi, high.lo + low.hi);
  return renormalized(once.hi, once.lo + low.lo);
};

export const times = (a: DoubleDouble, b: DoubleDouble): DoubleDouble => {
  const product = twoProduct(a.hi, b.hi);
  return renormalized(product.hi, product.lo + (a.hi * b.lo + a.lo * b.hi));
};

export const dividedBy = (a: DoubleDouble, b: number): DoubleDouble => {
  const hi = a.hi / b;
  const back = twoProduct(hi, b);
  return renormalized(hi, (a.hi - back.hi - back.lo + a.lo) / b);
};
