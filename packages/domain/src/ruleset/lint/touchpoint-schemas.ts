import Ajv from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { problem } from './names';

/** Errors: touchpoint types of the operator whose JSON Schema is none. */
export const lintTouchpointSchemas = (ruleset: Ruleset): readonly RulesetProblem[] => {
  const own = Object.entries(ruleset.touchpoints ?? {});
  if (own.length === 0) return [];
  const ajv = addFormats(new Ajv({ strict: false, logger: false }));
  return own.flatMap(([type, schema]) => {
    try {
      ajv.compile(schema as object | boolean);
      return [];
    } catch (error) {
      return [
        problem(
          'error',
          'invalid-schema',
          ['touchpoints', type],
          `not a JSON Schema (2020-12): ${(error as Error).message}`,
        ),
      ];
    }
  });
};
