import { SchemaCodec } from './custom-types';
import { DataCodec } from './data-codec';
import { Field, type JsonSchema, ListField } from './field';
import { MoneyField } from './money';
import type { SchemaVersion } from './touchpoint-type';

/** What a value in recorded data may be. */
export type ValueKind = 'text' | 'number' | 'boolean' | 'null' | 'object' | 'list';

/** A field of `data` as its type knows it, once decoded. */
export interface DataField {
  /** Undefined where it may be anything. */
  readonly kinds?: ReadonlySet<ValueKind>;
  /** An amount in the currency of the touchpoint. */
  readonly money?: true;
  /** The only texts it may be. */
  readonly values?: readonly string[];
  /** Of the object that it is, or of the objects in its list. */
  readonly fields?: DataFields;
  /** Each value of its list, where these are not objects with known fields. */
  readonly each?: DataField;
}

/** Fields by name; data may have others beside them. */
export type DataFields = ReadonlyMap<string, DataField>;

const KINDS: Readonly<Record<string, ValueKind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  null: 'null',
  object: 'object',
  array: 'list',
};

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindOf = (value: unknown): ValueKind =>
  value === null ? 'null' : Array.isArray(value) ? 'list' : (KINDS[typeof value] ?? 'object');

const allOrNone = <A>(parts: readonly (A | undefined)[]): readonly A[] | undefined =>
  parts.every((part) => part !== undefined) ? (parts as readonly A[]) : undefined;

/** What a schema leaves open stays open: it is read only as far as what it says is plain. */
const fieldOfSchema = (schema: unknown): DataField => {
  if (!isObject(schema)) return {};
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) {
    const parts = choices.map(fieldOfSchema);
    const kinds = allOrNone(parts.map((part) => part.kinds));
    const texts = parts.filter(({ kinds: some }) => some?.has('text') === true);
    const values = allOrNone(texts.map((part) => part.values));
    return {
      ...(kinds === undefined ? undefined : { kinds: new Set(kinds.flatMap((some) => [...some])) }),
      ...(values === undefined || values.length === 0 ? undefined : { values: values.flat() }),
    };
  }
  const constants = 'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined;
  if (constants !== undefined)
    return {
      kinds: new Set(constants.map(kindOf)),
      values: constants.filter((value): value is string => typeof value === 'string'),
    };
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  const items = isObject(schema.items) ? schema.items : undefined;
  const inner = items?.properties ?? schema.properties;
  return {
    ...(types === undefined ? undefined : { kinds: new Set(types.flatMap((type) => KINDS[String(type)] ?? [])) }),
    ...(isObject(inner) ? { fields: fieldsOfProperties(inner) } : undefined),
    ...(items !== undefined && items.properties === undefined ? { each: fieldOfSchema(items) } : undefined),
  };
};

const fieldsOfProperties = (properties: JsonSchema): DataFields =>
  new Map(Object.entries(properties).map(([name, schema]) => [name, fieldOfSchema(schema)]));

const TEXT: DataField = { kinds: new Set(['text']) };
const MONEY: DataField = { kinds: new Set(['number']), money: true };

/** As it is once decoded: money is its amount then, and an id is a text. */
const fieldOf = (field: unknown): DataField => {
  if (field instanceof MoneyField) return MONEY;
  if (field instanceof ListField) return { kinds: new Set(['list']), fields: fieldsOf(field.fields) };
  if (!(field instanceof Field)) return {};
  return field.kind === 'id' ? TEXT : fieldOfSchema(field.schema);
};

const fieldsOf = (props: object): DataFields =>
  new Map(Object.entries(props).map(([name, field]) => [name, fieldOf(field)]));

const known = new WeakMap<object, DataFields>();

/** The fields that data of a type and version has, read off the codec that decodes it. */
export const dataFieldsOf = ({ codec }: SchemaVersion): DataFields => {
  let fields = known.get(codec);
  if (fields === undefined) {
    fields =
      codec instanceof DataCodec
        ? fieldsOf({ ...codec.required, ...codec.optional })
        : codec instanceof SchemaCodec
          ? (fieldOfSchema(codec.schema).fields ?? new Map())
          : new Map();
    known.set(codec, fields);
  }
  return fields;
};
