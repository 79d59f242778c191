import { DamagedContent } from '../guarded';

/**
 * A customer's products with the instants of their first orders, as bytes: the customer's number, how many products, then each
 * product, sorted by instant, as the time since the one before and its number; all variable-length integers of 7 bits
 * a byte. What was ordered together costs one byte for the time; five bytes a fact in all are usual. Baskets say where
 * they end, so that many can be read as one run of bytes.
 */
export type Basket = ReadonlyMap<number, number>;

/** Decoded facts, in arrays that are used again for the next basket. */
export interface DecodedBasket {
  customer: number;
  size: number;
  products: Uint32Array;
  instants: Float64Array;
}

export const emptyBasket = (): DecodedBasket => ({
  customer: 0,
  size: 0,
  products: new Uint32Array(64),
  instants: new Float64Array(64),
});

/** Non-negative integers only; the sign of an instant goes into its lowest bit. */
const put = (bytes: number[], value: number): void => {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
};

/** @param basket product number -> instant in integer milliseconds */
export const encodeBasket = (customer: number, basket: Basket): Buffer => {
  const entries = [...basket].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const bytes: number[] = [];
  put(bytes, customer);
  put(bytes, entries.length);
  let last = 0;
  entries.forEach(([product, instant], i) => {
    if (i === 0) put(bytes, instant < 0 ? -2 * instant - 1 : 2 * instant);
    else put(bytes, instant - last);
    put(bytes, product);
    last = instant;
  });
  return Buffer.from(bytes);
};

const grow = (into: DecodedBasket, size: number): void => {
  if (size <= into.products.length) return;
  into.products = new Uint32Array(size * 2);
  into.instants = new Float64Array(size * 2);
};

/**
 * Decodes the basket that begins at byte `from` into `into`, whose arrays grow as needed.
 *
 * @returns where the next one begins
 */
export const decodeBasket = (bytes: Uint8Array, from: number, into: DecodedBasket): number => {
  const end = bytes.length;
  let at = from;
  const take = (): number => {
    let value = 0;
    let unit = 1;
    while (at < end) {
      const byte = bytes[at++]!;
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
      unit *= 128;
    }
    throw new DamagedContent('a basket ends within a number');
  };
  into.customer = take();
  const size = take();
  // A fact takes two bytes at least: a damaged size must not ask for the memory of the machine.
  if (size > (end - at) / 2) throw new DamagedContent('a basket is cut off');
  grow(into, size);
  let instant = 0;
  for (let i = 0; i < size; i++) {
    const time = take();
    if (i > 0) instant += time;
    else instant = time % 2 === 0 ? time / 2 : -(time + 1) / 2;
    into.products[i] = take();
    into.instants[i] = instant;
  }
  into.size = size;
  return at;
};

/** As a map that may be changed. */
export const basketMap = (decoded: DecodedBasket): Map<number, number> => {
  const map = new Map<number, number>();
  for (let i = 0; i < decoded.size; i++) map.set(decoded.products[i]!, decoded.instants[i]!);
  return map;
};
