import { type Intake, type MetricReading, readMetric } from '../../metric';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { matchesType } from '../type-pattern';
import { problem } from './names';

/** Types whose amounts go out and come back. All are written above 0, so that adding up both counts twice. */
const OPPOSITES: readonly (readonly [out: string, back: string])[] = [
  ['order.completed', 'order.refunded'],
  ['order.completed', 'order.cancelled'],
  ['points.earned', 'points.redeemed'],
];

const ofMetric = (id: string, { values, intakes }: MetricReading): readonly RulesetProblem[] => {
  const matches = (sign: Intake['sign'], type: string): boolean =>
    intakes.some((intake) => intake.sign === sign && matchesType(intake.types, type));
  if (values?.use !== 'sum' || !values.field.startsWith('data.')) return [];
  return OPPOSITES.flatMap(([out, back]) => {
    if (!matches(1, back)) return [];
    const says = (message: string) => [problem('warning', 'opposite-amounts', ['metrics', id, 'of'], message)];
    if (matches(-1, back))
      return says(
        `metric "${id}" adds ${back} and takes it off again, which changes nothing: leave it out of "of", by naming the types`,
      );
    return matches(1, out)
      ? says(
          `metric "${id}" adds ${back} to ${out}, though it says what went back, as an amount above 0: take it off with "minus": "${back}"`,
        )
      : [];
  });
};

/** Warnings: sums that add what went out to what came back. */
export const lintSums = (ruleset: Ruleset): readonly RulesetProblem[] =>
  Object.entries(ruleset.metrics ?? {}).flatMap(([id, rule]) => ofMetric(id, readMetric(rule)));
