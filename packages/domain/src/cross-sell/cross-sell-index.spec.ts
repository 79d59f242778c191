import * as fc from 'fast-check';
import { crossSellReply } from './cross-sell';
import { createCrossSellIndex } from './cross-sell-index';
import type { OwnershipFact } from './ownership';
import { day, fact, facts, product, question } from './testing/arbitraries';
import { bruteForce } from './testing/brute-force';

const indexOf = (all: readonly OwnershipFact[]) => {
  const index = createCrossSellIndex({ instants: 2, neighbourLists: 3 });
  for (const { customer, product: item, firstOrderedAt } of all) index.add(customer, item, firstOrderedAt);
  return index;
};

const fromScratch = (all: readonly OwnershipFact[]) => {
  const earliest = new Map<string, OwnershipFact>();
  for (const one of all) {
    const key = `${one.customer} ${one.product}`;
    const known = earliest.get(key);
    if (known === undefined || one.firstOrderedAt < known.firstOrderedAt) earliest.set(key, one);
  }
  return [...earliest.values()];
};

describe('the cross-sell index', () => {
  it('gives the neighbours of the formula, as of any day', () => {
    fc.assert(
      fc.property(facts, product, day, (all, item, asOf) => {
        expect(indexOf(all).neighbours(item, asOf)).toEqual(bruteForce(all, asOf).neighbours(item));
      }),
    );
  });

  it('gives the most popular products of the formula, as of any day', () => {
    fc.assert(
      fc.property(facts, day, fc.integer({ min: 0, max: 20 }), (all, asOf, limit) => {
        expect(indexOf(all).popular(asOf, limit)).toEqual(bruteForce(all, asOf).popular(limit));
      }),
    );
  });

  it('gives the candidates of the formula, with the same scores and reasons to the last bit', () => {
    fc.assert(
      fc.property(facts, fc.array(question, { minLength: 1, maxLength: 5 }), (all, questions) => {
        const index = indexOf(all);
        for (const { owned, ...options } of questions)
          expect(index.candidates(owned, options)).toEqual(
            bruteForce(all, options.asOf).candidates([...owned], options),
          );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the hundred most similar products, ties by id', () => {
    const all = Array.from({ length: 250 }, (_, i) => ({
      customer: `c${i % 3}`,
      product: `p${(i * 7) % 250}`,
      firstOrderedAt: i,
    })).concat([0, 1, 2].map((i) => ({ customer: `c${i}`, product: 'hub', firstOrderedAt: i })));
    const neighbours = indexOf(all).neighbours('hub', 1000);
    expect(neighbours).toHaveLength(100);
    expect(neighbours).toEqual(bruteForce(all, 1000).neighbours('hub'));
  });

  it('answers the same whatever the order of arrival, and however often a fact arrives', () => {
    const shuffled = facts.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, question, ([all, mixed], { owned, ...options }) => {
        const answer = indexOf(mixed).candidates(owned, options);
        expect(answer).toEqual(indexOf(all).candidates(owned, options));
        expect(answer).toEqual(indexOf(fromScratch(all)).candidates([...owned].reverse(), options));
      }),
    );
  });

  it('gives scores that do not depend on the order in which products are named, to the last bit', () => {
    const universe = Array.from({ length: 12 }, (_, c) =>
      Array.from({ length: 12 }, (_, p) => ({ customer: `c${c}`, product: `p${p}`, firstOrderedAt: 0 })),
    )
      .flat()
      .filter((_, i) => i % 7 !== 0 && i % 5 !== 0);
    const index = indexOf(universe);
    const hers = Array.from({ length: 9 }, (_, p) => ({
      product: `p${p}`,
      firstOrderedAt: 0,
      lastOrderedAt: p * 7_777_777_777,
    }));
    const asOf = 80_000_000_000;
    const answer = index.candidates(hers, { asOf });
    expect(answer).toEqual(bruteForce(universe, asOf).candidates(hers, {}));
    fc.assert(
      fc.property(fc.shuffledSubarray(hers, { minLength: hers.length }), (shuffled) => {
        expect(index.candidates(shuffled, { asOf })).toEqual(answer);
      }),
    );
  });

  it('takes late facts as if they had never been late, between questions', () => {
    fc.assert(
      fc.property(facts, fc.array(fact, { maxLength: 10 }), question, question, (all, late, first, second) => {
        const index = indexOf(all);
        index.candidates(first.owned, first);
        index.candidates(second.owned, second);
        for (const one of late) index.add(one.customer, one.product, one.firstOrderedAt);
        const fresh = indexOf([...late, ...all]);
        for (const asked of [first, second])
          expect(index.candidates(asked.owned, asked)).toEqual(fresh.candidates(asked.owned, asked));
      }),
    );
  });

  it('never changes an answer as of a day when something later arrives', () => {
    fc.assert(
      fc.property(facts, facts, question, (all, more, { owned, ...options }) => {
        const index = indexOf(all);
        const before = index.candidates(owned, options);
        for (const one of more) index.add(one.customer, one.product, options.asOf + 1 + one.firstOrderedAt);
        expect(index.candidates(owned, options)).toEqual(before);
      }),
    );
  });

  it('never offers what the customer ever ordered, what is excluded or what is not on sale', () => {
    fc.assert(
      fc.property(facts, question, (all, { owned, ...options }) => {
        for (const candidate of indexOf(all).candidates(owned, options)) {
          expect(owned.map((one) => one.product)).not.toContain(candidate.product);
          expect(options.exclude).not.toContain(candidate.product);
          if (options.onSale) expect(options.onSale).toContain(candidate.product);
        }
      }),
    );
  });

  it('forgets a customer without a trace', () => {
    fc.assert(
      fc.property(facts, facts, question, (all, again, { owned, ...options }) => {
        const index = indexOf(all);
        index.candidates(owned, options);
        index.forget('c1');
        const others = all.filter(({ customer }) => customer !== 'c1');
        expect(index.candidates(owned, options)).toEqual(indexOf(others).candidates(owned, options));
        expect(index.size()).toBe(fromScratch(others).length);
        for (const one of again) index.add(one.customer, one.product, one.firstOrderedAt);
        expect(index.candidates(owned, options)).toEqual(indexOf([...others, ...again]).candidates(owned, options));
      }),
    );
  });

  it('explains a candidate: three products at most, heaviest first, their weights summing to the score', () => {
    const day = 86_400_000;
    const index = indexOf([
      { customer: 'a', product: 'tea', firstOrderedAt: 0 },
      { customer: 'a', product: 'cup', firstOrderedAt: 0 },
      { customer: 'b', product: 'tea', firstOrderedAt: 0 },
      { customer: 'b', product: 'cup', firstOrderedAt: 0 },
      { customer: 'c', product: 'hat', firstOrderedAt: 0 },
      { customer: 'd', product: 'tea', firstOrderedAt: 0 },
    ]);
    const owned = [{ product: 'tea', firstOrderedAt: 0, lastOrderedAt: 10 * day }];
    const [first, second] = index.candidates(owned, { asOf: 100 * day });
    const weight = (0.5 * 2) / (Math.sqrt(3 * 2) + 10);
    expect(first).toEqual({
      product: 'cup',
      rank: 1,
      score: weight,
      owners: 2,
      reasons: [{ product: 'tea', together: 2, owners: 3, lift: (2 * 4) / (3 * 2), weight }],
    });
    expect(second).toEqual({ product: 'hat', rank: 2, score: 0, owners: 1, reasons: [], popular: true });
  });

  it('offers the most popular products to a customer without orders', () => {
    const index = indexOf([
      { customer: 'a', product: 'tea', firstOrderedAt: 1 },
      { customer: 'b', product: 'tea', firstOrderedAt: 2 },
      { customer: 'b', product: 'cup', firstOrderedAt: 2 },
    ]);
    expect(index.candidates([], { asOf: 2 }).map((candidate) => candidate.product)).toEqual(['tea', 'cup']);
    expect(index.candidates([], { asOf: 1 }).map((candidate) => candidate.product)).toEqual(['tea']);
    expect(index.candidates([], { asOf: 0 })).toEqual([]);
  });

  it('says why candidates are withheld instead of computing them', () => {
    const index = indexOf([{ customer: 'a', product: 'tea', firstOrderedAt: 1 }]);
    expect(crossSellReply(index, [], { asOf: 2, withheld: 'a complaint is open' })).toEqual({
      kind: 'withheld',
      reason: 'a complaint is open',
    });
    expect(crossSellReply(index, [], { asOf: 2 })).toMatchObject({
      kind: 'candidates',
      candidates: [{ product: 'tea' }],
    });
  });
});
