import { createCrossSellIndex, ownedProducts, ownershipOf } from '@rapport/domain';
import { bootstrap, type Estimate } from '../statistics/bootstrap';
import type { Counts } from '../statistics/ranking';
import type { Cut } from './cut';
import type { CustomerHistory } from './history';

export const OFFERED = 10;

export interface CandidateHits {
  readonly cut: Cut;
  /** Who had ordered by the cut, and newly ordered something after it. */
  readonly customers: number;
  /** Those who newly ordered at least one of ten candidates; as a count, and as a share. */
  readonly hits: number;
  readonly rate: Estimate;
  /** The same for the ten most popular products each did not have. */
  readonly popularHits: number;
  readonly popularRate: Estimate;
  /** Hit rate of the candidates over that of popularity, resampled as pairs. */
  readonly ratio: Estimate;
}

const share = (of: readonly boolean[], counts: Counts): number => {
  let [hits, size] = [0, 0];
  for (let i = 0; i < of.length; i++) {
    size += counts[i]!;
    if (of[i]) hits += counts[i]!;
  }
  return hits / size;
};

/** Whether ten candidates at a cut contain something newly ordered in the two months after; returned ones count. */
export const candidateHitsAt = (histories: readonly CustomerHistory[], cut: Cut, seed: number): CandidateHits => {
  const index = createCrossSellIndex();
  const future = new Map<string, Set<string>>();
  for (const { customer, touchpoints } of histories) {
    const later = new Set<string>();
    for (const touchpoint of touchpoints)
      for (const { product, firstOrderedAt } of ownershipOf({ ...touchpoint, customer }))
        if (firstOrderedAt <= cut.at) index.add(customer, product, firstOrderedAt);
        else if (firstOrderedAt <= cut.until) later.add(product);
    future.set(customer, later);
  }
  const popular = index.popular(cut.at, Number.MAX_SAFE_INTEGER).map(({ product }) => product);
  const hit: boolean[] = [];
  const popularHit: boolean[] = [];
  for (const { customer, touchpoints } of histories) {
    const owned = ownedProducts(
      touchpoints.map((one) => ({ ...one, customer })),
      cut.at,
    );
    const had = new Set(owned.map(({ product }) => product));
    const fresh = new Set([...future.get(customer)!].filter((product) => !had.has(product)));
    if (had.size === 0 || fresh.size === 0) continue;
    const candidates = index.candidates(owned, { asOf: cut.at, limit: OFFERED });
    hit.push(candidates.some(({ product }) => fresh.has(product)));
    const ten = popular.filter((product) => !had.has(product)).slice(0, OFFERED);
    popularHit.push(ten.some((product) => fresh.has(product)));
  }
  const estimates = bootstrap(
    hit.length,
    (counts) => {
      const [rate, popularRate] = [share(hit, counts), share(popularHit, counts)];
      return { rate, popularRate, ratio: rate / popularRate };
    },
    { seed },
  );
  return {
    cut,
    customers: hit.length,
    hits: hit.filter(Boolean).length,
    popularHits: popularHit.filter(Boolean).length,
    ...estimates,
  };
};
