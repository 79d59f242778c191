import { hint } from '../../nearest-name';
import { pointer, type RulesetProblem, type RulesetProblemCode } from '../problem';
import type { Ruleset } from '../ruleset';
import type { Path } from './ruleset-parts';

/** The ids a ruleset declares, for references to be checked against. */
export interface Names {
  readonly metric: readonly string[];
  readonly factor: readonly string[];
  readonly stage: readonly string[];
  readonly promise: readonly string[];
}

export const namesOf = (ruleset: Ruleset): Names => ({
  metric: Object.keys(ruleset.metrics ?? {}),
  factor: Object.keys(ruleset.factors),
  stage: ruleset.stages.map((stage) => stage.id),
  promise: (ruleset.promises ?? []).map((promise) => promise.id),
});

export const problem = (
  severity: RulesetProblem['severity'],
  code: RulesetProblemCode,
  path: Path,
  message: string,
): RulesetProblem => ({ path: pointer(...path), severity, code, message });

/** The problem of a reference that leads nowhere, if it does. */
export const reference = (names: Names, kind: keyof Names, id: string, path: Path): readonly RulesetProblem[] =>
  names[kind].includes(id)
    ? []
    : [problem('error', 'unknown-reference', path, `there is no ${kind} "${id}"${hint(id, names[kind])}`)];
