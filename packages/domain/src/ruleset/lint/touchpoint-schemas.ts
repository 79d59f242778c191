import * as E from 'fp-ts/Either';
import { catalogueWith } from '../../touchpoint/custom-types';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { problem } from './names';

/** Errors: touchpoint types of the operator that the catalogue cannot register. */
export const lintTouchpointSchemas = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const catalogue = catalogueWith(ruleset.touchpoints);
  return E.isLeft(catalogue)
    ? catalogue.left.map(({ type, message }) => problem('error', 'invalid-schema', ['touchpoints', type], message))
    : [];
};
