import { type Counts, groupRanks, once, type Ranking } from './ranking';

/** Spearman's rho: the correlation of the midranks, -1 to 1. NaN where all values of one side are equal. */
export const spearman = (a: Ranking, b: Ranking, counts: Counts = once(a.groupOf.length)): number => {
  const [x, y] = [groupRanks(a, counts), groupRanks(b, counts)];
  const [ofA, ofB] = [a.groupOf, b.groupOf];
  let size = 0;
  for (let i = 0; i < ofA.length; i++) size += counts[i]!;
  const mean = (size + 1) / 2;
  let [together, ofX, ofY] = [0, 0, 0];
  for (let i = 0; i < ofA.length; i++) {
    const dx = x[ofA[i]!]! - mean;
    const dy = y[ofB[i]!]! - mean;
    together += counts[i]! * dx * dy;
    ofX += counts[i]! * dx * dx;
    ofY += counts[i]! * dy * dy;
  }
  return together / Math.sqrt(ofX * ofY);
};

/** Kendall's tau-b, which allows for ties on both sides: -1 to 1. Looks at every pair. */
export const kendall = ({ groupOf: a }: Ranking, { groupOf: b }: Ranking): number => {
  let [agreeing, pairsOfA, pairsOfB] = [0, 0, 0];
  for (let i = 1; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const byA = Math.sign(a[i]! - a[j]!);
      const byB = Math.sign(b[i]! - b[j]!);
      agreeing += byA * byB;
      pairsOfA += byA * byA;
      pairsOfB += byB * byB;
    }
  return agreeing / Math.sqrt(pairsOfA * pairsOfB);
};
