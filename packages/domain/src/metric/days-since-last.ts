import type { EventCondition, TypePattern } from '../ruleset/condition';
import { DaysSince } from './accumulators/days-since';
import type { MetricKind } from './metric-kind';
import { NOT_NEGATIVE, narrowingText, types, typesText, where } from './rule-parts';

export interface DaysSinceLastRule {
  readonly daysSinceLast: TypePattern;
  readonly where?: EventCondition;
}

/** Days since the last touchpoint of these types; infinite when there is none. */
export const daysSinceLast: MetricKind<DaysSinceLastRule> = {
  shape: {
    kind: 'object',
    fields: {
      daysSinceLast: types('Days since the last touchpoint of these types; infinite when there is none.'),
      where,
    },
  },
  read: (rule) => ({
    intakes: [{ key: 'daysSinceLast', types: rule.daysSinceLast, sign: 0 }],
    where: rule.where,
    range: NOT_NEGATIVE,
    countsUp: false,
    text: () => `days since the last ${typesText(rule.daysSinceLast)}${narrowingText(rule)}`,
    createMetric: () => new DaysSince('last'),
  }),
};
