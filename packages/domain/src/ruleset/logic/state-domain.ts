import type { MetricRule, Ruleset } from '../ruleset';
import { type Interval, interval } from './interval';
import type { StateDomain } from './satisfy';

const ANY = interval(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

const valuesOfMetric = (metric: MetricRule | undefined): Interval => {
  if (metric === undefined || 'sum' in metric) return ANY;
  const whole = !(
    'daysSinceLast' in metric ||
    'daysSinceFirst' in metric ||
    ('count' in metric && metric.halfLife !== undefined)
  );
  return interval(0, Number.POSITIVE_INFINITY, whole);
};

/** What the state can be under a ruleset: counts are whole and not negative, scores lie from 0 to 100, and so on. */
export const stateDomainOf = (ruleset: Ruleset): StateDomain => {
  const metrics = new Map(Object.entries(ruleset.metrics ?? {}));
  return {
    stages: ruleset.stages.map((stage) => stage.id),
    valuesOf: (subject) => {
      if (subject.startsWith('factor.')) return interval(0, 100);
      if (subject.startsWith('confidence.')) return interval(0, 1);
      return valuesOfMetric(metrics.get(subject.slice('metric.'.length)));
    },
  };
};
