import { type JsonSchema, jsonSchemaOf } from './language/json-schema';
import { RULESET_LANGUAGE } from './language/ruleset-language';

/** The JSON Schema (draft 7) of a ruleset document, for editors: completion, descriptions, errors while typing. */
export const rulesetJsonSchema = (): JsonSchema => jsonSchemaOf(RULESET_LANGUAGE, 'ruleset');
