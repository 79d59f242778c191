import type * as t from 'io-ts';
import { type Catalogue, standardCatalogue } from './catalogue';
import { SchemaCodec } from './custom-types';
import { DataCodec } from './data-codec';
import { Field, ListField } from './field';
import { segmentEvents } from './segment-events';
import { type Method, newestSchema, type SchemaVersion, type TouchpointType } from './touchpoint-type';

export interface FieldDescription {
  /** Its path under `data`, as rules write it: `items.sku`. */
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

export interface TypeDescription {
  readonly type: string;
  readonly family: string;
  readonly method: Method;
  readonly subject: TouchpointType['subject'];
  readonly description: string;
  readonly versions: readonly number[];
  /** Main fields of the newest version; others are kept too. */
  readonly fields: readonly FieldDescription[];
  /** Segment events that are recorded as this type. */
  readonly segment: readonly string[];
}

const fieldRows = (name: string, field: t.Mixed, required: boolean): readonly FieldDescription[] => {
  if (field instanceof ListField)
    return [
      { name, type: field.kind, required, description: field.description },
      ...Object.entries(field.fields).flatMap(([inner, of]) => fieldRows(`${name}.${inner}`, of, false)),
    ];
  return field instanceof Field ? [{ name, type: field.kind, required, description: field.description }] : [];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const schemaRows = (schema: Readonly<Record<string, unknown>>): readonly FieldDescription[] => {
  const required = new Set<unknown>(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(isRecord(schema.properties) ? schema.properties : {}).map(([name, property]) => ({
    name,
    type: isRecord(property) && property.type !== undefined ? [property.type].flat().join(' | ') : 'any',
    required: required.has(name),
    description: isRecord(property) && typeof property.description === 'string' ? property.description : '',
  }));
};

const fieldsOf = ({ codec }: SchemaVersion): readonly FieldDescription[] => {
  if (codec instanceof SchemaCodec) return schemaRows(codec.schema);
  if (!(codec instanceof DataCodec)) return [];
  return [
    ...Object.entries(codec.required).flatMap(([name, field]) => fieldRows(name, field, true)),
    ...Object.entries(codec.optional).flatMap(([name, field]) => fieldRows(name, field, false)),
  ];
};

/** The catalogue in rows, read off the codecs that decode with it: for the reference, the API and the console. */
export const describeCatalogue = (catalogue: Catalogue = standardCatalogue): readonly TypeDescription[] =>
  [...catalogue.types.values()].map((type) => ({
    type: type.name,
    family: type.family,
    method: type.method,
    subject: type.subject,
    description: type.description,
    versions: type.versions.map(({ version }) => version),
    fields: fieldsOf(newestSchema(type)),
    segment: segmentEvents.filter((entry) => entry.type === type.name).map(({ event }) => event),
  }));
