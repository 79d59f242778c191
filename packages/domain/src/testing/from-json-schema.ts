/** Values that a JSON Schema accepts, for properties about schemas and for calls made from an OpenAPI document. */
import * as fc from 'fast-check';

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Instants of the years that touchpoints may have. */
const instants = fc
  .record({
    at: fc.integer({ min: Date.UTC(1950, 0, 1), max: Date.UTC(2026, 0, 1) }),
    offset: fc.constantFrom('Z', '+07:00', '-03:30'),
    digits: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ at, offset, digits }) => {
    const text = new Date(at).toISOString();
    return `${text.slice(0, digits === 0 ? 19 : 20 + digits)}${offset}`;
  });

const texts = ({ pattern, minLength = 0, maxLength = 40, format }: Schema): fc.Arbitrary<string> => {
  if (format === 'date-time') return instants;
  if (format === 'uri') return fc.webUrl();
  const length = { minLength: Number(minLength), maxLength: Math.min(Number(maxLength), Number(minLength) + 40) };
  if (typeof pattern !== 'string') return fc.string({ unit: 'grapheme', ...length });
  const regex = new RegExp(pattern, 'u');
  // Patterns that only leave characters out are met by most texts.
  const any = pattern.startsWith('^[^') ? fc.string({ unit: 'grapheme', ...length }) : fc.stringMatching(regex);
  return any.filter(
    (text) => regex.test(text) && [...text].length >= length.minLength && text.length <= Number(maxLength),
  );
};

/** Both at once, where the second says more exactly what the first says too. */
const merged = (one: Schema, other: Schema): Schema => {
  const { anyOf: first, ...a } = one;
  const { anyOf: second, ...b } = other;
  const properties = { ...(a.properties as Schema | undefined), ...(b.properties as Schema | undefined) };
  const required = [...new Set([a.required ?? [], b.required ?? []].flat())];
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(first === undefined ? {} : { anyOf: first }),
    ...(second === undefined ? {} : { anyOf: second }),
  };
};

/**
 * @param resolve the schema behind a `$ref`
 * @param depth levels of objects and lists that may still follow
 */
export const fromJsonSchema = (
  schema: Schema,
  resolve: (ref: string) => Schema = () => ({}),
  depth = 6,
): fc.Arbitrary<unknown> => {
  const of = (inner: unknown): fc.Arbitrary<unknown> =>
    isObject(inner) ? fromJsonSchema(inner, resolve, depth - 1) : fc.jsonValue({ maxDepth: 1 });
  const { $ref, anyOf, oneOf, allOf, ...rest } = schema;
  if (typeof $ref === 'string') return fromJsonSchema(merged(resolve($ref), rest), resolve, depth);
  if ('const' in schema) return fc.constant(schema.const);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
  if (Array.isArray(allOf))
    return fromJsonSchema(
      allOf.reduce((all: Schema, one: Schema) => merged(all, one), { ...rest, anyOf, oneOf }),
      resolve,
      depth,
    );
  const options = (Array.isArray(oneOf) ? oneOf : Array.isArray(anyOf) ? anyOf : []) as readonly Schema[];
  if (options.length > 0) {
    const inner = Array.isArray(oneOf) && anyOf !== undefined ? { ...rest, anyOf } : rest;
    return fc.oneof(...options.map((option) => fromJsonSchema(merged(inner, option), resolve, depth)));
  }
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  if (Array.isArray(schema.examples)) {
    const { examples, ...plain } = schema;
    return fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...schema.examples) }, { weight: 1, arbitrary: of(plain) });
  }
  switch (schema.type) {
    case 'string':
      return texts(schema);
    case 'integer':
      return fc.integer({
        min: Math.max(Number(schema.minimum ?? -1_000), -(2 ** 31)),
        max: Math.min(Number(schema.maximum ?? 1_000), 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({
        min: Number(schema.minimum ?? -1e9),
        max: Number(schema.maximum ?? 1e9),
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(depth > 0 ? of(schema.items) : fc.constant(0), {
        minLength: Number(schema.minItems ?? 0),
        maxLength: depth > 0 ? Math.min(Number(schema.maxItems ?? 3), 3) : Number(schema.minItems ?? 0),
      });
    default:
      return schema.type === 'object' || isObject(schema.properties)
        ? objects(schema, of)
        : fc.jsonValue({ maxDepth: 1 });
  }
};

const objects = (
  { properties, required = [], additionalProperties }: Schema,
  of: (schema: unknown) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> => {
  const named = isObject(properties) ? properties : {};
  const requiredKeys = (required as readonly string[]).filter((name) => Object.hasOwn(named, name));
  const model = Object.fromEntries(Object.entries(named).map(([name, schema]) => [name, of(schema)]));
  const record = fc.record(model, { requiredKeys });
  if (!isObject(additionalProperties)) return record;
  const others = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), of(additionalProperties), { maxKeys: 2 });
  return fc.tuple(record, others).map(([known, more]) => ({ ...more, ...known }));
};
