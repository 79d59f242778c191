import fc from 'fast-check';
import { halvedUnits, toNumber, unitsOf } from '../../number/testing/exact-arithmetic';
import { StateReader, StateWriter } from '../../state-bytes';
import type { Metric } from '../metric';
import { DecayingCount, DecayingSum } from './decaying';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

interface Added {
  readonly value: number;
  readonly at: number;
}

const halfLives = fc.constantFrom(10, 1_000, DAY, 90 * DAY, 365 * DAY);
const amount = fc.oneof(
  fc.integer({ min: -100_000, max: 100_000 }).map((units) => units / 100),
  // Half of the smallest double is not a double: it cannot be told apart from 0.
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => value === 0 || Math.abs(value) > 1e-200),
);
/** Some at one instant, some a moment later, some half-lives later; half of them taken off again soon. */
const historyIn = (halfLife: number) =>
  fc
    .array(fc.tuple(amount, fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 3 * halfLife })), fc.boolean()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((steps) => {
      let at = START;
      return steps.flatMap(([value, after, takenOff]): Added[] => {
        at += after;
        const added = { value, at };
        if (!takenOff) return [added];
        at += 1;
        return [added, { value: -value, at }];
      });
    });

const trueValue = (history: readonly Added[], t: number, halfLife: number): number =>
  toNumber(history.reduce((sum, { value, at }) => sum + halvedUnits(unitsOf(value), t - at, halfLife), 0n));

const added = <M extends Metric>(metric: M, history: readonly Added[]): M => {
  for (const { value, at } of history) metric.add(value, at);
  return metric;
};

const within = (got: number, expected: number): void => {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected));
};

describe('a decayed sum', () => {
  it('is within 1e-12 of the true value, also where nearly all of it was taken off', () => {
    fc.assert(
      fc.property(
        halfLives.chain((halfLife) =>
          fc.tuple(fc.constant(halfLife), historyIn(halfLife), fc.nat({ max: 5 * halfLife })),
        ),
        ([halfLife, history, later]) => {
          const t = history[history.length - 1].at + later;
          within(added(new DecayingSum(halfLife), history).value(t), trueValue(history, t, halfLife));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is the value itself where only one stands, the exact sum at one instant, and half after a half-life', () => {
    fc.assert(
      fc.property(amount, halfLives, (value, halfLife) => {
        const sum = added(new DecayingSum(halfLife), [{ value, at: START }]);
        expect(sum.value(START)).toBe(value + 0);
        expect(sum.value(START + halfLife)).toBe(value / 2 + 0);
      }),
    );
    const three = [33.33, 49.9, 16.77].map((value) => ({ value, at: START }));
    expect(added(new DecayingSum(DAY), three).value(START)).toBe(100);
    expect(added(new DecayingSum(DAY), [...three, { value: -100, at: START }]).value(START)).toBe(0);
    const halfBack = [
      { value: 100, at: START },
      { value: -50, at: START + DAY },
    ];
    expect(added(new DecayingSum(DAY), halfBack).value(START + DAY)).toBe(0);
  });

  it('stays within bounds at the extremes', () => {
    const large = added(new DecayingSum(DAY), [
      { value: 1e308, at: START },
      { value: 1e308, at: START + 1 },
    ]);
    expect(large.value(START + 1)).toBe(Number.MAX_VALUE);
    within(large.value(START + 1 + 10 * DAY), Number.MAX_VALUE / 1024);
    const small = added(new DecayingSum(DAY), [{ value: 5e-324, at: START }]);
    expect(small.value(START + 5_000 * DAY)).toBe(5e-324);
  });
});

describe('a decayed count', () => {
  it('is within 1e-12 of the true value, however many touchpoints there are', () => {
    const history = Array.from({ length: 20_000 }, (_, i) => ({ value: 1, at: START + i * 1_000 }));
    const count = added(new DecayingCount(90 * DAY), history);
    const d = 2 ** (-1_000 / (90 * DAY));
    // The sum of a geometric series, by the differences from 1, which are small.
    const less = (n: number): number => -Math.expm1((-n * 1_000 * Math.LN2) / (90 * DAY));
    expect(d).toBeLessThan(1);
    within(count.value(history[history.length - 1].at), less(20_000) / less(1));
    fc.assert(
      fc.property(
        halfLives.chain((halfLife) =>
          fc.tuple(fc.constant(halfLife), historyIn(halfLife), fc.nat({ max: 5 * halfLife })),
        ),
        ([halfLife, changes, later]) => {
          const ones = changes.map(({ at }) => ({ value: 1, at }));
          const t = ones[ones.length - 1].at + later;
          within(added(new DecayingCount(halfLife), ones).value(t), trueValue(ones, t, halfLife));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is 1 where only one stands, and never nothing', () => {
    const count = added(new DecayingCount(DAY), [{ value: 1, at: START }]);
    expect([count.value(START), count.value(START + DAY)]).toEqual([1, 0.5]);
    expect(count.value(START + 5_000 * DAY)).toBe(5e-324);
    expect(added(count, [{ value: 1, at: START + 5_000 * DAY }]).value(START + 5_000 * DAY)).toBe(1);
  });
});

it.each([
  ['count', () => new DecayingCount(90 * DAY)],
  ['sum', () => new DecayingSum(90 * DAY)],
])('a decayed %s goes on from what was saved as if it had not been', (_, create) => {
  fc.assert(
    fc.property(historyIn(90 * DAY), fc.nat({ max: 12 }), (history, split) => {
      const out = new StateWriter();
      added(create(), history.slice(0, split)).save(out);
      const restored = create();
      restored.restore(new StateReader(out.bytes()));
      expect(added(restored, history.slice(split))).toEqual(added(create(), history));
    }),
  );
});
