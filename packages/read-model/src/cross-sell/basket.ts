/**
 * A customer's products with the instants of their first orders, as bytes: sorted by instant and product, each as the
 * time since the one before and the product's number, both as variable-length integers of 7 bits a byte. What was
 * ordered together costs one byte for the time; five bytes a fact in all are usual.
 */
export type Basket = ReadonlyMap<number, number>;

/** Decoded facts, in arrays that are used again for the next basket. */
export interface DecodedBasket {
  size: number;
  products: Uint32Array;
  instants: Float64Array;
}

export const emptyBasket = (): DecodedBasket => ({
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
export const encodeBasket = (basket: Basket): Buffer => {
  const entries = [...basket].sort((a, b) => a[1] - b[1] || a[0] - b[0]);
  const bytes: number[] = [];
  let last = 0;
  entries.forEach(([product, instant], i) => {
    if (i === 0) put(bytes, instant < 0 ? -2 * instant - 1 : 2 * instant);
    else put(bytes, instant - last);
    put(bytes, product);
    last = instant;
  });
  return Buffer.from(bytes);
};

/** Decodes into `into`, whose arrays grow as needed. */
export const decodeBasket = (bytes: Uint8Array, into: DecodedBasket): void => {
  let size = 0;
  let at = 0;
  let instant = 0;
  const end = bytes.length;
  const take = (): number => {
    let value = 0;
    let unit = 1;
    for (;;) {
      if (at >= end) throw new Error('A basket of the cross-sell store ends within a number. Rebuild the store.');
      const byte = bytes[at++];
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
      unit *= 128;
    }
  };
  while (at < end) {
    const time = take();
    if (size > 0) instant += time;
    else instant = time % 2 === 0 ? time / 2 : -(time + 1) / 2;
    if (size === into.products.length) {
      const products = new Uint32Array(size * 2);
      const instants = new Float64Array(size * 2);
      products.set(into.products);
      instants.set(into.instants);
      into.products = products;
      into.instants = instants;
    }
    into.products[size] = take();
    into.instants[size++] = instant;
  }
  into.size = size;
};

/** As a map that may be changed. */
export const basketMap = (decoded: DecodedBasket): Map<number, number> => {
  const map = new Map<number, number>();
  for (let i = 0; i < decoded.size; i++) map.set(decoded.products[i], decoded.instants[i]);
  return map;
};
