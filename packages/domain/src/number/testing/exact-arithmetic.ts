/** Sums and halving in whole numbers of any length: what the fold's faster arithmetic is held against. */

/** Digits behind the point of everything here. */
const PLACES = 400;
const UNIT = 10n ** BigInt(PLACES);

const known = new Map<number, bigint>();

/** A number as the decimal it is written as, in units of 10^-400. */
export const unitsOf = (value: number): bigint => {
  const units = known.get(value) ?? readUnits(value);
  known.set(value, units);
  return units;
};

const readUnits = (value: number): bigint => {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (match === null) throw new TypeError(`no finite number: ${value}`);
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const digits = BigInt(whole + fraction) * 10n ** BigInt(PLACES - fraction.length + Number(exponent));
  return sign === '-' ? -digits : digits;
};

/** Rounded to the nearest double, once. */
export const toNumber = (units: bigint): number => Number(`${units}e-${PLACES}`);

/** e^-x by its series, for x from 0 to some 40. */
const exponential = (x: bigint): bigint => {
  let term = UNIT;
  let sum = UNIT;
  for (let n = 1n; term !== 0n; n++) {
    term = (-term * x) / (UNIT * n);
    sum += term;
  }
  return sum;
};

/** ln 2 = sum of 1 / (n * 2^n). */
const LN2 = (() => {
  let sum = 0n;
  for (let n = 1n; ; n++) {
    const term = UNIT / (n * 2n ** n);
    if (term === 0n) return sum;
    sum += term;
  }
})();

/** units * 2^-(elapsed / halfLife). */
export const halvedUnits = (units: bigint, elapsed: number, halfLife: number): bigint => {
  const whole = BigInt(elapsed) / BigInt(halfLife);
  const part = BigInt(elapsed) % BigInt(halfLife);
  return (units * exponential((LN2 * part) / BigInt(halfLife))) / UNIT / 2n ** whole;
};
