import { type Counts, midranks, once, type Ranking } from './ranking';

/**
 * The chance that a customer who did stands above one who did not, ties counting half: the area under the ROC curve,
 * from the rank sum (Mann and Whitney, 1947). 0.5 is chance; NaN where all did, or none.
 *
 * @example auc(rankingOf([1, 2, 2, 3]), [false, false, true, true]) // 0.875
 */
export const auc = (ranking: Ranking, did: readonly boolean[], counts: Counts = once(did.length)): number => {
  const ranks = midranks(ranking, counts);
  let sum = 0;
  let yes = 0;
  let no = 0;
  for (let i = 0; i < did.length; i++) {
    if (did[i]) {
      sum += counts[i] * ranks[i];
      yes += counts[i];
    } else no += counts[i];
  }
  return (sum - (yes * (yes + 1)) / 2) / (yes * no);
};
