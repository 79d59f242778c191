import { type Counts, once, type Ranking } from './ranking';

/**
 * The chance that a customer who did stands above one who did not, ties counting half: the area under the ROC curve,
 * or the statistic of Mann and Whitney (1947) as a share of all pairs. 0.5 is chance; NaN where all did, or none.
 *
 * @example auc(rankingOf([1, 2, 2, 3]), [false, false, true, true]) // 0.875
 */
export const auc = (
  { groupOf, groups }: Ranking,
  did: readonly boolean[],
  counts: Counts = once(did.length),
): number => {
  const yes = new Float64Array(groups);
  const no = new Float64Array(groups);
  for (let i = 0; i < did.length; i++) (did[i] ? yes : no)[groupOf[i]!]! += counts[i]!;
  let [below, above, right] = [0, 0, 0];
  for (let group = 0; group < groups; group++) {
    right += yes[group]! * (below + no[group]! / 2);
    below += no[group]!;
    above += yes[group]!;
  }
  return right / (below * above);
};
