import fc from 'fast-check';
import { fade, hashOf, randomOf } from './random';

const draws = (n: number, draw: () => number): readonly number[] => Array.from({ length: n }, draw);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('a stream is named by its seed and keys and starts alike every time', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer(), fc.integer(), (seed, a, b) => {
      const [one, two] = [randomOf(seed, a, b), randomOf(seed, a, b)];
      expect(draws(20, one.uniform)).toEqual(draws(20, two.uniform));
    }),
  );
});

test('streams of neighbouring keys have nothing to do with each other', () => {
  const firsts = Array.from({ length: 4000 }, (_, i) => randomOf(1, i).uniform());
  expect(mean(firsts)).toBeCloseTo(0.5, 1);
  const products = firsts.slice(1).map((value, i) => (value - 0.5) * (firsts[i] - 0.5));
  expect(Math.abs(mean(products))).toBeLessThan(0.006);
});

test('seeds beyond 32 bits differ from their lower half', () => {
  expect(hashOf(2 ** 40 + 5, 1)).not.toBe(hashOf(5, 1));
});

test('waiting times have the mean asked for and the tail of an exponential', () => {
  const random = randomOf(3, 1);
  const waits = draws(20_000, () => random.exponential(10));
  expect(mean(waits)).toBeGreaterThan(9.7);
  expect(mean(waits)).toBeLessThan(10.3);
  const beyond = waits.filter((wait) => wait > 30).length / waits.length;
  expect(beyond).toBeGreaterThan(0.042);
  expect(beyond).toBeLessThan(0.058);
});

test('the bell has mean 0 and deviation 1 and stays within 3.5', () => {
  const random = randomOf(4, 1);
  const values = draws(20_000, random.bell);
  expect(Math.abs(mean(values))).toBeLessThan(0.03);
  expect(mean(values.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(3.5);
});

test('fading is whole at once, a half life after 0.69 time constants, and never rises', () => {
  expect(fade(0)).toBe(1);
  expect(fade(Math.LN2)).toBeCloseTo(0.5, 2);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 500, noNaN: true }), fc.double({ min: 0, max: 5, noNaN: true }), (x, more) => {
      expect(fade(x + more)).toBeLessThanOrEqual(fade(x));
    }),
  );
});
