import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Numbers from 0 (included) to 1 (excluded), the same for the same seed on every machine.
 *
 * @example const random = seededRandom(7); const delay = random() * LONGEST_DELAY_MS;
 */
export const seededRandom = (seed: number): (() => number) => {
  const generator = xoroshiro128plus(seed);
  return () => (generator.next() >>> 0) / 2 ** 32;
};
