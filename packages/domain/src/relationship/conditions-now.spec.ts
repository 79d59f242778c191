import type { Ruleset, StageRule, StateCondition } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { conditionsText } from './condition-text';
import { evaluate } from './evaluate';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { compileRuleset } from './program';

const NOW = Date.UTC(2026, 3, 1);

const rulesetWith = (...stages: readonly Omit<StageRule, 'id'>[]): Ruleset => ({
  ruleset: 'reasons',
  version: 1,
  factors: { trust: { halfLife: 'P30D' } },
  metrics: {
    orders: { count: 'order.completed' },
    recent: { count: 'order.completed', within: 'P10D' },
    calls: { count: 'call.made' },
  },
  evidence: [{ id: 'bought', on: 'order.completed', gives: { trust: 2 } }],
  stages: [{ id: 's0' }, ...stages.map((stage, i) => ({ id: `s${i + 1}`, ...stage }))],
});

const touchpoint = (type: string, at: number): FoldedTouchpoint => ({
  id: `${type} ${at}`,
  source: 'shop',
  type,
  occurredAt: at,
  recordedAt: at,
  data: {},
});

const orders = (count: number): readonly FoldedTouchpoint[] =>
  Array.from({ length: count }, (_, i) => touchpoint('order.completed', NOW - count + 1 + i));

/** The reasons of the last change. */
const lastReason = (ruleset: Ruleset, touchpoints: readonly FoldedTouchpoint[], asOf = NOW): string => {
  const { because } = evaluate(compileRuleset(ruleset), touchpoints, { asOf }).history.at(-1)!;
  return conditionsText(ruleset, because, 'en');
};

const trust = (atLeast: number): StateCondition => ({ factor: 'trust', atLeast });

describe('why a stage changed', () => {
  it('is the strictest of thresholds that were all needed', () => {
    expect(lastReason(rulesetWith({ enter: { all: [trust(50), trust(60), trust(30)] } }), orders(1))).toBe(
      'trust 66.7 ≥ 60',
    );
  });

  it('is the loosest of alternatives, which was enough', () => {
    expect(lastReason(rulesetWith({ enter: { any: [trust(62), trust(55), trust(60)] } }), orders(1))).toBe(
      'trust 66.7 ≥ 55',
    );
  });

  it('is all of alternatives that ask for different things', () => {
    const enter = { any: [{ all: [trust(60), { metric: 'orders', atLeast: 1 }] }, trust(65)] };
    expect(lastReason(rulesetWith({ enter }), orders(1))).toBe('trust 66.7 ≥ 65, orders 1 ≥ 1');
  });

  it('going down, is the threshold that was crossed', () => {
    const ruleset = rulesetWith({ enter: trust(60), stay: { any: [trust(51), trust(55)] } });
    expect(lastReason(ruleset, orders(1), NOW + 300 * DAY)).toBe('trust just below 51');
  });

  it('going down over stages, is the lowest', () => {
    const ruleset = rulesetWith(
      { enter: { metric: 'recent', atLeast: 1 } },
      { enter: { metric: 'recent', atLeast: 2 } },
    );
    const both = [touchpoint('order.completed', NOW), { ...touchpoint('order.completed', NOW), id: 'other' }];
    expect(lastReason(ruleset, both, NOW + 20 * DAY)).toBe('recent 0 < 1');
  });

  it('is what should not have been, where that was', () => {
    const ruleset = rulesetWith({ enter: { all: [trust(50), { not: { metric: 'calls', above: 0 } }] } });
    expect(lastReason(ruleset, [...orders(1), touchpoint('call.made', NOW + 1)], NOW + 1)).toBe('calls 1 > 0');
  });

  it('going up over stages, is what let the customer into each', () => {
    const ruleset = rulesetWith(
      { enter: { metric: 'orders', atLeast: 2 } },
      { enter: trust(60) },
      { enter: trust(65) },
    );
    expect(lastReason(ruleset, orders(2))).toBe('orders 2 ≥ 2, trust 75 ≥ 65');
  });

  it('tells of the stage the one that was held', () => {
    const ruleset = rulesetWith({ enter: { all: [{ stage: 's0' }, trust(60)] }, stay: trust(60) });
    expect(lastReason(ruleset, [touchpoint('call.made', NOW - DAY), ...orders(1)])).toBe('= s0, trust 66.7 ≥ 60');
  });
});
