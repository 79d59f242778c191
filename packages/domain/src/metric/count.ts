import type { EventCondition, TypePattern } from '../ruleset/condition';
import { milliseconds } from '../time/duration';
import { DecayingCount } from './accumulators/decaying';
import { Count } from './accumulators/whole-life';
import { WindowCount } from './accumulators/window';
import type { Metric } from './metric';
import type { MetricKind } from './metric-kind';
import { COUNTS, halfLife, NOT_NEGATIVE, narrowingText, types, typesText, where, within } from './rule-parts';

export interface CountRule {
  readonly count: TypePattern;
  readonly where?: EventCondition;
  readonly within?: string;
  readonly halfLife?: string;
}

const createMetric = (rule: CountRule): Metric => {
  if (rule.halfLife !== undefined) return new DecayingCount(milliseconds(rule.halfLife));
  return rule.within === undefined ? new Count() : new WindowCount(milliseconds(rule.within));
};

/** How many touchpoints there were: over the whole life, in a window, or each halving with time. */
export const count: MetricKind<CountRule> = {
  shape: {
    kind: 'object',
    fields: { count: types('Counts touchpoints of these types.'), where, within, halfLife },
    rules: [{ notTogether: ['within', 'halfLife'] }],
  },
  read: (rule) => ({
    intakes: [{ key: 'count', types: rule.count, sign: 0 }],
    where: rule.where,
    range: rule.halfLife === undefined ? COUNTS : NOT_NEGATIVE,
    countsUp: rule.halfLife === undefined,
    text: () => `count of ${typesText(rule.count)}${narrowingText(rule)}`,
    createMetric: () => createMetric(rule),
  }),
};
