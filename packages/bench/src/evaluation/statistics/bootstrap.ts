import { type Counts, once } from './ranking';
import { uniform } from './uniform';

/** A figure and where it lies in 95 of 100 resamples of the same customers. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** The same seed gives the same intervals. */
  readonly seed: number;
  /** 1,000 when absent. */
  readonly resamples?: number;
}

/** Linear between neighbours; NaN of nothing. */
export const quantile = (sorted: readonly number[], share: number): number => {
  if (sorted.length === 0) return Number.NaN;
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below! + (above! - below!) * (place % 1);
};

/**
 * Percentile bootstrap (Efron, 1979): draws as many customers as there are, with replacement, and computes the figures
 * again. Figures computed together are resampled together, so that the interval of a difference is one of pairs.
 * A resample in which a figure does not exist is left out of its interval.
 *
 * @param size how many customers there are
 * @param figures from how often each customer counts
 */
export const bootstrap = <Name extends string>(
  size: number,
  figures: (counts: Counts) => Readonly<Record<Name, number>>,
  { seed, resamples = 1000 }: BootstrapOptions,
): Readonly<Record<Name, Estimate>> => {
  const values = figures(once(size));
  const names = Object.keys(values) as Name[];
  const drawn = new Map<Name, number[]>(names.map((name) => [name, []]));
  const random = uniform(seed);
  const counts = new Uint32Array(size);
  for (let resample = 0; resample < resamples; resample++) {
    counts.fill(0);
    for (let i = 0; i < size; i++) counts[Math.floor(random() * size)]!++;
    const again = figures(counts);
    for (const name of names) if (!Number.isNaN(again[name])) drawn.get(name)!.push(again[name]);
  }
  return Object.fromEntries(
    names.map((name) => {
      const some = drawn.get(name)!.sort((a, b) => a - b);
      return [name, { value: values[name], low: quantile(some, 0.025), high: quantile(some, 0.975) }];
    }),
  ) as Record<Name, Estimate>;
};
