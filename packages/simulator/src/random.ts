import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * Seeded chance. Everything here is built from integer operations and + - * /, whose results IEEE 754 fixes, so the
 * same seed gives the same bytes on every machine and version of Node. (The standard leaves Math.exp and Math.log
 * open, hence the two series below.)
 */
export interface Random {
  /** From 0 (included) to 1 (excluded), 32 bits fine. */
  uniform(): number;
  /** An integer from 0 to n - 1. */
  below(n: number): number;
  /** An integer from `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** A waiting time of the given mean. */
  exponential(mean: number): number;
  /** Roughly normal with mean 0 and deviation 1, never beyond 3.5. */
  bell(): number;
  pick<T>(items: readonly T[]): T;
}

const mix = (hash: number, key: number): number => {
  let h = Math.imul(hash ^ key, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

/** A signed 32-bit hash of a seed and keys: what is common to all customers is looked up by it, not carried along. */
export const hashOf = (seed: number, a: number, b = 0): number => {
  const high = Math.floor(seed / 4294967296);
  return mix(mix(mix(mix(0x5eed, seed | 0), high | 0), a), b);
};

/** A number from 0 (included) to 1 (excluded) that depends on nothing but its keys. */
export const shareOf = (seed: number, a: number, b = 0): number => (hashOf(seed, a, b) >>> 0) / 4294967296;

/** Natural logarithm of a number in (0, 1], by halving into [1/2, 1] and the atanh series; good to 1e-7. */
const logOf = (u: number): number => {
  let x = u;
  let log = 0;
  while (x < 0.5) {
    x *= 2;
    log -= Math.LN2;
  }
  const z = (x - 1) / (x + 1);
  const zz = z * z;
  return log + 2 * z * (1 + zz * (1 / 3 + zz * (1 / 5 + zz * (1 / 7 + zz * (1 / 9 + zz * (1 / 11))))));
};

/** About e^(-x) for x >= 0, as (1 + x/64)^-64: what is left of a deviation after x time constants. */
export const fade = (x: number): number => {
  let y = 1 + x / 64;
  for (let i = 0; i < 6; i++) y *= y;
  return 1 / y;
};

/** The stream of chance named by a seed and two keys, independent of every other stream. */
export const randomOf = (seed: number, a: number, b = 0): Random => {
  const h = hashOf(seed, a, b);
  const generator = xoroshiro128plusFromState([mix(h, 1), mix(h, 2), mix(h, 3), mix(h, 4) | 1]);
  const uniform = (): number => (generator.next() >>> 0) / 4294967296;
  const below = (n: number): number => Math.floor(uniform() * n);
  return {
    uniform,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (p) => uniform() < p,
    exponential: (mean) => -mean * logOf(1 - uniform()),
    // Four uniforms have variance 1/3.
    bell: () => (uniform() + uniform() + uniform() + uniform() - 2) * 1.7320508075688772,
    pick: (items) => items[below(items.length)]!,
  };
};

export const clamp01 = (x: number): number => Math.max(0, Math.min(1, x));
