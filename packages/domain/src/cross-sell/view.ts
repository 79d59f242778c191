import { createBest } from './best';
import { NEIGHBOURS, SIMILARITY_DAMPING } from './cross-sell';
import type { Ownership } from './ownership';

/** The neighbours of one product, by number, best first. */
export interface NeighbourList {
  readonly items: Uint32Array;
  readonly similarity: Float64Array;
  readonly together: Uint32Array;
}

/** All counts as of one instant; neighbour lists are computed when first asked for and kept while there is room. */
export interface View {
  /** c(j) by product number. */
  readonly owners: Uint32Array;
  readonly customers: number;
  neighbours(product: number): NeighbourList;
}

const countAsOf = (
  ownership: Ownership,
  asOf: number,
): { readonly owners: Uint32Array; readonly customers: number } => {
  const products = ownership.products.length;
  if (asOf >= ownership.latest())
    return { owners: ownership.owners.length.slice(0, products), customers: ownership.customers() };
  const owners = new Uint32Array(products);
  const { items, numbers, start, length, count } = ownership.baskets;
  let customers = 0;
  for (let customer = 0; customer < count; customer++) {
    const end = start[customer]! + length[customer]!;
    let any = 0;
    for (let slot = start[customer]!; slot < end; slot++)
      if (numbers[slot]! <= asOf) {
        owners[items[slot]!]!++;
        any = 1;
      }
    customers += any;
  }
  return { owners, customers };
};

/** c(i,j) for one i and all j: walks the owners of i and what each of them owns. */
const countTogether = (
  ownership: Ownership,
  product: number,
  asOf: number,
  together: Uint32Array,
  touched: Uint32Array,
): number => {
  const { items, numbers, start, length } = ownership.baskets;
  const owners = ownership.owners;
  const everything = asOf >= ownership.latest();
  let found = 0;
  const last = owners.start[product]! + owners.length[product]!;
  for (let at = owners.start[product]!; at < last; at++) {
    const customer = owners.items[at]!;
    const from = start[customer]!;
    const end = from + length[customer]!;
    if (!everything) {
      let slot = from;
      while (items[slot] !== product) slot++;
      if (numbers[slot]! > asOf) continue;
    }
    for (let slot = from; slot < end; slot++) {
      if (!everything && numbers[slot]! > asOf) continue;
      const other = items[slot]!;
      if (together[other]!++ === 0) touched[found++]! = other;
    }
  }
  return found;
};

/** Working memory of {@link countTogether}, shared by all views of an ownership; all zero between calls. */
export interface Scratch {
  together: Uint32Array;
  touched: Uint32Array;
}

/** @param capacity neighbour lists kept, the least recently used dropped first; some 1.7 KB each at most */
export const createView = (ownership: Ownership, asOf: number, scratch: Scratch, capacity: number): View => {
  const { owners, customers } = countAsOf(ownership, asOf);
  const lists = new Map<number, NeighbourList>();
  const names = ownership.products;

  const compute = (product: number): NeighbourList => {
    if (scratch.together.length < names.length) {
      scratch.together = new Uint32Array(Math.ceil(names.length * 1.25));
      scratch.touched = new Uint32Array(scratch.together.length);
    }
    const { together, touched } = scratch;
    const found = countTogether(ownership, product, asOf, together, touched);
    const best = createBest(NEIGHBOURS, (a, b) => names[a]! < names[b]!);
    for (let i = 0; i < found; i++) {
      const other = touched[i]!;
      if (other !== product)
        best.offer(other, together[other]! / (Math.sqrt(owners[product]! * owners[other]!) + SIMILARITY_DAMPING));
    }
    const { items, scores } = best.take();
    const list = { items, similarity: scores, together: items.map((other) => together[other]!) };
    for (let i = 0; i < found; i++) together[touched[i]!] = 0;
    return list;
  };

  return {
    owners,
    customers,
    neighbours: (product) => {
      let list = lists.get(product);
      if (list === undefined) {
        list = compute(product);
        if (lists.size >= capacity) lists.delete(lists.keys().next().value as number);
      } else lists.delete(product);
      lists.set(product, list);
      return list;
    },
  };
};
