import type { EventCondition, TypePattern } from '../ruleset/condition';
import type { ObjectShape } from '../ruleset/language/shape';
import type { Interval } from '../ruleset/logic/interval';
import type { Metric } from './metric';

/** Touchpoints that a metric takes values from. */
export interface Intake {
  /** The key of the rule that names them. */
  readonly key: string;
  readonly types: TypePattern;
  /** Numbers are added (1) or taken off (-1); 0 for values of any kind. */
  readonly sign: 1 | -1 | 0;
}

/** The field that a metric takes from touchpoints. */
export interface ValueField {
  /** The key of the rule that names it. */
  readonly key: string;
  readonly field: string;
  readonly use: 'sum' | 'distinct';
}

/** What the fold counts anyway: the open promises of one id, or the open complaints. */
export type CountedElsewhere =
  | { readonly what: 'openPromises'; readonly promise: string }
  | { readonly what: 'openComplaints' };

/** Counts that the fold keeps, for metrics that only pass one on. */
export interface CountSources {
  /** @throws TypeError for a promise that the ruleset does not have */
  openPromises(promise: string): () => number;
  openComplaints(): number;
}

/** What a metric rule means, in terms that are the same for rules of all kinds. */
export interface MetricReading {
  /** The first names the touchpoints that the metric is about. Empty for what is counted elsewhere. */
  readonly intakes: readonly Intake[];
  /** Only touchpoints for which this holds are taken. */
  readonly where?: EventCondition;
  /** Without one, each touchpoint adds 1. */
  readonly values?: ValueField;
  readonly elsewhere?: CountedElsewhere;
  /** The values that the metric can have at all. */
  readonly range: Interval;
  /** Whether a missing amount reads as "2 more orders". */
  readonly countsUp: boolean;
  /** The rule in one line, for people. */
  text(): string;
  createMetric(sources: CountSources): Metric;
}

/** One kind of metric: how its rules are written, and what they mean. */
export interface MetricKind<Rule> {
  /** Keys of the rule, but for the label, which all kinds have. The kind's own name is one of them. */
  readonly shape: ObjectShape;
  read(rule: Rule): MetricReading;
}
