import * as fc from 'fast-check';
import { DamagedContent } from '../guarded';
import { basketMap, decodeBasket, emptyBasket, encodeBasket } from './basket';

const basket = fc
  .array(fc.tuple(fc.nat(4_000_000_000), fc.oneof(fc.integer(), fc.integer({ min: -8.64e15 / 2, max: 8.64e15 / 2 }))), {
    maxLength: 200,
  })
  .map((entries) => new Map(entries));

describe('a basket as bytes', () => {
  it('comes back as it was, out of a run of many, whatever was decoded into the same arrays before', () => {
    const decoded = emptyBasket();
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5_000_000), basket), { maxLength: 4 }), (baskets) => {
        const bytes = Buffer.concat(baskets.map(([customer, products]) => encodeBasket(customer, products)));
        let at = 0;
        for (const [customer, products] of baskets) {
          at = decodeBasket(bytes, at, decoded);
          expect(decoded.customer).toBe(customer);
          expect(basketMap(decoded)).toEqual(products);
        }
        expect(at).toBe(bytes.length);
      }),
    );
  });

  it('takes about five bytes a fact', () => {
    const orders = Array.from({ length: 40 }, (_, i): [number, number] => [
      i * 997,
      1_300_000_000_000 + Math.floor(i / 4) * 86_400_000 * 9 + 12_345,
    ]);
    expect(encodeBasket(200_000, new Map(orders)).length / orders.length).toBeLessThan(5);
  });

  it('says what to do when bytes are missing', () => {
    const bytes = encodeBasket(7, new Map([[300, 1_300_000_000_000]]));
    for (let end = 0; end < bytes.length; end++)
      expect(() => decodeBasket(bytes.subarray(0, end), 0, emptyBasket())).toThrow(DamagedContent);
  });
});
