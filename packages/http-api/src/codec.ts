/**
 * Shapes of parameters, bodies and answers. One definition is the JSON Schema that validates (Fastify asks ajv), the same
 * schema in the OpenAPI document, and the TypeScript type that handlers see.
 */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';

export type JsonSchema = Readonly<Record<string, unknown>>;

declare const shape: unique symbol;

/** A JSON Schema, and in its type what it lets through. */
export type Codec<A> = JsonSchema & { readonly [shape]?: A };

/** Gives a handler the types of the schemas of its route. */
interface ShapeProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends Codec<infer A> ? A : unknown;
}

/** Where routes are registered whose handlers take their types from the schemas. */
export type Routes = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ShapeProvider
>;

/** @example type Query = TypeOf<typeof query> */
export type TypeOf<C> = C extends Codec<infer A> ? A : never;

type Fields = Readonly<Record<string, Codec<unknown>>>;
type ObjectOf<R extends Fields, O extends Fields> = { readonly [K in keyof R]: TypeOf<R[K]> } & {
  readonly [K in keyof O]?: TypeOf<O[K]>;
};

/** Anything by its JSON Schema, where nothing below says it. */
export const codec = <A>(schema: JsonSchema): Codec<A> => schema;

export const text = (description: string, more: JsonSchema = {}): Codec<string> =>
  codec({ type: 'string', description, ...more });

export const number = (description: string, more: JsonSchema = {}): Codec<number> =>
  codec({ type: 'number', description, ...more });

export const integer = (description: string, more: JsonSchema = {}): Codec<number> =>
  codec({ type: 'integer', description, ...more });

export const flag = (description: string): Codec<boolean> => codec({ type: 'boolean', description });

/** RFC 3339 with offset coming in; in UTC with milliseconds going out. */
export const instant = (description: string): Codec<string> =>
  codec({ type: 'string', format: 'date-time', description, examples: ['2026-03-01T12:00:00.000Z'] });

export const oneOf = <const V extends string>(values: readonly V[], description: string): Codec<V> =>
  codec({ type: 'string', enum: values, description });

export const list = <A>(item: Codec<A>, description?: string, more: JsonSchema = {}): Codec<readonly A[]> =>
  codec({ type: 'array', items: item, ...(description === undefined ? {} : { description }), ...more });

/** By names that are not known beforehand. */
export const record = <A>(value: Codec<A>, description?: string): Codec<Readonly<Record<string, A>>> =>
  codec({
    type: 'object',
    additionalProperties: value,
    ...(description === undefined ? {} : { description }),
  });

export const nullable = <A>(value: Codec<A>): Codec<A | null> =>
  codec({ anyOf: [value, { type: 'null' }], ...(value.description ? { description: value.description } : {}) });

/** Fields that are not named are refused. */
export const object = <const R extends Fields, const O extends Fields = Readonly<Record<never, never>>>(
  required: R,
  optional?: O,
  more: JsonSchema = {},
): Codec<ObjectOf<R, O>> =>
  codec({
    type: 'object',
    required: Object.keys(required),
    properties: { ...required, ...optional },
    additionalProperties: false,
    ...more,
  });

/** One of several shapes. */
export const anyOf = <const C extends readonly Codec<unknown>[]>(...options: C): Codec<TypeOf<C[number]>> =>
  codec({ anyOf: options });

const ERROR = object({ field: text('As the sender calls it; empty for the whole.'), message: text('The problem.') });

/** RFC 9457. */
export const PROBLEM: Codec<unknown> = object(
  {
    type: text('The kind of refusal: a stable reference such as `/problems/not-found`.', { format: 'uri-reference' }),
    title: text('The kind in words.'),
    status: integer('The HTTP status.'),
    detail: text('The problem, where it is, and what to do.'),
    instance: text('The id of the request.'),
  },
  { errors: list(ERROR, 'Field by field, where fields are wrong.') },
);

/** The description of an answer that refuses, for `schema.response`. */
export const refused = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } },
});
