import { matchesType } from '../../relationship/type-pattern';
import type { RulesetProblem } from '../problem';
import type { MetricRule, Ruleset } from '../ruleset';
import { problem } from './names';

/** Types whose amounts go out and come back. All are written above 0, so that adding up both counts twice. */
const OPPOSITES: readonly (readonly [out: string, back: string])[] = [
  ['order.completed', 'order.refunded'],
  ['order.completed', 'order.cancelled'],
  ['points.earned', 'points.redeemed'],
];

const ofSum = (id: string, { sum, of, minus = [] }: Extract<MetricRule, { sum: string }>): readonly RulesetProblem[] =>
  OPPOSITES.flatMap(([out, back]) => {
    if (!sum.startsWith('data.') || !matchesType(of, back)) return [];
    const says = (message: string) => [problem('warning', 'opposite-amounts', ['metrics', id, 'of'], message)];
    if (matchesType(minus, back))
      return says(
        `metric "${id}" adds ${back} and takes it off again, which changes nothing: leave it out of "of", by naming the types`,
      );
    return matchesType(of, out)
      ? says(
          `metric "${id}" adds ${back} to ${out}, though it says what went back, as an amount above 0: take it off with "minus": "${back}"`,
        )
      : [];
  });

/** Warnings: sums that add what went out to what came back. */
export const lintSums = (ruleset: Ruleset): readonly RulesetProblem[] =>
  Object.entries(ruleset.metrics ?? {}).flatMap(([id, rule]) => ('sum' in rule ? ofSum(id, rule) : []));
