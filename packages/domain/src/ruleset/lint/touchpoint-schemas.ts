import * as E from 'fp-ts/Either';
import type { catalogueWith } from '../../touchpoint/custom-types';
import type { RulesetProblem } from '../problem';
import { problem } from './names';

/** Errors: touchpoint types of the operator that the catalogue cannot register. */
export const lintTouchpointSchemas = (catalogue: ReturnType<typeof catalogueWith>): readonly RulesetProblem[] =>
  E.isLeft(catalogue)
    ? catalogue.left.map(({ type, message }) => problem('error', 'invalid-schema', ['touchpoints', type], message))
    : [];
