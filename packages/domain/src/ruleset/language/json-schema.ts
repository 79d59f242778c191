import { definitionOf, type KeyRule, type Language, type ObjectShape, type Shape } from './shape';

/** A JSON Schema document or part of one. */
export type JsonSchema = { readonly [keyword: string]: unknown };

const ruleSchema = (rule: KeyRule): JsonSchema => {
  if ('notTogether' in rule) return { not: { required: rule.notTogether } };
  if ('atLeastOne' in rule) return { anyOf: rule.atLeastOne.map((key) => ({ required: [key] })) };
  return { oneOf: rule.exactlyOne.map((key) => ({ required: [key] })) };
};

const objectSchema = (shape: ObjectShape, alsoRequired?: string): JsonSchema => {
  const entries = Object.entries(shape.fields);
  const required = entries
    .filter(([key, field]) => field.required === true || key === alsoRequired)
    .map(([key]) => key);
  return {
    type: 'object',
    properties: Object.fromEntries(
      entries.map(([key, field]) => {
        const schema = schemaOf(field.shape);
        // Draft 7 ignores what stands beside $ref.
        return [
          key,
          '$ref' in schema ? { description: field.doc, allOf: [schema] } : { description: field.doc, ...schema },
        ];
      }),
    ),
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
    ...(shape.rules === undefined ? {} : { allOf: shape.rules.map(ruleSchema) }),
  };
};

const schemaOf = (shape: Shape): JsonSchema => {
  switch (shape.kind) {
    case 'text':
      return { type: 'string', pattern: shape.pattern };
    case 'number':
      return {
        type: shape.integer === true ? 'integer' : 'number',
        ...(shape.atLeast === undefined ? {} : { minimum: shape.atLeast }),
        ...(shape.above === undefined ? {} : { exclusiveMinimum: shape.above }),
        ...(shape.nonZero === true ? { not: { const: 0 } } : {}),
      };
    case 'truth':
      return shape.only === true ? { const: true } : { type: 'boolean' };
    case 'scalar':
      return { type: ['string', 'number', 'boolean', 'null'] };
    case 'list':
      return {
        type: 'array',
        minItems: shape.min,
        ...(shape.first === undefined
          ? { items: schemaOf(shape.of) }
          : { items: [schemaOf(shape.first)], additionalItems: schemaOf(shape.of) }),
      };
    case 'tuple':
      return { type: 'array', minItems: shape.of.length, maxItems: shape.of.length, items: shape.of.map(schemaOf) };
    case 'one-or-more':
      return { anyOf: [schemaOf(shape.of), { type: 'array', minItems: 1, items: schemaOf(shape.of) }] };
    case 'record':
      return {
        type: 'object',
        minProperties: shape.min,
        propertyNames: { pattern: shape.keys.pattern },
        additionalProperties: schemaOf(shape.of),
      };
    case 'object':
      return objectSchema(shape);
    case 'choice':
      return { oneOf: Object.entries(shape.variants).map(([key, variant]) => objectSchema(variant, key)) };
    case 'named':
      return { $ref: `#/definitions/${shape.name}` };
    case 'json-schema':
      return { type: 'object' };
  }
};

/**
 * The JSON Schema of one definition of a language. Draft 7, because that is what the YAML and JSON modes of common
 * editors read.
 */
export const jsonSchemaOf = (language: Language, name: string): JsonSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: definitionOf(language, name).title,
  allOf: [{ $ref: `#/definitions/${name}` }],
  definitions: Object.fromEntries(
    Object.entries(language).map(([key, definition]) => [
      key,
      { title: definition.title, description: definition.doc, ...schemaOf(definition.shape) },
    ]),
  ),
});
