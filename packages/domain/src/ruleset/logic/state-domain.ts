import { readMetric } from '../../metric';
import type { Ruleset } from '../ruleset';
import { interval } from './interval';
import type { StateDomain } from './satisfy';

const ANY = interval(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

/** What the state can be under a ruleset: counts are whole and not negative, scores lie from 0 to 100, and so on. */
export const stateDomainOf = (ruleset: Ruleset): StateDomain => {
  const metrics = new Map(Object.entries(ruleset.metrics ?? {}).map(([id, metric]) => [id, readMetric(metric).range]));
  return {
    stages: ruleset.stages.map((stage) => stage.id),
    valuesOf: (subject) => {
      if (subject.startsWith('factor.')) return interval(0, 100);
      if (subject.startsWith('confidence.')) return interval(0, 1);
      return metrics.get(subject.slice('metric.'.length)) ?? ANY;
    },
  };
};
