import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { eventConditions, namedFields } from './event-parts';
import { problem } from './names';
import { leavesOf, ownersOfFactors, stateConditions } from './ruleset-parts';

const metricsUsed = (ruleset: Ruleset): ReadonlySet<string> =>
  new Set([
    ...stateConditions(ruleset)
      .flatMap(leavesOf)
      .flatMap(([, leaf]) => ('metric' in leaf ? [leaf.metric] : [])),
    ...[
      ...eventConditions(ruleset)
        .flatMap(leavesOf)
        .map(([, { field }]) => field),
      ...namedFields(ruleset).map(([, field]) => field),
    ].flatMap((field) => (field.startsWith('metric.') ? [field.slice('metric.'.length)] : [])),
  ]);

/** Warnings: metrics that nothing asks for (each costs time on every touchpoint), factors that nothing moves. */
export const lintUnused = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const metrics = metricsUsed(ruleset);
  const factors = new Set(ownersOfFactors(ruleset).flatMap(([, gives]) => Object.keys(gives)));
  return [
    ...Object.keys(ruleset.metrics ?? {})
      .filter((id) => !metrics.has(id))
      .map((id) => problem('warning', 'unused', ['metrics', id], `no condition or scale uses metric "${id}"`)),
    ...Object.keys(ruleset.factors)
      .filter((id) => !factors.has(id))
      .map((id) => problem('warning', 'unused', ['factors', id], `no evidence or promise moves factor "${id}"`)),
  ];
};
