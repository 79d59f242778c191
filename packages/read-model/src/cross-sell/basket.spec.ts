import * as fc from 'fast-check';
import { basketMap, decodeBasket, emptyBasket, encodeBasket } from './basket';

const basket = fc
  .array(fc.tuple(fc.nat(4_000_000_000), fc.oneof(fc.integer(), fc.integer({ min: -8.64e15 / 2, max: 8.64e15 / 2 }))), {
    maxLength: 200,
  })
  .map((entries) => new Map(entries));

describe('a basket as bytes', () => {
  it('comes back as it was, whatever was decoded into the same arrays before', () => {
    const decoded = emptyBasket();
    fc.assert(
      fc.property(basket, (products) => {
        decodeBasket(encodeBasket(products), decoded);
        expect(basketMap(decoded)).toEqual(products);
      }),
    );
  });

  it('takes about five bytes a fact', () => {
    const orders = Array.from({ length: 40 }, (_, i): [number, number] => [
      i * 997,
      1_300_000_000_000 + Math.floor(i / 4) * 86_400_000 * 9 + 12_345,
    ]);
    expect(encodeBasket(new Map(orders)).length / orders.length).toBeLessThan(5);
  });

  it('says what to do when bytes are missing', () => {
    const bytes = encodeBasket(new Map([[300, 1_300_000_000_000]]));
    expect(() => decodeBasket(bytes.subarray(0, -1), emptyBasket())).toThrow('Rebuild the store');
  });
});
