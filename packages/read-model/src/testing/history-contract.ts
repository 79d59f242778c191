import type { ReadModel } from '../read-model';
import { at, interval, relationship, saveOf, T0 } from './samples';

export const historyContract = (current: () => ReadModel): void => {
  const write = (customer: string, mode: 'append' | 'replace', intervals: readonly ReturnType<typeof interval>[]) =>
    current().save(
      [
        saveOf(relationship(customer, { stage: intervals.at(-1)?.stage ?? 'friend' }), {
          history: { mode, intervals },
        }),
      ],
      at(1),
    );

  test('intervals come back as they were, oldest first', async () => {
    const byTime = interval('dormant', T0 + 20, null, { cause: 'time', touchpoint: undefined });
    const intervals = [interval('stranger', T0, T0 + 10), interval('friend', T0 + 10, T0 + 20), byTime];
    await write('ann', 'replace', intervals);
    expect(await current().history('ann')).toEqual(intervals);
  });

  test('appending ends the open interval where the next begins', async () => {
    await write('ann', 'append', [interval('stranger', T0)]);
    await write('ann', 'append', [interval('friend', T0 + 10, T0 + 20), interval('partner', T0 + 20)]);
    expect(await current().history('ann')).toEqual([
      interval('stranger', T0, T0 + 10),
      interval('friend', T0 + 10, T0 + 20),
      interval('partner', T0 + 20),
    ]);
  });

  test('appending nothing leaves the history', async () => {
    await write('ann', 'replace', [interval('friend', T0)]);
    await write('ann', 'append', []);
    expect(await current().history('ann')).toEqual([interval('friend', T0)]);
  });

  test('replacing forgets the intervals before', async () => {
    await write('ann', 'replace', [interval('stranger', T0, T0 + 10), interval('friend', T0 + 10)]);
    await write('ann', 'replace', [interval('partner', T0 + 5)]);
    expect(await current().history('ann')).toEqual([interval('partner', T0 + 5)]);
    expect(await current().population(T0)).toEqual({});
  });

  test('appending an interval that is there already writes it again', async () => {
    await write('ann', 'replace', [interval('stranger', T0, T0 + 10), interval('friend', T0 + 10)]);
    await write('ann', 'append', [interval('friend', T0 + 10, T0 + 30), interval('partner', T0 + 30)]);
    expect(await current().history('ann')).toEqual([
      interval('stranger', T0, T0 + 10),
      interval('friend', T0 + 10, T0 + 30),
      interval('partner', T0 + 30),
    ]);
  });

  describe('of three customers', () => {
    beforeEach(async () => {
      await write('ann', 'replace', [interval('stranger', T0, T0 + 10), interval('friend', T0 + 10)]);
      await write('bob', 'append', [interval('stranger', T0 + 5)]);
      await write('bob', 'append', [interval('friend', T0 + 10, T0 + 30), interval('stranger', T0 + 30)]);
      await write('eve', 'replace', [interval('friend', T0 + 30)]);
    });

    test.each([
      ['before anyone came', T0 - 1, {}],
      ['at the first instant of an interval', T0, { stranger: 1 }],
      ['at the last millisecond of an interval', T0 + 9, { stranger: 2 }],
      ['at the instant of a change', T0 + 10, { friend: 2 }],
      ['while open intervals last', T0 + 1_000_000, { friend: 2, stranger: 1 }],
    ])('the population %s', async (_, instant, expected) => {
      expect(await current().population(instant)).toEqual(expected);
    });

    test('the population now is that of the open intervals', async () => {
      expect(await current().population()).toEqual({ friend: 2, stranger: 1 });
    });

    test('flows count the changes of a period, its end left out', async () => {
      const flows = await current().flows({ from: T0 + 5, to: T0 + 30 });
      expect(flows).toHaveLength(2);
      expect(flows).toContainEqual({ from: null, to: 'stranger', customers: 1 });
      expect(flows).toContainEqual({ from: 'stranger', to: 'friend', customers: 2 });
      const last = await current().flows({ from: T0 + 30, to: T0 + 31 });
      expect(last).toHaveLength(2);
      expect(last).toContainEqual({ from: 'friend', to: 'stranger', customers: 1 });
      expect(last).toContainEqual({ from: null, to: 'friend', customers: 1 });
    });

    test('flows follow a history that was replaced', async () => {
      await write('bob', 'replace', [interval('partner', T0 + 6)]);
      expect(await current().flows({ from: T0 + 5, to: T0 + 10 })).toEqual([
        { from: null, to: 'partner', customers: 1 },
      ]);
    });
  });
};
