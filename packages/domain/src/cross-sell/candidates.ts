import { compareCodeUnits } from '../touchpoint/touchpoint';
import { createBest } from './best';
import { type CandidateOptions, type CrossSellCandidate, type CrossSellReason, SCORE_HALF_LIFE } from './cross-sell';
import type { Ownership } from './ownership';
import type { OwnedProduct } from './ownership-of';
import type { NeighbourList, View } from './view';

const REASONS = 3;

/** The part of one of the customer's products in the sum: its neighbours and 2^(-age/90 days). */
interface Source {
  readonly number: number;
  readonly recency: number;
  readonly neighbours: NeighbourList;
}

/** Sorted by product id: sums of floating-point numbers depend on their order, and answers must not. */
const sourcesOf = (
  ownership: Ownership,
  view: View,
  owned: readonly OwnedProduct[],
  asOf: number,
): readonly Source[] => {
  const last = new Map<string, number>();
  for (const { product, lastOrderedAt } of owned)
    last.set(product, Math.max(last.get(product) ?? Number.NEGATIVE_INFINITY, lastOrderedAt));
  return [...last.keys()].sort(compareCodeUnits).flatMap((product) => {
    const number = ownership.findProduct(product);
    if (number === undefined) return [];
    const age = Math.max(0, asOf - last.get(product)!);
    return [{ number, recency: 2 ** (-age / SCORE_HALF_LIFE), neighbours: view.neighbours(number) }];
  });
};

const reasonsFor = (
  ownership: Ownership,
  view: View,
  sources: readonly Source[],
  candidate: number,
): readonly CrossSellReason[] => {
  const reasons: CrossSellReason[] = [];
  for (const { number, recency, neighbours } of sources) {
    const at = neighbours.items.indexOf(candidate);
    if (at < 0) continue;
    const together = neighbours.together[at]!;
    const owners = view.owners[number]!;
    reasons.push({
      product: ownership.products[number]!,
      together,
      owners,
      lift: (together * view.customers) / (owners * view.owners[candidate]!),
      weight: recency * neighbours.similarity[at]!,
    });
  }
  return reasons.sort((a, b) => b.weight - a.weight || compareCodeUnits(a.product, b.product)).slice(0, REASONS);
};

/** The candidates of one customer from the counts as of one instant; the formulas of MODEL, section 7. */
export const candidatesIn = (
  ownership: Ownership,
  view: View,
  ownedEver: readonly OwnedProduct[],
  { asOf, limit = 10, exclude = [], onSale }: CandidateOptions,
): readonly CrossSellCandidate[] => {
  const owned = ownedEver.filter(({ firstOrderedAt }) => firstOrderedAt <= asOf);
  const barred = new Set(exclude);
  for (const { product } of owned) barred.add(product);
  const sale = onSale && new Set(onSale);
  const names = ownership.products;
  const offered = (number: number): boolean =>
    !barred.has(names[number]!) && (sale === undefined || sale.has(names[number]!));
  const before = (a: number, b: number): boolean => names[a]! < names[b]!;

  const sources = sourcesOf(ownership, view, owned, asOf);
  const scores = new Map<number, number>();
  for (const { recency, neighbours } of sources) {
    const { items, similarity } = neighbours;
    for (let i = 0; i < items.length; i++)
      scores.set(items[i]!, (scores.get(items[i]!) ?? 0) + recency * similarity[i]!);
  }
  const best = createBest(limit, before);
  for (const [number, score] of scores) if (offered(number)) best.offer(number, score);
  const ranked = best.take();

  const candidates: CrossSellCandidate[] = Array.from(ranked.items, (number, i) => ({
    product: names[number]!,
    score: ranked.scores[i]!,
    rank: i + 1,
    owners: view.owners[number]!,
    reasons: reasonsFor(ownership, view, sources, number),
  }));
  if (candidates.length >= limit) return candidates;

  const popular = createBest(limit - candidates.length, before);
  for (let number = 0; number < view.owners.length; number++)
    if (view.owners[number]! > 0 && !scores.has(number) && offered(number)) popular.offer(number, view.owners[number]!);
  for (const number of popular.take().items)
    candidates.push({
      product: names[number]!,
      score: 0,
      rank: candidates.length + 1,
      owners: view.owners[number]!,
      reasons: [],
      popular: true,
    });
  return candidates;
};
