import * as fc from 'fast-check';
import type { OwnershipFact } from '../ownership';
import type { OwnedProduct } from '../ownership-of';

const DAY = 86_400_000;

/** Ids whose order by code unit is neither that of a locale nor that of first appearance. */
export const product = fc.constantFrom('22423', '85123A', '85123a', 'a', 'B', 'ä', 'Z-1', '𝒙', 'k9', 'k10', '0', 'm');
export const day = fc.integer({ min: 0, max: 40 }).map((n) => n * 9 * DAY);

export const fact: fc.Arbitrary<OwnershipFact> = fc.record({
  customer: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'),
  product,
  firstOrderedAt: day,
});

export const facts = fc.array(fact, { maxLength: 60 });

/** The customer's products as of an instant, each once. */
export const ownedAsOf = (asOf: number): fc.Arbitrary<readonly OwnedProduct[]> =>
  fc.uniqueArray(
    fc.record({ product, firstOrderedAt: day, lastOrderedAt: day }).map((owned) => ({
      product: owned.product,
      firstOrderedAt: Math.min(owned.firstOrderedAt, owned.lastOrderedAt, asOf),
      lastOrderedAt: Math.min(Math.max(owned.firstOrderedAt, owned.lastOrderedAt), asOf),
    })),
    { selector: (owned) => owned.product, maxLength: 6 },
  );

/** A question for candidates. */
export const question = day.chain((asOf) =>
  fc.record({
    asOf: fc.constant(asOf),
    owned: ownedAsOf(asOf),
    limit: fc.integer({ min: 0, max: 8 }),
    exclude: fc.array(product, { maxLength: 3 }),
    onSale: fc.option(fc.array(product, { maxLength: 8 }), { nil: undefined }),
  }),
);
