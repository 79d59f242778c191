import type { Texts } from '../ruleset/condition';
import { count } from './count';
import { daysSinceFirst } from './days-since-first';
import { daysSinceLast } from './days-since-last';
import { distinct } from './distinct';
import type { MetricKind, MetricReading } from './metric-kind';
import { openComplaints } from './open-complaints';
import { openPromises } from './open-promises';
import { sum } from './sum';

/**
 * All kinds of metrics, each under the key that only its rules have, in the order of the reference. Everything that
 * depends on the kind of a metric rule is read from here: a new kind is a file beside these and a line below.
 */
export const METRIC_KINDS = { count, sum, distinct, daysSinceLast, daysSinceFirst, openPromises, openComplaints };

export type MetricKindName = keyof typeof METRIC_KINDS;

type RuleOf<Kind> = Kind extends MetricKind<infer Rule> ? Rule : never;

/** A metric as a ruleset writes it. */
export type MetricRule = { readonly label?: Texts } & RuleOf<(typeof METRIC_KINDS)[MetricKindName]>;

/**
 * What a metric rule means.
 *
 * @param rule one that the codec of the ruleset language accepted
 * @throws TypeError for a rule of no kind
 * @example readMetric({ count: 'order.*', within: 'P90D' }).text() // 'count of order.* within P90D'
 */
export const readMetric = (rule: MetricRule): MetricReading => {
  // The key says of which kind a rule is; the compiler cannot follow that.
  for (const [name, kind] of Object.entries(METRIC_KINDS))
    if (name in rule) return (kind as MetricKind<MetricRule>).read(rule);
  throw new TypeError(`a metric of no known kind: ${JSON.stringify(rule)}`);
};

/** The rule of a metric in one line, for people. */
export const metricText = (rule: MetricRule): string => readMetric(rule).text();

export type { Metric } from './metric';
export type { CountedElsewhere, CountSources, Intake, MetricKind, MetricReading, ValueField } from './metric-kind';
