import type { EventCondition, TypePattern } from '../ruleset/condition';
import { DaysSince } from './accumulators/days-since';
import type { MetricKind } from './metric-kind';
import { NOT_NEGATIVE, narrowingText, types, typesText, where } from './rule-parts';

export interface DaysSinceFirstRule {
  readonly daysSinceFirst: TypePattern;
  readonly where?: EventCondition;
}

/** Days since the first touchpoint of these types; 0 when there is none. */
export const daysSinceFirst: MetricKind<DaysSinceFirstRule> = {
  shape: {
    kind: 'object',
    fields: {
      daysSinceFirst: types('Days since the first touchpoint of these types; 0 when there is none.'),
      where,
    },
  },
  read: (rule) => ({
    intakes: [{ key: 'daysSinceFirst', types: rule.daysSinceFirst, sign: 0 }],
    where: rule.where,
    range: NOT_NEGATIVE,
    countsUp: false,
    text: () => `days since the first ${typesText(rule.daysSinceFirst)}${narrowingText(rule)}`,
    createMetric: () => new DaysSince('first'),
  }),
};
