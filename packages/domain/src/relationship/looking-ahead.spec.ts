import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { Fold } from './fold';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { compileRuleset } from './program';

const START = Date.UTC(2026, 0, 1);

const at = (day: number, type: string): FoldedTouchpoint => ({
  id: `${type}-${day}`,
  source: 'test',
  type,
  occurredAt: START + day * DAY,
  recordedAt: START + day * DAY,
  data: {},
});

const ruleset: Ruleset = {
  ruleset: 'ahead',
  version: 1,
  factors: {},
  metrics: { orders: { count: 'order.completed' }, quiet: { daysSinceLast: 'message.received' } },
  stages: [{ id: 'only' }],
  signals: [
    // Its parts flip on days 8 and 10, and it never holds: instants at which nothing changes.
    {
      id: 'never',
      raise: {
        all: [
          { metric: 'quiet', atLeast: 10 },
          { metric: 'quiet', below: 8 },
        ],
      },
    },
    {
      id: 'warm',
      raise: {
        all: [
          { metric: 'quiet', below: 10 },
          { metric: 'orders', atLeast: 1 },
        ],
      },
    },
  ],
};

describe('looking ahead', () => {
  it.each([false, true])('changes nothing about what comes of touchpoints before that (looked: %s)', (looked) => {
    const heard: unknown[] = [];
    const fold = new Fold(compileRuleset(ruleset), {
      signalChanged: (signal, raised, t) => heard.push([signal, raised, (t - START) / DAY]),
    });
    fold.apply([at(0, 'message.received')]);
    if (looked) expect(fold.nextReviewAt()).toBe(Number.POSITIVE_INFINITY);
    fold.apply([at(5, 'order.completed')]);
    expect(fold.nextReviewAt()).toBe(START + 10 * DAY);
    fold.advance(START + 20 * DAY);
    expect(heard).toEqual([
      [1, true, 5],
      [1, false, 10],
    ]);
  });
});
