import { type MetricReading, readMetric, type ValueField } from '../../metric';
import type { EventCondition, Ruleset, Scale, TypePattern } from '../ruleset';
import type { Located, Path } from './ruleset-parts';

/** A part of a ruleset that looks at touchpoints, and at which. */
export interface EventPart<A> {
  readonly path: Path;
  readonly part: A;
  readonly on: readonly string[];
}

const listed = (...patterns: readonly (TypePattern | undefined)[]): readonly string[] =>
  patterns.flatMap((pattern) => pattern ?? []);

const given = <A>(path: Path, part: A | undefined, on: readonly string[]): readonly EventPart<A>[] =>
  part === undefined ? [] : [{ path, part, on }];

const metricParts = <A>(
  { metrics = {} }: Ruleset,
  partsOf: (metric: MetricReading, path: Path) => readonly EventPart<A>[],
): readonly EventPart<A>[] =>
  Object.entries(metrics).flatMap(([id, metric]) => partsOf(readMetric(metric), ['metrics', id]));

/** Conditions on touchpoints. */
export const conditionParts = (ruleset: Ruleset): readonly EventPart<EventCondition>[] => [
  ...metricParts(ruleset, ({ where, intakes: [about] }, path) =>
    given([...path, 'where'], where, listed(about?.types)),
  ),
  ...(ruleset.evidence ?? []).flatMap((rule, i) => given(['evidence', i, 'when'], rule.when, listed(rule.on))),
  ...(ruleset.promises ?? []).flatMap((rule, i) => [
    ...given(['promises', i, 'madeWhen'], rule.madeWhen, listed(rule.made)),
    ...given(['promises', i, 'keptWhen'], rule.keptWhen, listed(rule.kept)),
  ]),
];

export const scaleParts = (ruleset: Ruleset): readonly EventPart<Scale>[] =>
  (ruleset.evidence ?? []).flatMap((rule, i) => given(['evidence', i, 'scale'], rule.scale, listed(rule.on)));

/** What a field outside conditions is read for. */
export interface FieldUse {
  readonly field: string;
  readonly use: ValueField['use'] | 'scale' | 'key' | 'deadline';
}

/** Fields named outside conditions. */
export const fieldParts = (ruleset: Ruleset): readonly EventPart<FieldUse>[] => [
  ...scaleParts(ruleset).map(
    ({ path, part, on }): EventPart<FieldUse> => ({
      path: [...path, 'field'],
      part: { field: part.field, use: 'scale' },
      on,
    }),
  ),
  ...metricParts(ruleset, ({ values, intakes }, path): readonly EventPart<FieldUse>[] =>
    values === undefined
      ? []
      : given<FieldUse>([...path, values.key], values, listed(...intakes.map(({ types }) => types))),
  ),
  ...(ruleset.promises ?? []).flatMap(({ key, by, made, kept, released }, i): readonly EventPart<FieldUse>[] => [
    ...(key === undefined
      ? []
      : given<FieldUse>(['promises', i, 'key'], { field: key, use: 'key' }, listed(made, kept, released))),
    ...(by === undefined ? [] : given<FieldUse>(['promises', i, 'by'], { field: by, use: 'deadline' }, listed(made))),
  ]),
];

export const eventConditions = (ruleset: Ruleset): readonly Located<EventCondition>[] =>
  conditionParts(ruleset).map(({ path, part }) => [path, part]);

/** Fields named outside conditions: scales, sums, distinct values, keys and deadlines of promises. */
export const namedFields = (ruleset: Ruleset): readonly Located<string>[] =>
  fieldParts(ruleset).map(({ path, part }) => [path, part.field]);
