import type { Fold } from '@rapport/domain';

/** Scores of all factors, 0 to 100. */
export const scoresAt = (fold: Fold, t: number): Readonly<Record<string, number>> =>
  Object.fromEntries(fold.program.factors.map(({ id }, i) => [id, fold.factors[i]!.scoreAt(t)]));
