import * as E from 'fp-ts/Either';
import { catalogueWith, standardCatalogue } from '../touchpoint';
import { lintCurrencies } from './lint/currencies';
import { lintEvidence } from './lint/evidence';
import { lintIds } from './lint/ids';
import { namesOf } from './lint/names';
import { lintReferences } from './lint/references';
import { lintSignals } from './lint/signals';
import { lintStages } from './lint/stages';
import { lintSums } from './lint/sums';
import { lintTouchpointSchemas } from './lint/touchpoint-schemas';
import { lintTypes, type TouchpointTypes, typesOf } from './lint/types';
import { lintUnused } from './lint/unused';
import { lintValues } from './lint/values';
import type { RulesetProblem } from './problem';
import type { Ruleset } from './ruleset';

/**
 * What a decoded ruleset means and should not: references that lead nowhere, stages that flap, rules that never apply.
 * Errors come first; a ruleset with an error is refused, warnings pass.
 *
 * @example lintRuleset(RETAIL, { isKnownType, typesMatching }) // []
 */
export const lintRuleset = (ruleset: Ruleset, catalogue: TouchpointTypes): readonly RulesetProblem[] => {
  const known = catalogueWith(ruleset.touchpoints);
  const fields = E.isRight(known) ? known.right : standardCatalogue;
  const problems = [
    ...lintIds(ruleset),
    ...lintReferences(ruleset, namesOf(ruleset)),
    ...lintEvidence(ruleset),
    ...lintStages(ruleset),
    ...lintSignals(ruleset),
    ...lintTouchpointSchemas(known),
    ...lintTypes(ruleset, typesOf(ruleset, catalogue)),
    ...lintSums(ruleset),
    ...lintValues(ruleset, fields),
    ...lintCurrencies(ruleset, fields),
    ...lintUnused(ruleset),
  ];
  return [
    ...problems.filter((problem) => problem.severity === 'error'),
    ...problems.filter((problem) => problem.severity === 'warning'),
  ];
};
