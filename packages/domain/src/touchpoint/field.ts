import { isLeft, isRight } from 'fp-ts/Either';
import * as t from 'io-ts';
import { parseInstant } from '../time/instant';
import { MAX_PROBLEMS } from './problem';
import { isIdentifier, isText, MAX_ID_LENGTH } from './text';

/** JSON Schema of draft 2020-12, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Lone surrogates are beyond it: JSON Schema sees whole characters. */
export const TEXT_SCHEMA: JsonSchema = { type: 'string', pattern: '^[^\\u0000]*$' };
export const ID_SCHEMA: JsonSchema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_ID_LENGTH,
  pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$',
};
/** A second is the sixtieth only where the format lets it be one: as a leap second, before midnight in UTC. */
export const INSTANT_SCHEMA: JsonSchema = {
  type: 'string',
  format: 'date-time',
  pattern: '^.{17}([0-5][0-9]|60)(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$',
};
export const CURRENCY_SCHEMA: JsonSchema = { type: 'string', pattern: '^[A-Z]{3}$' };
export const NUMBER_SCHEMA: JsonSchema = { type: 'number' };
export const POSITIVE_SCHEMA: JsonSchema = { type: 'number', minimum: 0 };

export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

/**
 * The kinds of field that touchpoint data is made of, as io-ts codecs. The name of a codec is what a problem says was
 * expected; `kind` and `description` are what the reference says. So the code, the problems and the docs cannot differ.
 */
export class Field<A> extends t.Type<A, A, unknown> {
  constructor(
    readonly kind: string,
    expected: string,
    readonly description: string,
    /** The same as JSON Schema (draft 2020-12), as far as it can say it. */
    readonly schema: JsonSchema,
    is: (input: unknown) => input is A,
    validate: t.Validate<unknown, A> = (input, context) => (is(input) ? t.success(input) : t.failure(input, context)),
  ) {
    super(expected, is, validate, t.identity);
  }
}

/** A list of objects whose fields are all optional, such as the items of an order. */
export class ListField extends t.Type<readonly unknown[], readonly unknown[], unknown> {
  readonly kind = 'list of objects';
  constructor(
    readonly description: string,
    readonly fields: t.Props,
  ) {
    const item = t.partial(optionals(fields), 'an object');
    super('a list of objects', t.array(item).is, (input, context) => validateItems(item, input, context), t.identity);
  }

  get schema(): JsonSchema {
    return { type: 'array', items: { type: 'object', properties: schemasOf(this.fields, nullable) } };
  }
}

/** The items as their codec gives them. Left: the problems of the first bad ones; the rest is not looked at then. */
const validateItems = (item: t.Mixed, input: unknown, context: t.Context): t.Validation<readonly unknown[]> => {
  if (!Array.isArray(input)) return t.failure(input, context);
  const errors: t.Errors = [];
  let copy: unknown[] | undefined;
  for (let i = 0; i < input.length && errors.length < MAX_PROBLEMS; i++) {
    const found = item.validate(input[i], t.appendContext(context, String(i), item, input[i]));
    if (isLeft(found)) errors.push(...found.left);
    else if (found.right !== input[i]) {
      copy ??= [...input];
      copy[i] = found.right;
    }
  }
  return errors.length > 0 ? t.failures(errors) : t.success(copy ?? input);
};

/** JSON Schemas of fields by name, each with its description. */
export const schemasOf = (
  fields: t.Props,
  as: (schema: JsonSchema) => JsonSchema = (schema) => schema,
): Readonly<Record<string, JsonSchema>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      field instanceof Field || field instanceof ListField
        ? [[name, { ...as(field.schema), description: field.description }] as const]
        : [],
    ),
  );

/** `null` says "not known", as absence does; it is kept as it came. */
class Optional extends t.Type<unknown> {
  constructor(readonly field: t.Mixed) {
    super(
      field.name,
      (input): input is unknown => input === null || field.is(input),
      (input, context) => (input === null ? t.success(input) : field.validate(input, context)),
      t.identity,
    );
  }
}

