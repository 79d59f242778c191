import type { CrossSell } from './cross-sell';
import { type CrossSellCacheOptions, crossSellOf } from './cross-sell-of';
import { createOwnership } from './ownership';

/** Ownership facts in memory, and the answers from them. */
export interface CrossSellIndex extends CrossSell {
  /** Idempotent and commutative: only the earliest instant of a (customer, product) counts. True when it is news. */
  add(customer: string, product: string, firstOrderedAt: number): boolean;
  /** Takes a customer and all their facts out. */
  forget(customer: string): void;
  /** Facts held. */
  size(): number;
}

/**
 * An empty index.
 *
 * @example
 * const index = createCrossSellIndex();
 * for (const fact of ownershipOf(touchpoint)) index.add(fact.customer, fact.product, fact.firstOrderedAt);
 * index.candidates(owned, { asOf: Date.now() });
 */
export const createCrossSellIndex = (options?: CrossSellCacheOptions): CrossSellIndex => {
  const ownership = createOwnership();
  const customers = new Map<string, number>();
  const customerNumber = (customer: string): number => {
    let number = customers.get(customer);
    if (number === undefined) {
      number = customers.size;
      customers.set(customer, number);
    }
    return number;
  };
  return {
    ...crossSellOf(ownership, options),
    add: (customer, product, firstOrderedAt) =>
      ownership.add(customerNumber(customer), ownership.productNumber(product), firstOrderedAt),
    forget: (customer) => {
      const number = customers.get(customer);
      if (number !== undefined) ownership.forget(number);
    },
    size: () => ownership.facts(),
  };
};
