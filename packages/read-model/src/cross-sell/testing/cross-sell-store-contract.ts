/** What every adapter of the cross-sell projection must do; run it in a spec of the adapter. */
import { createCrossSellIndex, type OwnershipFact } from '@rapport/domain';
import * as fc from 'fast-check';
import type { CrossSellStore } from '../cross-sell-store';

/** A place that holds one store, empty at first. */
export interface CrossSellPlace {
  /** Another connection to the same store; all are closed by `remove`. */
  open(): CrossSellStore;
  remove(): Promise<void>;
}

const DAY = 86_400_000;
const PRODUCTS = ['22423', '85123A', 'a', 'B', 'ä', 'k9', 'k10', ''];
const product = fc.constantFrom(...PRODUCTS);
const fact: fc.Arbitrary<OwnershipFact> = fc.record({
  customer: fc.constantFrom('c1', 'c2', 'c3', 'c4', 'c5'),
  product,
  firstOrderedAt: fc.oneof(
    fc.integer({ min: -2, max: 40 }).map((n) => n * 9 * DAY),
    fc.maxSafeInteger().map((n) => n % 4e12),
  ),
});
const batch = fc.record({
  facts: fc.array(fact, { maxLength: 12 }),
  forget: fc.array(fc.constantFrom('c1', 'c2', 'c9'), { maxLength: 1 }),
});
const owned = fc.uniqueArray(
  fc.record({ product, firstOrderedAt: fc.constant(0), lastOrderedAt: fc.integer({ min: 0, max: 40 * DAY }) }),
  { selector: (one) => one.product, maxLength: 4 },
);
const question = fc.record({ owned, asOf: fc.integer({ min: 0, max: 40 }).map((n) => n * 9 * DAY) });

const of = (customer: string, item: string, firstOrderedAt: number): OwnershipFact => ({
  customer,
  product: item,
  firstOrderedAt,
});

export const crossSellStoreContract = (name: string, createPlace: () => CrossSellPlace): void => {
  describe(`${name} as a store of cross-sell facts`, () => {
    const inPlace = async (test: (place: CrossSellPlace) => Promise<void>): Promise<void> => {
      const place = createPlace();
      try {
        await test(place);
      } finally {
        await place.remove();
      }
    };

    it('is empty at first, and answers', () =>
      inPlace(async (place) => {
        const store = place.open();
        expect(await store.checkpoint()).toBeUndefined();
        expect(await store.size()).toEqual({ facts: 0, customers: 0, products: 0 });
        expect((await store.load()).candidates([], { asOf: 0 })).toEqual([]);
      }));

    it('answers as the index in memory does, after any batches, live and opened again', () =>
      fc.assert(
        fc.asyncProperty(fc.array(batch, { maxLength: 5 }), question, (batches, { owned: hers, asOf }) =>
          inPlace(async (place) => {
            const store = place.open();
            const live = await store.load();
            const index = createCrossSellIndex();
            for (const [i, { facts, forget }] of batches.entries()) {
              await store.applyFacts(facts, `${i}`, forget);
              for (const customer of forget) index.forget(customer);
              for (const one of facts) index.add(one.customer, one.product, one.firstOrderedAt);
              expect(live.candidates(hers, { asOf })).toEqual(index.candidates(hers, { asOf }));
            }
            const reopened = await place.open().load();
            for (const item of PRODUCTS) expect(reopened.neighbours(item, asOf)).toEqual(index.neighbours(item, asOf));
            expect(reopened.candidates(hers, { asOf })).toEqual(index.candidates(hers, { asOf }));
            expect(reopened.popular(asOf)).toEqual(index.popular(asOf));
            expect((await store.size()).facts).toBe(index.size());
          }),
        ),
        { numRuns: 25 },
      ));

    it('keeps the checkpoint of the last batch, also of one without news', () =>
      inPlace(async (place) => {
        const store = place.open();
        await store.applyFacts([of('a', 'tea', 1)], '0007');
        await store.applyFacts([of('a', 'tea', 1)], '0009');
        await store.applyFacts([], '0011');
        await store.close();
        expect(await place.open().checkpoint()).toBe('0011');
      }));

    it('takes a batch again without a change, as after a stop between commit and acknowledgement', () =>
      inPlace(async (place) => {
        const store = place.open();
        const facts = [of('a', 'tea', 5), of('a', 'cup', 5), of('b', 'tea', 7), of('a', 'tea', 9)];
        await store.applyFacts(facts, '1');
        const before = (await store.load()).neighbours('tea', 10);
        await store.applyFacts(facts, '1');
        expect((await store.load()).neighbours('tea', 10)).toEqual(before);
        expect(await store.size()).toEqual({ facts: 3, customers: 2, products: 2 });
      }));

    it('shows what another connection has written', () =>
      inPlace(async (place) => {
        const [writer, reader] = [place.open(), place.open()];
        await writer.applyFacts([of('a', 'tea', 5)], '1');
        expect((await reader.load()).popular(10)).toEqual([{ product: 'tea', owners: 1 }]);
        await writer.applyFacts([of('b', 'cup', 5), of('a', 'cup', 5)], '2');
        expect((await reader.load()).popular(10)).toEqual([
          { product: 'cup', owners: 2 },
          { product: 'tea', owners: 1 },
        ]);
      }));

    it('rebuilds to the same answers, twice', () =>
      inPlace(async (place) => {
        const store = place.open();
        await store.applyFacts([of('old', 'gone', 1)], '1');
        const batches = [[of('a', 'tea', 5), of('b', 'tea', 7)], [], [of('a', 'cup', 3), of('a', 'tea', 4)]];
        for (let run = 0; run < 2; run++) {
          expect(await store.rebuild(batches, '8')).toEqual({ facts: 3, customers: 2, products: 2 });
          expect(await store.checkpoint()).toBe('8');
          const index = createCrossSellIndex();
          for (const one of batches.flat()) index.add(one.customer, one.product, one.firstOrderedAt);
          for (const asOf of [2, 3, 4, 9]) expect((await store.load()).popular(asOf)).toEqual(index.popular(asOf));
        }
        await store.applyFacts([of('c', 'hat', 8)], '9');
        expect((await place.open().load()).popular(8)).toHaveLength(3);
      }));

    it('stands as it was when a rebuild fails', () =>
      inPlace(async (place) => {
        const store = place.open();
        await store.applyFacts([of('a', 'tea', 5)], '1');
        const failing = async function* () {
          yield [of('b', 'cup', 5)];
          throw new Error('the log could not be read');
        };
        await expect(store.rebuild(failing(), '2')).rejects.toThrow('the log could not be read');
        expect(await store.checkpoint()).toBe('1');
        expect((await store.load()).popular(10)).toEqual([{ product: 'tea', owners: 1 }]);
      }));

    it('may be closed twice', () =>
      inPlace(async (place) => {
        const store = place.open();
        await store.close();
        await expect(store.close()).resolves.toBeUndefined();
      }));
  });
};