export const optionals = (fields: t.Props): t.Props =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, new Optional(field)]));

const isNumber = (input: unknown): input is number => typeof input === 'number' && Number.isFinite(input);

/** Free text, which may be empty. */
export const text = (description: string): Field<string> =>
  new Field('text', 'a text without lone surrogates or NUL', description, TEXT_SCHEMA, isText);

/** The name of something elsewhere (an order, a campaign). A whole number is taken as its text: 17 is "17". */
export const id = (description: string): Field<string> =>
  new Field(
    'id',
    'an id: 1 to 512 characters without control characters',
    description,
    {
      anyOf: [ID_SCHEMA, { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }],
    },
    isIdentifier,
    (input, context) => {
      const asText = Number.isSafeInteger(input) ? String(input) : input;
      return isIdentifier(asText) ? t.success(asText) : t.failure(input, context);
    },
  );

/** The customer or member of staff a touchpoint points at: text only, as customers are. */
export const person = (description: string): Field<string> =>
  new Field('id', 'an id: 1 to 512 characters without control characters', description, ID_SCHEMA, isIdentifier);

export const flag = (description: string): Field<boolean> =>
  new Field(
    'boolean',
    'true or false',
    description,
    { type: 'boolean' },
    (input): input is boolean => typeof input === 'boolean',
  );

export const number = (description: string): Field<number> =>
  new Field('number', 'a number', description, NUMBER_SCHEMA, isNumber);

export const positive = (description: string): Field<number> =>
  new Field(
    'number, at least 0',
    'a number of at least 0',
    description,
    POSITIVE_SCHEMA,
    (input): input is number => isNumber(input) && input >= 0,
  );

/** RFC 3339 with offset. Kept as written: rules compare and promise by it, readers see what was sent. */
export const instant = (description: string): Field<string> =>
  new Field(
    'instant',
    'an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z',
    description,
    INSTANT_SCHEMA,
    (input): input is string => typeof input === 'string' && isRight(parseInstant(input)),
  );

export const oneOf = (values: readonly string[], description: string): Field<string> => {
  const known = new Set<unknown>(values);
  return new Field(
    values.join(' | '),
    `one of ${values.join(', ')}`,
    description,
    { enum: values },
    (input): input is string => known.has(input),
  );
};

/** One of a few words, or a number on the operator's own scale. */
export const oneOfOrNumber = (values: readonly string[], description: string): Field<string | number> => {
  const known = new Set<unknown>(values);
  return new Field(
    `${values.join(' | ')} | number`,
    `one of ${values.join(', ')}, or a number of at least 0`,
    description,
    { anyOf: [{ enum: values }, POSITIVE_SCHEMA] },
    (input): input is string | number => known.has(input) || (isNumber(input) && input >= 0),
  );
};

/** A value whose kind only the operator knows: text, number or boolean. */
export const scalar = (description: string): Field<string | number | boolean> =>
  new Field(
    'text, number or boolean',
    'a text, a number, true or false',
    description,
    { anyOf: [TEXT_SCHEMA, NUMBER_SCHEMA, { type: 'boolean' }] },
    (input): input is string | number | boolean => isNumber(input) || typeof input === 'boolean' || isText(input),
  );

export const object = (description: string): Field<Readonly<Record<string, unknown>>> =>
  new Field(
    'object',
    'an object',
    description,
    { type: 'object' },
    (input): input is Readonly<Record<string, unknown>> =>
      typeof input === 'object' && input !== null && !Array.isArray(input),
  );

export const list = (description: string, fields: t.Props): ListField => new ListField(description, fields);

/** Three capital letters, as ISO 4217 codes are. */
export const currency = (description = 'currency of every amount of the touchpoint'): Field<string> =>
  new Field(
    'ISO 4217 code',
    'a currency of three capital letters such as EUR',
    description,
    CURRENCY_SCHEMA,
    (input): input is string => typeof input === 'string' && /^[A-Z]{3}$/.test(input),
  );
