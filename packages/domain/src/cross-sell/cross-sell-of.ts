import { createBest } from './best';
import { candidatesIn } from './candidates';
import type { CrossSell } from './cross-sell';
import type { Ownership } from './ownership';
import { createView, type Scratch, type View } from './view';

export interface CrossSellCacheOptions {
  /** Instants whose counts are kept; 4 when absent. */
  readonly instants?: number;
  /** Neighbour lists kept for each of them, 1.7 KB each at most; 16,384 when absent. */
  readonly neighbourLists?: number;
}

/**
 * Answers from ownership facts, and keeps answering while they grow. Counts and neighbour lists are kept for the
 * instants asked about last; a new fact drops only those of instants at or after it.
 */
export const crossSellOf = (ownership: Ownership, options: CrossSellCacheOptions = {}): CrossSell => {
  const { instants = 4, neighbourLists = 16_384 } = options;
  const views = new Map<number, View>();
  const scratch: Scratch = { together: new Uint32Array(0), touched: new Uint32Array(0) };
  ownership.onChange((from) => {
    for (const asOf of views.keys()) if (asOf >= from) views.delete(asOf);
  });

  const viewAsOf = (asOf: number): View => {
    // All instants after the last fact see the same facts, so "now" asked again is the same view.
    const instant = Math.min(asOf, ownership.latest());
    let view = views.get(instant);
    if (view === undefined) {
      view = createView(ownership, instant, scratch, neighbourLists);
      if (views.size >= instants) views.delete(views.keys().next().value as number);
    } else views.delete(instant);
    views.set(instant, view);
    return view;
  };

  return {
    neighbours: (product, asOf) => {
      const number = ownership.findProduct(product);
      if (number === undefined) return [];
      const view = viewAsOf(asOf);
      const { items, similarity, together } = view.neighbours(number);
      return Array.from(items, (other, i) => ({
        product: ownership.products[other]!,
        similarity: similarity[i]!,
        together: together[i]!,
        owners: view.owners[other]!,
      }));
    },
    popular: (asOf, limit = 100) => {
      const { owners } = viewAsOf(asOf);
      const best = createBest(limit, (a, b) => ownership.products[a]! < ownership.products[b]!);
      for (let product = 0; product < owners.length; product++)
        if (owners[product]! > 0) best.offer(product, owners[product]!);
      const { items, scores } = best.take();
      return Array.from(items, (product, i) => ({ product: ownership.products[product]!, owners: scores[i]! }));
    },
    candidates: (owned, candidateOptions) =>
      candidatesIn(ownership, viewAsOf(candidateOptions.asOf), owned, candidateOptions),
  };
};
