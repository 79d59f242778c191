import * as E from 'fp-ts/Either';
import { decodeRuleset } from './decode-ruleset';
import type { TouchpointTypes } from './lint/types';
import { lintRuleset } from './lint-ruleset';
import { parseRulesetDocument, type RulesetText } from './parse-ruleset';
import type { RulesetProblem } from './problem';
import type { Ruleset } from './ruleset';

/** A ruleset that may be used, and what its author should know about it. */
export interface CheckedRuleset {
  readonly ruleset: Ruleset;
  readonly warnings: readonly RulesetProblem[];
}

const linted = (ruleset: Ruleset, catalogue: TouchpointTypes): E.Either<readonly RulesetProblem[], CheckedRuleset> => {
  const problems = lintRuleset(ruleset, catalogue);
  return problems.some((problem) => problem.severity === 'error')
    ? E.left(problems)
    : E.right({ ruleset, warnings: problems });
};

/**
 * Decodes and lints a document. Left: all problems, of which at least one is an error; right: the ruleset and its
 * warnings.
 */
export const checkRuleset = (
  input: unknown,
  catalogue: TouchpointTypes,
): E.Either<readonly RulesetProblem[], CheckedRuleset> => {
  const decoded = decodeRuleset(input);
  return E.isLeft(decoded) ? decoded : linted(decoded.right, catalogue);
};

/** As {@link checkRuleset}, from text: every problem and warning carries line and column. */
export const checkRulesetText = (
  text: string,
  options: RulesetText,
  catalogue: TouchpointTypes,
): E.Either<readonly RulesetProblem[], CheckedRuleset> => {
  const parsed = parseRulesetDocument(text, options);
  if (E.isLeft(parsed)) return parsed;
  const checked = linted(parsed.right.ruleset, catalogue);
  return E.isLeft(checked)
    ? E.left(checked.left.map(parsed.right.locate))
    : E.right({ ...checked.right, warnings: checked.right.warnings.map(parsed.right.locate) });
};
