import type { Comparisons } from './condition';

export type Comparison = keyof Comparisons;

/** What holds of a number exactly where the comparison does not. */
export const OPPOSITE = {
  atLeast: 'below',
  above: 'atMost',
  atMost: 'above',
  below: 'atLeast',
} as const satisfies Readonly<Record<Comparison, Comparison>>;

/** All comparisons, in the order of the reference. */
export const COMPARISONS = ['atLeast', 'above', 'atMost', 'below'] as const;

/** The single comparisons of a condition that may hold several. */
export const comparisonsOf = (comparisons: Comparisons): readonly (readonly [Comparison, number])[] =>
  COMPARISONS.flatMap((comparison) => {
    const threshold = comparisons[comparison];
    return threshold === undefined ? [] : [[comparison, threshold] as const];
  });
