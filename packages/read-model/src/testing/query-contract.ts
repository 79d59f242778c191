import type { CustomerQuery, ReadModel } from '../read-model';
import { at, complaint, DAY_MS, promise, relationship, saveOf, T0 } from './samples';

const ODD = 'say "hi", it\'s [odd].';

export const queryContract = (current: () => ReadModel): void => {
  const found = async (query: CustomerQuery) => (await current().customers(query)).customers.map((one) => one.customer);

  describe('customers', () => {
    const stored = [
      relationship('ann', { stage: 'friend', signals: { atRisk: T0 } }),
      relationship('bob', { stage: 'partner', signals: { dormant: T0, atRisk: T0 } }),
      relationship('Eve_1', { stage: 'friend', signals: { dormant: T0 } }),
      relationship('100%', { stage: 'stranger' }),
      relationship('100\\', { stage: 'stranger' }),
    ];
    beforeEach(() =>
      current().save(
        stored.map((one) => saveOf(one)),
        at(1),
      ),
    );

    test('all of them, whole, in order of id', async () => {
      const ids = ['100%', '100\\', 'Eve_1', 'ann', 'bob'];
      const byId = ids.map((id) => stored.find((one) => one.customer === id));
      expect(await current().customers({})).toEqual({ customers: byId });
    });

    test.each<[string, CustomerQuery, readonly string[]]>([
      ['by stage', { stage: 'friend' }, ['Eve_1', 'ann']],
      ['of an empty stage', { stage: 'enemy' }, []],
      ['by raised signal', { signal: 'atRisk' }, ['ann', 'bob']],
      ['by stage and signal', { stage: 'friend', signal: 'dormant' }, ['Eve_1']],
      ['by text anywhere in the id', { text: 'o' }, ['bob']],
      ['by text, small and capital letters alike', { text: 'eVE' }, ['Eve_1']],
      ['by a text with %, which is nothing special', { text: '%' }, ['100%']],
      ['by a text with _, which is nothing special', { text: '_' }, ['Eve_1']],
      ['by a text with \\, which is nothing special', { text: '\\' }, ['100\\']],
      ['by stage, signal and text', { stage: 'friend', signal: 'atRisk', text: 'nn' }, ['ann']],
      ['after one of them', { after: 'Eve_1' }, ['ann', 'bob']],
      ['after an id that is not there', { after: 'ant', limit: 1 }, ['bob']],
    ])('%s', async (_, query, expected) => {
      expect(await found(query)).toEqual(expected);
    });

    test('a change of stage or signal is found under the new one only', async () => {
      await current().save([saveOf(relationship('ann', { stage: 'partner', signals: { dormant: T0 } }))], at(2));
      expect(await found({ stage: 'friend' })).toEqual(['Eve_1']);
      expect(await found({ stage: 'partner' })).toEqual(['ann', 'bob']);
      expect(await found({ signal: 'atRisk' })).toEqual(['bob']);
      expect(await found({ signal: 'dormant' })).toEqual(['Eve_1', 'ann', 'bob']);
    });

    test.each([0, 1_001, 1.5, -1])('a page of %s customers is refused', async (limit) => {
      await expect(current().customers({ limit })).rejects.toThrow(RangeError);
    });
  });

  describe('pages', () => {
    const ids = Array.from({ length: 25 }, (_, i) => `c-${String(i).padStart(2, '0')}`);
    const save = (customers: readonly string[]) =>
      current().save(
        customers.map((id) => saveOf(relationship(id, { stage: 'friend', signals: { atRisk: T0 } }))),
        at(1),
      );

    test.each<[string, CustomerQuery]>([
      ['all', {}],
      ['of a stage', { stage: 'friend' }],
      ['of a signal', { signal: 'atRisk' }],
      ['of a score', { factor: { id: 'trust', atLeast: 1, at: T0 + DAY_MS } }],
    ])('walk through everyone once: %s', async (_, query) => {
      await save(ids);
      const seen: string[] = [];
      let page = await current().customers({ ...query, limit: 10 });
      seen.push(...page.customers.map((one) => one.customer));
      expect(page.next).toBe('c-09');
      while (page.next !== undefined) {
        page = await current().customers({ ...query, limit: 10, after: page.next });
        seen.push(...page.customers.map((one) => one.customer));
      }
      expect(seen).toEqual(ids);
    });

    test('there is no next page after one that is exactly full', async () => {
      await save(ids.slice(0, 10));
      const page = await current().customers({ limit: 10 });
      expect(page.customers).toHaveLength(10);
      expect(page.next).toBeUndefined();
    });

    test('a customer who comes or goes between two pages moves no other', async () => {
      await save(ids);
      const first = await current().customers({ limit: 10 });
      await save(['c-03b', 'c-15b']);
      await current().save([{ kind: 'removed', customer: 'c-09' }], at(2));
      const second = await current().customers({ limit: 10, after: first.next });
      expect(second.customers.map((one) => one.customer)).toEqual([
        ...ids.slice(10, 16),
        'c-15b',
        ...ids.slice(16, 19),
      ]);
    });

    test('a page has 100 customers unless asked', async () => {
      await save(Array.from({ length: 101 }, (_, i) => `d-${i}`));
      expect(await found({})).toHaveLength(100);
      expect(await found({ limit: 1_000 })).toHaveLength(101);
    });
  });

  describe('factor scores', () => {
    const halfLife = 365 * DAY_MS;
    const scoreAt = (instant: number): number => {
      const d = 2 ** (-(instant - T0) / halfLife);
      return (100 * (2 + 6 * d)) / (4 + (6 + 1) * d);
    };
    beforeEach(() =>
      current().save(
        [
          saveOf(relationship('strong', { factors: { trust: { for: 6, against: 1, at: T0 } } })),
          saveOf(relationship('without', { factors: {} })),
          saveOf(relationship('weak', { factors: { trust: { for: 0, against: 6, at: T0 } } })),
        ],
        at(1),
      ),
    );
    const between = (atLeast: number, atMost: number, instant: number) =>
      found({ factor: { id: 'trust', atLeast, atMost, at: instant } });

    test.each([0, 1, 365 * DAY_MS, 3_650 * DAY_MS])(
      'are those of the model %s ms after the evidence',
      async (later) => {
        const score = scoreAt(T0 + later);
        expect(await between(score - 1e-9, score + 1e-9, T0 + later)).toContain('strong');
        expect(await between(score + 1e-9, 100, T0 + later)).not.toContain('strong');
        expect(await between(0, score - 1e-9, T0 + later)).not.toContain('strong');
      },
    );

    test('without evidence are the prior, both ends included', async () => {
      expect(await between(50, 50, T0)).toEqual(['without']);
    });

    test('drift to the prior when nothing happens', async () => {
      expect(await between(0, 30, T0)).toEqual(['weak']);
      expect(await between(0, 30, T0 + 4 * halfLife)).toEqual([]);
      expect(await between(50, 50, T0 + 10_000 * halfLife)).toEqual(['strong', 'weak', 'without']);
    });

    test('combine with the other filters', async () => {
      await current().save([saveOf(relationship('strange', { stage: 'partner', factors: {} }))], at(2));
      expect(await found({ factor: { id: 'trust', atLeast: 50, at: T0 }, text: 'str' })).toEqual(['strange', 'strong']);
      expect(await found({ factor: { id: 'trust', atLeast: 50, at: T0 }, stage: 'partner' })).toEqual(['strange']);
    });

    test('of a factor with any name, with its own prior', async () => {
      await current().save(
        [saveOf(relationship('odd', { factors: { [ODD]: { for: 96, against: 0, at: T0 } } }))],
        at(2),
      );
      expect(await found({ factor: { id: ODD, atLeast: 97, atMost: 97, at: T0 } })).toEqual(['odd']);
      expect(await found({ factor: { id: ODD, atMost: 25, at: T0 } })).toEqual(['strong', 'weak', 'without']);
    });

    test('of a factor the ruleset does not have are refused', async () => {
      await expect(current().customers({ factor: { id: 'luck', at: T0 } })).rejects.toThrow(/luck.*trust/);
    });
  });

  describe('reviews', () => {
    test('are due at or before an instant, soonest first', async () => {
      const reviews: readonly (readonly [string, number | null])[] = [
        ['never', null],
        ['late', T0 + 30],
        ['soon', T0 + 10],
        ['also soon', T0 + 10],
        ['middle', T0 + 20],
      ];
      await current().save(
        reviews.map(([id, nextReviewAt]) => saveOf(relationship(id, { nextReviewAt }))),
        at(1),
      );
      expect(await current().nextReviewAt()).toBe(T0 + 10);
      expect(await current().due(T0 + 9, 10)).toEqual([]);
      expect(await current().due(T0 + 20, 10)).toEqual(['also soon', 'soon', 'middle']);
      expect(await current().due(T0 + 99, 3)).toEqual(['also soon', 'soon', 'middle']);
      await current().save([saveOf(relationship('soon')), { kind: 'removed', customer: 'also soon' }], at(2));
      expect(await current().nextReviewAt()).toBe(T0 + 20);
      expect(await current().due(T0 + 20, 10)).toEqual(['middle']);
    });
  });

  describe('what lies ahead', () => {
    const ahead = (customer: string, dueAt: number) => ({ kind: 'ahead' as const, customer, dueAt });
    const due = (before: number, limit = 10) => current().due(before, limit);

    test('makes a customer due when it does, once, also one of whom nothing is stored', async () => {
      const both = relationship('both', { nextReviewAt: T0 + 20 });
      await current().save(
        [saveOf(both, { dueAt: T0 + 10 }), saveOf(relationship('none')), ahead('new', T0 + 15)],
        at(1),
      );
      expect(await current().load(['new'])).toEqual([undefined]);
      expect(await current().dueAt(['new', 'none', 'nobody', 'both'])).toEqual(
        new Map([
          ['new', T0 + 15],
          ['both', T0 + 10],
        ]),
      );
      expect(await current().nextReviewAt()).toBe(T0 + 10);
      expect(await due(T0 + 9)).toEqual([]);
      expect(await due(T0 + 99)).toEqual(['both', 'new']);
      expect(await due(T0 + 99, 1)).toEqual(['both']);
    });

    test('is kept while a customer is parked, and is gone once it is saved without, or removed', async () => {
      const parked = { customer: 'ann', reason: 'not a number', parkedAt: T0 };
      await current().save([ahead('ann', T0 + 1), ahead('bob', T0 + 2), { kind: 'parked', parked }], at(1));
      expect(await due(T0 + 9)).toEqual(['bob']);
      expect(await current().dueAt(['ann'])).toEqual(new Map([['ann', T0 + 1]]));
      await current().save([saveOf(relationship('ann'))], at(2));
      await current().save([{ kind: 'removed', customer: 'bob', dueAt: T0 + 5 }], at(3));
      expect(await current().dueAt(['ann', 'bob'])).toEqual(new Map([['bob', T0 + 5]]));
      await current().save([{ kind: 'removed', customer: 'bob' }], at(4));
      expect(await current().nextReviewAt()).toBeUndefined();
      expect(await current().dueAt(['ann', 'bob'])).toEqual(new Map());
    });

    test('again after the clock was set back: a customer at a later instant is found', async () => {
      const stored = [0, 10, 20].map((later) => saveOf(relationship(`c-${later}`, { instant: T0 + later })));
      await current().save(
        [...stored, { kind: 'parked', parked: { customer: 'c-20', reason: '', parkedAt: T0 } }],
        at(1),
      );
      expect(await current().beyond(T0 + 10, 5)).toEqual([]);
      expect(await current().beyond(T0, 5)).toEqual(['c-10']);
      expect(await current().beyond(T0 - 1, 1)).toEqual(['c-0']);
    });

    test('lies ahead of the present that a checkpoint names', async () => {
      await current().save([], { ...at(1), asOf: T0 });
      expect(await current().checkpoint()).toEqual({ ...at(1), asOf: T0 });
    });
  });

  describe('cases and promises', () => {
    beforeEach(() =>
      current().save(
        [
          saveOf(relationship('ann'), {
            cases: [complaint('a-2', T0 + 20), complaint('a-1', T0 + 10, { open: false })],
            promises: [promise('reply', T0 + 20), promise('delivery', T0 + 10, 'o-1')],
          }),
          saveOf(relationship('bob'), { cases: [complaint('b-1', T0 + 5)], promises: [promise('reply', T0 + 15)] }),
        ],
        at(1),
      ),
    );

    test.each([
      ['all, oldest first', {}, ['b-1', 'a-1', 'a-2']],
      ['open', { open: true }, ['b-1', 'a-2']],
      ['closed', { open: false }, ['a-1']],
      ['opened before an instant', { openedBefore: T0 + 20 }, ['b-1', 'a-1']],
      ['of a customer', { customer: 'ann' }, ['a-1', 'a-2']],
      ['of no customers', { customer: 'zoe' }, []],
      ['the first', { limit: 1 }, ['b-1']],
      ['after one', { after: { openedAt: T0 + 10, customer: 'ann', caseId: 'a-1' } }, ['a-2']],
      ['after one of its instant', { after: { openedAt: T0 + 10, customer: 'ann', caseId: 'a-0' } }, ['a-1', 'a-2']],
      [
        'after one that is gone',
        { open: true, after: { openedAt: T0 + 4, customer: 'zoe', caseId: 'z' } },
        ['b-1', 'a-2'],
      ],
      ['together', { customer: 'ann', open: true, openedBefore: T0 + 21, limit: 5 }, ['a-2']],
    ])('cases: %s', async (_, query, expected) => {
      expect((await current().cases(query)).map((one) => one.caseId)).toEqual(expected);
    });

    test.each([
      ['all, soonest first', {}, [T0 + 10, T0 + 15, T0 + 20]],
      ['with a deadline before an instant', { before: T0 + 15 }, [T0 + 10]],
      ['of a customer', { customer: 'ann' }, [T0 + 10, T0 + 20]],
      ['of no customers', { customer: 'zoe' }, []],
      ['the first', { limit: 2 }, [T0 + 10, T0 + 15]],
    ])('promises: %s', async (_, query, expected) => {
      expect((await current().promisesDue(query)).map((one) => one.deadline)).toEqual(expected);
    });

    test('name their customer', async () => {
      expect((await current().cases({ limit: 1 }))[0].customer).toBe('bob');
      expect((await current().promisesDue({ limit: 1 }))[0].customer).toBe('ann');
    });
  });
};
