import * as E from 'fp-ts/Either';
import type * as t from 'io-ts';
import { unboundedData } from './bounded-data';
import { codecOf, MAX_PROBLEMS, type ShapeError } from './language/codec';
import { RULESET_LANGUAGE } from './language/ruleset-language';
import { pointer, type RulesetProblem } from './problem';
import type { Ruleset } from './ruleset';

/** The io-ts codec of a ruleset document: strict, unknown keys are errors. */
export const rulesetCodec: t.Type<Ruleset, Ruleset, unknown> = codecOf<Ruleset>(RULESET_LANGUAGE, 'ruleset');

const toProblem = (error: t.ValidationError): RulesetProblem => ({
  path: pointer(...error.context.map((entry) => entry.key)),
  severity: 'error',
  code: (error as Partial<ShapeError>).code ?? 'wrong-value',
  message: error.message ?? 'not understood',
});

/**
 * Decodes a ruleset document of any origin. Left: the problems, the first 50 of them, with place, what was found and
 * what was expected; all are errors. What references mean is not looked at here, see `lintRuleset`.
 *
 * @example decodeRuleset({ ruleset: 'shop', version: 1, factors: {}, stages: [{ id: 'attract' }] }) // right
 */
export const decodeRuleset = (input: unknown): E.Either<readonly RulesetProblem[], Ruleset> => {
  const unbounded = unboundedData(input);
  if (unbounded !== undefined) return E.left([{ path: '', severity: 'error', code: 'too-large', message: unbounded }]);
  const decoded = rulesetCodec.validate(input, []);
  return E.isLeft(decoded) ? E.left(decoded.left.slice(0, MAX_PROBLEMS).map(toProblem)) : decoded;
};
