import { rankingOf } from './ranking';

/**
 * The fifth each value falls into, 1 to 5, by the share of all values below it. Equal values are never split: all of
 * them go where the lowest of them goes, so a fifth may be larger or smaller than a fifth, or empty.
 *
 * @example quintiles([1, 1, 1, 2, 3]) // [1, 1, 1, 4, 5]
 */
export const quintiles = (values: readonly number[]): readonly number[] => {
  const { groupOf, groups } = rankingOf(values);
  const sizes = new Uint32Array(groups);
  for (const group of groupOf) sizes[group]!++;
  const below = new Uint32Array(groups);
  for (let group = 1; group < groups; group++) below[group] = below[group - 1]! + sizes[group - 1]!;
  return Array.from(groupOf, (group) => 1 + Math.floor((5 * below[group]!) / values.length));
};
