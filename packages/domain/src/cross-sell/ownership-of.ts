import type { JsonObject } from '../json';
import { compareCodeUnits, type Touchpoint } from '../touchpoint/touchpoint';
import type { OwnershipFact } from './ownership';

/** A product a customer has ordered, as candidates are computed from it. Instants in milliseconds. */
export interface OwnedProduct {
  readonly product: string;
  readonly firstOrderedAt: number;
  /** At or before the instant the candidates are computed for. */
  readonly lastOrderedAt: number;
}

const productOf = (item: JsonObject): string | undefined => {
  const id = item.sku ?? item.productId;
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
};

/** The types of touchpoints that make anyone own anything. */
export const OWNERSHIP_TYPES: readonly string[] = ['order.completed'];

/**
 * The products of an `order.completed` touchpoint (`data.items[].sku`, else `productId`), each once. Empty for any
 * other touchpoint. Cancellations and refunds take nothing away: what was returned was ordered.
 *
 * @example ownershipOf(order) // [{ customer: 'c-17', product: '22423', firstOrderedAt: 1309478399999 }]
 */
export const ownershipOf = (
  touchpoint: Pick<Touchpoint, 'type' | 'customer' | 'occurredAt' | 'data'>,
): readonly OwnershipFact[] => {
  if (touchpoint.type !== 'order.completed' || !Array.isArray(touchpoint.data.items)) return [];
  const products = new Set<string>();
  for (const item of touchpoint.data.items) {
    const product = typeof item === 'object' && item !== null ? productOf(item) : undefined;
    if (product !== undefined) products.add(product);
  }
  return [...products].map((product) => ({
    customer: touchpoint.customer,
    product,
    firstOrderedAt: touchpoint.occurredAt,
  }));
};

/** What a customer had ordered up to an instant, from their touchpoints in any order, sorted by product. */
export const ownedProducts = (
  touchpoints: Iterable<Pick<Touchpoint, 'type' | 'customer' | 'occurredAt' | 'data'>>,
  asOf: number,
): readonly OwnedProduct[] => {
  const owned = new Map<string, OwnedProduct>();
  for (const touchpoint of touchpoints) {
    if (touchpoint.occurredAt > asOf) continue;
    for (const { product, firstOrderedAt } of ownershipOf(touchpoint)) {
      const known = owned.get(product);
      owned.set(product, {
        product,
        firstOrderedAt: Math.min(known?.firstOrderedAt ?? firstOrderedAt, firstOrderedAt),
        lastOrderedAt: Math.max(known?.lastOrderedAt ?? firstOrderedAt, firstOrderedAt),
      });
    }
  }
  return [...owned.values()].sort((a, b) => compareCodeUnits(a.product, b.product));
};
