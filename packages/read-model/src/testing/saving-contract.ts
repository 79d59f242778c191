import type { ReadModel, RelationshipSave } from '../read-model';
import { at, complaint, DAY_MS, interval, position, promise, relationship, saveOf, T0 } from './samples';

const PARKED = {
  customer: 'ann',
  reason: 'data.total is not a number',
  touchpoint: { source: 'shop', id: 'o-9' },
  parkedAt: T0 + 5,
};

/** Everything that can be asked about one customer and the model as a whole. */
const everything = async (model: ReadModel, customer: string) => ({
  relationship: (await model.load([customer]))[0],
  history: await model.history(customer),
  cases: await model.cases({ customer }),
  promises: await model.promisesDue({ customer }),
  customers: await model.customers({}),
  parked: await model.parked(),
  population: await model.population(),
  next: await model.nextReviewAt(),
  checkpoint: await model.checkpoint(),
});

export const savingContract = (current: () => ReadModel): void => {
  test('an empty model knows no customer and has no checkpoint', async () => {
    expect(await everything(current(), 'ann')).toEqual({
      relationship: undefined,
      history: [],
      cases: [],
      promises: [],
      customers: { customers: [] },
      parked: [],
      population: {},
      next: undefined,
      checkpoint: undefined,
    });
    expect(await current().flows({ from: 0, to: T0 * 2 })).toEqual([]);
    expect(await current().due(T0 * 2, 10)).toEqual([]);
    expect(await current().population(T0)).toEqual({});
  });

  test('what was saved is loaded as it was, in the order asked, and undefined for who is not there', async () => {
    const ann = relationship('ann', {
      nextReviewAt: T0 + 9 * DAY_MS,
      signals: { atRisk: T0 + 7, dormant: T0 + 8 },
      factors: { trust: { for: 0.1 + 0.2, against: 1e-300, at: T0 }, depth: { for: 0, against: 7, at: T0 + 1 } },
      decided: { stage: null, signals: ['atRisk'], sequence: 17 },
    });
    const bob = relationship('bob', { stage: 'partner', factors: {} });
    await current().save([saveOf(ann), saveOf(bob)], at(2));
    expect(await current().load(['bob', 'zoe', 'ann', 'bob'])).toEqual([bob, undefined, ann, bob]);
    expect(await current().load([])).toEqual([]);
    expect(await current().checkpoint()).toEqual(at(2));
  });

  test('a later save replaces the relationship, its signals and its checkpoint', async () => {
    await current().save([saveOf(relationship('ann', { signals: { atRisk: T0 } }))], at(1));
    const later = relationship('ann', { stage: 'friend', signals: { dormant: T0 + 3 }, factors: {}, nextReviewAt: T0 });
    await current().save([saveOf(later)], { position: position(2), ruleset: 'b'.repeat(64), model: 3 });
    expect(await current().load(['ann'])).toEqual([later]);
    expect(await current().checkpoint()).toEqual({ position: position(2), ruleset: 'b'.repeat(64), model: 3 });
  });

  test('several saves of one customer in one transaction apply in order', async () => {
    const first = relationship('ann', { touchpoints: 1 });
    const second = relationship('ann', { touchpoints: 2 });
    await current().save([saveOf(first), { kind: 'removed', customer: 'ann' }, saveOf(second)], at(1));
    expect(await current().load(['ann'])).toEqual([second]);
  });

  test('a save that fails leaves neither changes nor checkpoint', async () => {
    await current().save([saveOf(relationship('ann'))], at(1));
    const before = await everything(current(), 'ann');
    const twice = [interval('friend', T0), interval('partner', T0)];
    const broken = saveOf(relationship('bob'), { history: { mode: 'replace', intervals: twice } });
    const changes = [saveOf(relationship('ann', { stage: 'friend' })), broken];
    const outcome = await current()
      .save(changes, at(2))
      .then(
        () => 'saved',
        () => 'refused',
      );
    expect(outcome).toBe('refused');
    expect(await everything(current(), 'ann')).toEqual(before);
    expect(await current().load(['bob'])).toEqual([undefined]);
  });

  test('a save is there once what must come before has come, and not before', async () => {
    await current().save([saveOf(relationship('ann'))], at(1));
    let come = (): void => undefined;
    let there = false;
    const saving = current()
      .save([saveOf(relationship('ann', { stage: 'friend' }))], at(2), new Promise<void>((resolve) => (come = resolve)))
      .then(() => {
        there = true;
      });
    await current().parked();
    expect(there).toBe(false);
    come();
    await saving;
    expect((await current().load(['ann']))[0]?.stage).toBe('friend');
    expect(await current().checkpoint()).toEqual(at(2));
  });

  test('a save leaves nothing where what must come before fails, and fails with it', async () => {
    await current().save([saveOf(relationship('ann'))], at(1));
    const before = await everything(current(), 'ann');
    const changes = [saveOf(relationship('ann', { stage: 'friend' })), saveOf(relationship('bob'))];
    const saving = current().save(changes, at(2), Promise.reject(new Error('not recorded')));
    await expect(saving).rejects.toThrow('not recorded');
    expect(await everything(current(), 'ann')).toEqual(before);
    expect(await current().load(['bob'])).toEqual([undefined]);
    await current().save(changes, at(2));
    expect(await current().checkpoint()).toEqual(at(2));
  });

  test('a checkpoint alone can be saved', async () => {
    await current().save([], at(4));
    expect(await current().checkpoint()).toEqual(at(4));
  });

  test('promises and cases are replaced as a whole', async () => {
    const ann = relationship('ann');
    const cases = [complaint('c-1', T0), complaint('c-2', T0 + 1, { severity: 'high', loss: 12.5 })];
    const promises = [promise('reply', T0 + 2), promise('reply', T0 + 3), promise('delivery', T0 + 1, 'o-1')];
    await current().save([saveOf(ann, { cases, promises })], at(1));
    expect(await current().cases({ customer: 'ann' })).toEqual(cases.map((one) => ({ ...one, customer: 'ann' })));
    expect(await current().promisesDue({ customer: 'ann' })).toEqual(
      [promises[2], promises[0], promises[1]].map((one) => ({ ...one, customer: 'ann' })),
    );
    const closed = complaint('c-2', T0 + 1, { open: false, closedAt: T0 + 9, outcome: 'satisfied', loss: 12.5 });
    await current().save([saveOf(ann, { cases: [closed], promises: [promises[1]] })], at(2));
    expect(await current().cases({ customer: 'ann' })).toEqual([{ ...closed, customer: 'ann' }]);
    expect(await current().promisesDue({})).toEqual([{ ...promises[1], customer: 'ann' }]);
    await current().save([saveOf(ann)], at(3));
    expect(await current().cases({})).toEqual([]);
    expect(await current().promisesDue({})).toEqual([]);
  });

  test.each<[string, RelationshipSave]>([
    [
      'a relationship with everything, its history replaced',
      saveOf(relationship('ann', { signals: { atRisk: T0 } }), {
        history: { mode: 'replace', intervals: [interval('stranger', T0, T0 + 5), interval('friend', T0 + 5)] },
        cases: [complaint('c-1', T0)],
        promises: [promise('reply', T0 + 2), promise('reply', T0 + 2)],
      }),
    ],
    [
      'a relationship with its history appended',
      saveOf(relationship('ann'), { history: { mode: 'append', intervals: [interval('friend', T0 + 5)] } }),
    ],
    ['a parked customer', { kind: 'parked', parked: PARKED }],
    ['a removal', { kind: 'removed', customer: 'ann' }],
  ])('saving the same twice changes nothing: %s', async (_, change) => {
    await current().save([saveOf(relationship('ann')), saveOf(relationship('bob'))], at(1));
    await current().save([change], at(2));
    const once = await everything(current(), 'ann');
    await current().save([change], at(2));
    expect(await everything(current(), 'ann')).toEqual(once);
  });

  test('parking keeps the last good relationship, and a good save takes the customer out again', async () => {
    const good = relationship('ann', { nextReviewAt: T0 });
    await current().save([saveOf(good)], at(1));
    expect(await current().due(T0, 10)).toEqual(['ann']);
    await current().save([{ kind: 'parked', parked: PARKED }], at(2));
    expect(await current().parked()).toEqual([PARKED]);
    expect(await current().due(T0, 10)).toEqual([]);
    expect(await current().nextReviewAt()).toBeUndefined();
    expect(await current().load(['ann'])).toEqual([good]);
    const better = relationship('ann', { touchpoints: 4 });
    await current().save([saveOf(better)], at(3));
    expect(await current().parked()).toEqual([]);
    expect(await current().load(['ann'])).toEqual([better]);
  });

  test('a customer can be parked before anything is known, and parked again for another reason', async () => {
    const again = { customer: 'ann', reason: 'unknown version 9', parkedAt: T0 + 6 };
    const aaron = { ...PARKED, customer: 'aaron' };
    await current().save([{ kind: 'parked', parked: PARKED }], at(1));
    await current().save(
      [
        { kind: 'parked', parked: again },
        { kind: 'parked', parked: aaron },
      ],
      at(2),
    );
    expect(await current().parked()).toEqual([aaron, again]);
    expect(await current().load(['ann'])).toEqual([undefined]);
  });

  test('a removed customer is gone from everywhere, and others stay', async () => {
    const full = (customer: string) =>
      saveOf(relationship(customer, { signals: { atRisk: T0 }, nextReviewAt: T0 }), {
        cases: [complaint('c-1', T0)],
        promises: [promise('reply', T0)],
      });
    await current().save([full('bob')], at(1));
    const onlyBob = { ...(await everything(current(), 'ann')), checkpoint: at(3) };
    await current().save([full('ann'), { kind: 'parked', parked: PARKED }], at(2));
    await current().save(
      [
        { kind: 'removed', customer: 'ann' },
        { kind: 'removed', customer: 'nobody' },
      ],
      at(3),
    );
    expect(await everything(current(), 'ann')).toEqual(onlyBob);
    expect((await current().customers({ signal: 'atRisk' })).customers.map((one) => one.customer)).toEqual(['bob']);
    await current().save([saveOf(relationship('ann'))], at(4));
    expect(await current().history('ann')).toHaveLength(1);
    expect(await current().cases({ customer: 'ann' })).toEqual([]);
  });

  test.each([
    ['a newline', 'line one\nline two\r\n'],
    ['a quote and a null character', `o'brien "x" \0 end`],
    ['many scripts', 'Nguyễn Thị Ánh 王秀英 👩‍👩‍👧 ß'],
    ['the empty text', ''],
    ['10,000 characters', `${'x'.repeat(9_999)}!`],
  ])('any text can name a customer: %s', async (_, customer) => {
    const stored = relationship(customer);
    await current().save([saveOf(stored), saveOf(relationship('other'))], at(1));
    expect(await current().load([customer])).toEqual([stored]);
    expect(await current().history(customer)).toHaveLength(1);
    expect((await current().customers({ text: customer })).customers).toContainEqual(stored);
    await current().save([{ kind: 'parked', parked: { ...PARKED, customer } }], at(2));
    expect((await current().parked())[0].customer).toBe(customer);
    await current().save([{ kind: 'removed', customer }], at(3));
    expect(await current().load([customer])).toEqual([undefined]);
  });
};
