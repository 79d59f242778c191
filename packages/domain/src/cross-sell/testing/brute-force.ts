/** Candidates straight from the formulas of MODEL, section 7, over a plain list of facts; slow, and plainly right. */
import {
  type CandidateOptions,
  type CrossSellCandidate,
  NEIGHBOURS,
  type Neighbour,
  SCORE_HALF_LIFE,
  SIMILARITY_DAMPING,
} from '../cross-sell';
import type { OwnershipFact } from '../ownership';
import type { OwnedProduct } from '../ownership-of';

const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const bruteForce = (facts: readonly OwnershipFact[], asOf: number) => {
  const ownersOf = new Map<string, Set<string>>();
  const everyone = new Set<string>();
  for (const { customer, product, firstOrderedAt } of facts) {
    if (firstOrderedAt > asOf) continue;
    everyone.add(customer);
    ownersOf.set(product, (ownersOf.get(product) ?? new Set()).add(customer));
  }
  const products = [...ownersOf.keys()];
  const c = (i: string): number => ownersOf.get(i)?.size ?? 0;
  const both = (i: string, j: string): number =>
    [...(ownersOf.get(i) ?? [])].filter((customer) => ownersOf.get(j)!.has(customer)).length;

  const neighbours = (i: string): readonly Neighbour[] =>
    products
      .filter((j) => j !== i && both(i, j) > 0)
      .map((j) => ({
        product: j,
        similarity: both(i, j) / (Math.sqrt(c(i) * c(j)) + SIMILARITY_DAMPING),
        together: both(i, j),
        owners: c(j),
      }))
      .sort((a, b) => b.similarity - a.similarity || byId(a.product, b.product))
      .slice(0, NEIGHBOURS);

  const popular = (limit = 100) =>
    products
      .map((product) => ({ product, owners: c(product) }))
      .sort((a, b) => b.owners - a.owners || byId(a.product, b.product))
      .slice(0, limit);

  const candidates = (
    ownedEver: readonly OwnedProduct[],
    { limit = 10, exclude = [], onSale }: Omit<CandidateOptions, 'asOf'>,
  ): readonly CrossSellCandidate[] => {
    const owned = ownedEver
      .filter(({ firstOrderedAt }) => firstOrderedAt <= asOf)
      .sort((a, b) => byId(a.product, b.product));
    const offered = products.filter(
      (j) => !owned.some(({ product }) => product === j) && !exclude.includes(j) && (onSale?.includes(j) ?? true),
    );
    const weights = owned.map(({ product, lastOrderedAt }) => ({
      product,
      recency: 2 ** (-(asOf - lastOrderedAt) / SCORE_HALF_LIFE),
      neighbours: neighbours(product),
    }));
    const reasonsFor = (j: string) =>
      weights.flatMap(({ product: i, recency, neighbours: list }) =>
        list
          .filter(({ product }) => product === j)
          .map(({ similarity, together }) => ({
            product: i,
            together,
            owners: c(i),
            lift: (together * everyone.size) / (c(i) * c(j)),
            weight: recency * similarity,
          })),
      );
    const related = offered
      .map((product) => ({ product, reasons: reasonsFor(product) }))
      .filter(({ reasons }) => reasons.length > 0)
      .map(({ product, reasons }) => ({
        product,
        score: reasons.reduce((sum, { weight }) => sum + weight, 0),
        owners: c(product),
        reasons: reasons.sort((a, b) => b.weight - a.weight || byId(a.product, b.product)).slice(0, 3),
      }))
      .sort((a, b) => b.score - a.score || byId(a.product, b.product));
    const fill = popular(products.length)
      .filter(({ product }) => offered.includes(product) && !related.some((candidate) => candidate.product === product))
      .map((product) => ({ ...product, score: 0, reasons: [], popular: true as const }));
    return [...related, ...fill].slice(0, limit).map((candidate, i) => ({ ...candidate, rank: i + 1 }));
  };

  return { neighbours, popular, candidates };
};
