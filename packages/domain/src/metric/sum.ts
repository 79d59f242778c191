import type { EventCondition, TypePattern } from '../ruleset/condition';
import { aField, typePatterns } from '../ruleset/language/texts';
import { interval } from '../ruleset/logic/interval';
import { milliseconds } from '../time/duration';
import { DecayingSum } from './accumulators/decaying';
import { Sum } from './accumulators/whole-life';
import { WindowSum } from './accumulators/window';
import type { Metric } from './metric';
import type { Intake, MetricKind } from './metric-kind';
import { halfLife, narrowingText, types, typesText, where, within } from './rule-parts';

export interface SumRule {
  readonly sum: string;
  readonly of: TypePattern;
  /** Touchpoints whose values are taken off. */
  readonly minus?: TypePattern;
  readonly where?: EventCondition;
  readonly within?: string;
  readonly halfLife?: string;
}

const ANY = interval(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

/** A touchpoint of both is added and taken off, which changes nothing. */
const intakesOf = ({ of, minus }: SumRule): readonly Intake[] => [
  { key: 'of', types: of, sign: 1 },
  ...(minus === undefined ? [] : [{ key: 'minus', types: minus, sign: -1 } as const]),
];

const createMetric = (rule: SumRule): Metric => {
  if (rule.halfLife !== undefined) return new DecayingSum(milliseconds(rule.halfLife));
  return rule.within === undefined ? new Sum() : new WindowSum(milliseconds(rule.within));
};

/** The sum of a number in touchpoints: over the whole life, in a window, or each value halving with time. */
export const sum: MetricKind<SumRule> = {
  shape: {
    kind: 'object',
    fields: {
      sum: { shape: aField, required: true, doc: 'Adds up the numbers in this field.' },
      of: types('Of touchpoints of these types.'),
      minus: {
        shape: typePatterns,
        doc: 'Takes off the numbers in the same field of touchpoints of these types: `order.refunded`, whose total is what was given back.',
      },
      where,
      within,
      halfLife,
    },
    rules: [{ notTogether: ['within', 'halfLife'] }],
  },
  read: (rule) => ({
    intakes: intakesOf(rule),
    where: rule.where,
    values: { key: 'sum', field: rule.sum, use: 'sum' },
    range: ANY,
    countsUp: false,
    text: () => {
      const minus = rule.minus === undefined ? '' : ` minus ${typesText(rule.minus)}`;
      return `sum of ${rule.sum} of ${typesText(rule.of)}${minus}${narrowingText(rule)}`;
    },
    createMetric: () => createMetric(rule),
  }),
};
