import { bytesOf, clearList, createLists, ensureLists, type Lists, push, removeItem, reserve, slotOf } from './lists';

/** One customer first ordered one product at an instant. Facts join by the minimum: order and duplicates change nothing. */
export interface OwnershipFact {
  readonly customer: string;
  readonly product: string;
  /** Milliseconds. */
  readonly firstOrderedAt: number;
}

/** All products of one customer, each once; the first `size` elements of both arrays. */
export interface NumberedBasket {
  readonly customer: number;
  readonly size: number;
  readonly products: Uint32Array;
  readonly instants: Float64Array;
}

/**
 * Who owns what since when, for customers and products that are numbers: customer -> (product, since) and
 * product -> customers. About 25 bytes a fact; everything else of cross-selling is counted from it on demand.
 */
export interface Ownership {
  /** Of each customer: `items` are products, `numbers` the instants of the first order. */
  readonly baskets: Lists;
  /** Of each product: customers. */
  readonly owners: Lists;
  /** Names of products by number. */
  readonly products: readonly string[];
  /** The number of a product, given to it at the first asking. */
  productNumber(name: string): number;
  /** As `productNumber`, undefined for one never seen. */
  findProduct(name: string): number | undefined;
  /** True when this changed anything: a product new to the customer, or an earlier instant. */
  add(customer: number, product: number, firstOrderedAt: number): boolean;
  /** Adds customers who have no facts yet; faster and closer packed than one fact after another. */
  addBaskets(baskets: Iterable<NumberedBasket>): void;
  /** Takes a customer and all her facts out. */
  forget(customer: number): void;
  /** Facts held. */
  facts(): number;
  /** Customers with at least one fact. */
  customers(): number;
  /** No fact is later; -Infinity when there is none. After `forget` it may be later than the latest. */
  latest(): number;
  /**
   * Called with the instant from which answers differ, whenever anything changed: answers as of an earlier instant
   * stand.
   */
  onChange(listener: (from: number) => void): void;
  /** Bytes of the typed arrays, spare room included. */
  bytes(): number;
}

/** An empty {@link Ownership}. @param expected facts to come, where that is known; any number may come */
export const createOwnership = (expected = 0): Ownership => {
  const baskets = createLists({ withNumbers: true, expected });
  const owners = createLists({ expected });
  const products: string[] = [];
  const numbers = new Map<string, number>();
  const listeners: ((from: number) => void)[] = [];
  let facts = 0;
  let customers = 0;
  let latest = Number.NEGATIVE_INFINITY;
  const changed = (from: number): void => {
    for (const listener of listeners) listener(from);
  };

  return {
    baskets,
    owners,
    products,
    productNumber: (name) => {
      let number = numbers.get(name);
      if (number === undefined) {
        number = products.length;
        products.push(name);
        numbers.set(name, number);
        ensureLists(owners, products.length);
      }
      return number;
    },
    findProduct: (name) => numbers.get(name),
    add: (customer, product, firstOrderedAt) => {
      const slot = slotOf(baskets, customer, product);
      if (slot >= 0) {
        if (baskets.numbers[slot] <= firstOrderedAt) return false;
        baskets.numbers[slot] = firstOrderedAt;
        changed(firstOrderedAt);
        return true;
      }
      push(baskets, customer, product, firstOrderedAt);
      push(owners, product, customer);
      facts++;
      if (baskets.length[customer] === 1) customers++;
      if (firstOrderedAt > latest) latest = firstOrderedAt;
      changed(firstOrderedAt);
      return true;
    },
    addBaskets: (all) => {
      const added: number[] = [];
      const counts = new Uint32Array(products.length);
      let from = Number.POSITIVE_INFINITY;
      for (const { customer, size, products: hers, instants } of all) {
        if (size === 0) continue;
        reserve(baskets, customer, size);
        for (let i = 0; i < size; i++) {
          push(baskets, customer, hers[i], instants[i]);
          counts[hers[i]]++;
          if (instants[i] < from) from = instants[i];
          if (instants[i] > latest) latest = instants[i];
        }
        facts += size;
        added.push(customer);
      }
      customers += added.length;
      counts.forEach((count, product) => {
        reserve(owners, product, owners.length[product] + count);
      });
      for (const customer of added) {
        const end = baskets.start[customer] + baskets.length[customer];
        for (let slot = baskets.start[customer]; slot < end; slot++) push(owners, baskets.items[slot], customer);
      }
      changed(from);
    },
    forget: (customer) => {
      const size = customer < baskets.count ? baskets.length[customer] : 0;
      if (size === 0) return;
      const start = baskets.start[customer];
      let from = Number.POSITIVE_INFINITY;
      for (let slot = start; slot < start + size; slot++) {
        removeItem(owners, baskets.items[slot], customer);
        from = Math.min(from, baskets.numbers[slot]);
      }
      clearList(baskets, customer);
      facts -= size;
      customers--;
      changed(from);
    },
    facts: () => facts,
    customers: () => customers,
    latest: () => latest,
    onChange: (listener) => {
      listeners.push(listener);
    },
    bytes: () => bytesOf(baskets) + bytesOf(owners),
  };
};
