import type { EventCondition, TypePattern } from '../ruleset/condition';
import { aField } from '../ruleset/language/texts';
import { milliseconds } from '../time/duration';
import { Distinct } from './accumulators/distinct';
import type { MetricKind } from './metric-kind';
import { COUNTS, narrowingText, types, typesText, where, within } from './rule-parts';

export interface DistinctRule {
  readonly distinct: string;
  readonly of: TypePattern;
  readonly where?: EventCondition;
  readonly within?: string;
}

/** How many different values a field of touchpoints had, over the whole life or in a window. */
export const distinct: MetricKind<DistinctRule> = {
  shape: {
    kind: 'object',
    fields: {
      distinct: { shape: aField, required: true, doc: 'Counts the different values of this field.' },
      of: types('Of touchpoints of these types.'),
      where,
      within,
    },
  },
  read: (rule) => ({
    intakes: [{ key: 'of', types: rule.of, sign: 0 }],
    where: rule.where,
    values: { key: 'distinct', field: rule.distinct, use: 'distinct' },
    range: COUNTS,
    countsUp: true,
    text: () => `different ${rule.distinct} of ${typesText(rule.of)}${narrowingText(rule)}`,
    createMetric: () => new Distinct(rule.within === undefined ? undefined : milliseconds(rule.within)),
  }),
};
