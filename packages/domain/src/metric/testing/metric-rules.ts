import fc from 'fast-check';
import type { EventCondition, TypePattern } from '../../ruleset/condition';
import { DAY } from '../../time/instant';
import type { MetricKindName, MetricRule } from '..';

/** What rules of all kinds are made from. */
export interface RuleMaterial {
  readonly pattern: fc.Arbitrary<TypePattern>;
  readonly duration: fc.Arbitrary<string>;
  readonly where: fc.Arbitrary<EventCondition>;
  readonly promises: readonly string[];
  /** Fields with numbers, and fields with values of any kind. */
  readonly numberFields: readonly string[];
  readonly fields: readonly string[];
}

interface Parts extends RuleMaterial {
  readonly window: fc.Arbitrary<{ readonly within?: string }>;
  readonly windowOrDecay: fc.Arbitrary<{ readonly within?: string; readonly halfLife?: string }>;
  readonly conditional: fc.Arbitrary<{ readonly where?: EventCondition }>;
}

/** Rules of each kind. A new kind does not compile without its rules here, so that the laws of the fold hold for it too. */
const RULES: Readonly<Record<MetricKindName, (parts: Parts) => fc.Arbitrary<MetricRule>>> = {
  count: ({ pattern, windowOrDecay, conditional }) =>
    fc.tuple(pattern, windowOrDecay, conditional).map(([count, time, only]) => ({ count, ...time, ...only })),
  sum: ({ pattern, windowOrDecay, conditional, numberFields }) =>
    fc
      .tuple(
        fc.constantFrom(...numberFields),
        pattern,
        fc.option(pattern, { nil: undefined }),
        windowOrDecay,
        conditional,
      )
      .map(([sum, of, minus, time, only]) => ({
        sum,
        of,
        ...(minus === undefined ? {} : { minus }),
        ...time,
        ...only,
      })),
  distinct: ({ pattern, window, conditional, fields }) =>
    fc
      .tuple(fc.constantFrom(...fields), pattern, window, conditional)
      .map(([distinct, of, time, only]) => ({ distinct, of, ...time, ...only })),
  daysSinceLast: ({ pattern, conditional }) =>
    fc.tuple(pattern, conditional).map(([daysSinceLast, only]) => ({ daysSinceLast, ...only })),
  daysSinceFirst: ({ pattern, conditional }) =>
    fc.tuple(pattern, conditional).map(([daysSinceFirst, only]) => ({ daysSinceFirst, ...only })),
  openPromises: ({ promises }) => fc.constantFrom(...promises).map((openPromises) => ({ openPromises })),
  openComplaints: () => fc.constant({ openComplaints: true as const }),
};

/** Metric rules of all kinds, each as often. */
export const metricRules = (material: RuleMaterial): fc.Arbitrary<MetricRule> => {
  const { duration, where } = material;
  const window = fc.oneof(
    fc.constant({}),
    duration.map((within) => ({ within })),
  );
  const windowOrDecay = fc.oneof(
    window,
    duration.map((halfLife) => ({ halfLife })),
  );
  const conditional = fc
    .option(where, { nil: undefined })
    .map((condition) => (condition === undefined ? {} : { where: condition }));
  const parts = { ...material, window, windowOrDecay, conditional };
  return fc.oneof(...Object.values(RULES).map((rules) => rules(parts)));
};

/** Thresholds that the values of a metric often meet, in histories of some hundred milliseconds. */
export const metricThresholds = (rule: MetricRule): fc.Arbitrary<number> => {
  if ('daysSinceLast' in rule || 'daysSinceFirst' in rule)
    return fc.integer({ min: 0, max: 120 }).map((length) => length / DAY);
  if ('halfLife' in rule && rule.halfLife !== undefined)
    return fc.oneof(fc.constantFrom(0.25, 0.3, 0.5, 0.7, 1, 1.5), fc.double({ min: 0, max: 6, noNaN: true }));
  return fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 2 }));
};
