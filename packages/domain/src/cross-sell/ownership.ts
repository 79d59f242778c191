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
  /** The number of a product. A new product gets the next number. */
  productNumber(name: string): number;
  /** The number of a product that has one already. */
  findProduct(name: string): number | undefined;
  /** True when this changed anything: a product new to the customer, or an earlier instant. */
  add(customer: number, product: number, firstOrderedAt: number): boolean;
  /** Adds customers who have no facts yet; faster and closer packed than one fact after another. */
  addBaskets(baskets: Iterable<NumberedBasket>): void;
  /** Takes a customer and all their facts out. */
  forget(customer: number): void;
  /** How many facts there are. */
  facts(): number;
  /** How many customers have at least one fact. */
  customers(): number;
  /** No fact is later than this; -Infinity without facts. After `forget` it may be later than the latest fact. */
  latest(): number;
  /**
   * Called with the instant from which answers differ, whenever anything changed: answers as of an earlier instant
   * stand.
   */
  onChange(listener: (from: number) => void): void;
  /** Bytes of the typed arrays, spare room included. */
  bytes(): number;
}

class OwnershipInLists implements Ownership {
  readonly baskets: Lists;
  readonly owners: Lists;
  readonly products: string[] = [];
  private readonly numbers = new Map<string, number>();
  private readonly listeners: ((from: number) => void)[] = [];
  private factCount = 0;
  private customerCount = 0;
  private latestInstant = Number.NEGATIVE_INFINITY;

  constructor(expected: number) {
    this.baskets = createLists({ withNumbers: true, expected });
    this.owners = createLists({ expected });
  }

  productNumber(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.products.length;
    this.products.push(name);
    this.numbers.set(name, number);
    ensureLists(this.owners, this.products.length);
    return number;
  }

  findProduct(name: string): number | undefined {
    return this.numbers.get(name);
  }

  add(customer: number, product: number, firstOrderedAt: number): boolean {
    const { baskets } = this;
    const slot = slotOf(baskets, customer, product);
    if (slot >= 0) {
      if (baskets.numbers[slot]! <= firstOrderedAt) return false;
      baskets.numbers[slot] = firstOrderedAt;
      this.changed(firstOrderedAt);
      return true;
    }
    push(baskets, customer, product, firstOrderedAt);
    push(this.owners, product, customer);
    this.factCount++;
    if (baskets.length[customer] === 1) this.customerCount++;
    if (firstOrderedAt > this.latestInstant) this.latestInstant = firstOrderedAt;
    this.changed(firstOrderedAt);
    return true;
  }

  addBaskets(all: Iterable<NumberedBasket>): void {
    const { baskets, owners } = this;
    const added: number[] = [];
    const counts = new Uint32Array(this.products.length);
    let from = Number.POSITIVE_INFINITY;
    for (const { customer, size, products, instants } of all) {
      if (size === 0) continue;
      reserve(baskets, customer, size);
      for (let i = 0; i < size; i++) {
        push(baskets, customer, products[i]!, instants[i]);
        counts[products[i]!]!++;
        if (instants[i]! < from) from = instants[i]!;
        if (instants[i]! > this.latestInstant) this.latestInstant = instants[i]!;
      }
      this.factCount += size;
      added.push(customer);
    }
    this.customerCount += added.length;
    counts.forEach((count, product) => {
      reserve(owners, product, owners.length[product]! + count);
    });
    for (const customer of added) {
      const end = baskets.start[customer]! + baskets.length[customer]!;
      for (let slot = baskets.start[customer]!; slot < end; slot++) push(owners, baskets.items[slot]!, customer);
    }
    this.changed(from);
  }

  forget(customer: number): void {
    const { baskets } = this;
    const size = customer < baskets.count ? baskets.length[customer]! : 0;
    if (size === 0) return;
    const start = baskets.start[customer]!;
    let from = Number.POSITIVE_INFINITY;
    for (let slot = start; slot < start + size; slot++) {
      removeItem(this.owners, baskets.items[slot]!, customer);
      from = Math.min(from, baskets.numbers[slot]!);
    }
    clearList(baskets, customer);
    this.factCount -= size;
    this.customerCount--;
    this.changed(from);
  }

  facts(): number {
    return this.factCount;
  }
  customers(): number {
    return this.customerCount;
  }
  latest(): number {
    return this.latestInstant;
  }
  onChange(listener: (from: number) => void): void {
    this.listeners.push(listener);
  }
  bytes(): number {
    return bytesOf(this.baskets) + bytesOf(this.owners);
  }

  private changed(from: number): void {
    for (const listener of this.listeners) listener(from);
  }
}

/**
 * An empty {@link Ownership}.
 *
 * @param expected facts to come, where that is known; any number may come
 */
export const createOwnership = (expected = 0): Ownership => new OwnershipInLists(expected);
