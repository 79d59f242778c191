import { type Catalogue, standardCatalogue } from './catalogue';
import { SchemaCodec } from './custom-types';
import { DataCodec } from './data-codec';
import { ID_SCHEMA, INSTANT_SCHEMA, type JsonSchema, nullable, schemasOf } from './field';
import { OWN_SOURCE } from './touchpoint';
import type { SchemaVersion, TouchpointType } from './touchpoint-type';

/** Touchpoints as JSON Schema, read off the codecs that decode them. */
export interface TouchpointSchemas {
  /** Of `data`, by type and schema version: `order.completed.v1`. */
  readonly data: Readonly<Record<string, JsonSchema>>;
  readonly compact: JsonSchema;
  readonly cloudEvent: JsonSchema;
}

const dataSchema = ({ codec }: SchemaVersion, description: string): JsonSchema => {
  if (codec instanceof SchemaCodec) return { description, ...codec.schema };
  if (!(codec instanceof DataCodec)) return { type: 'object', description };
  const required = Object.keys(codec.required);
  return {
    type: 'object',
    description,
    ...(required.length === 0 ? undefined : { required }),
    properties: { ...schemasOf(codec.required), ...schemasOf(codec.optional, nullable) },
  };
};

/** Whether touchpoints of this version mean something without data. */
const needsData = ({ codec }: SchemaVersion): boolean => !codec.is({});

const SUBJECT = 'The customer; of types about staff the member of staff, who may be named by `staff` instead.';
const words = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });

const COMMON: Readonly<Record<string, JsonSchema>> = {
  id: words(ID_SCHEMA, 'Unique within the source: it tells a repetition from another touchpoint.'),
  source: words({ ...ID_SCHEMA, not: { const: OWN_SOURCE } }, 'The sender, such as `shop`.'),
  staff: words(nullable(ID_SCHEMA), 'The member of staff who acted.'),
};
const OCCURRED = words(INSTANT_SCHEMA, 'When it happened.');
const RECORDED = words({ type: 'null' }, 'For the log to say.');
const CORRELATION = words(nullable(ID_SCHEMA), 'The case or order it belongs to.');

/** What differs from type to type: its name, its data, and whose stream it stands in. */
const variant = (
  type: TouchpointType,
  version: SchemaVersion,
  customer: 'customer' | 'subject',
  names: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  data: JsonSchema,
): JsonSchema => {
  const isStaff = type.subject === 'staff';
  const needed = [...required, ...(needsData(version) ? ['data'] : [])];
  return {
    title: `${type.name}, version ${version.version}`,
    properties: {
      ...names,
      [customer]: words(isStaff ? nullable(ID_SCHEMA) : ID_SCHEMA, isStaff ? 'The member of staff.' : 'The customer.'),
      data,
    },
    required: isStaff ? needed : [...needed, customer],
    ...(isStaff
      ? {
          anyOf: [
            { required: [customer], properties: { [customer]: ID_SCHEMA } },
            { required: ['staff'], properties: { staff: ID_SCHEMA, [customer]: { type: 'null' } } },
          ],
        }
      : undefined),
  };
};

/**
 * What one schema cannot say is left to the decoder: that a touchpoint has one currency, that instants lie in their
 * bounds, that data is not too deep or too large.
 *
 * @param refer the reference to the schema of data by its key, where schemas stand in a document
 * @example touchpointSchemas(catalogue, (key) => ({ $ref: `#/components/schemas/${key}` }))
 */
export const touchpointSchemas = (
  catalogue: Catalogue = standardCatalogue,
  refer?: (key: string) => JsonSchema,
): TouchpointSchemas => {
  const versions = [...catalogue.types.values()].flatMap((type) =>
    type.versions.map((version) => ({ type, version, key: `${type.name}.v${version.version}` })),
  );
  const data = Object.fromEntries(
    versions.map(({ type, version, key }) => [key, dataSchema(version, type.description)]),
  );
  const referred = refer ?? ((key: string) => data[key] ?? {});
  return {
    data,
    compact: {
      type: 'object',
      required: ['id', 'source', 'type', 'occurredAt'],
      properties: {
        ...COMMON,
        type: { type: 'string', description: '`object.action`.' },
        version: { description: 'Schema version of `data`; 1 when absent.', type: ['integer', 'null'] },
        customer: { description: SUBJECT },
        occurredAt: OCCURRED,
        recordedAt: RECORDED,
        correlationId: CORRELATION,
      },
      oneOf: versions.map(({ type, version, key }) => {
        const isFirst = version.version === 1;
        const names = {
          type: { const: type.name },
          version: isFirst ? { enum: [1, null] } : { const: version.version },
        };
        return variant(type, version, 'customer', names, isFirst ? [] : ['version'], referred(key));
      }),
    },
    cloudEvent: {
      type: 'object',
      required: ['specversion', 'id', 'source', 'type', 'time'],
      properties: {
        specversion: { const: '1.0' },
        ...COMMON,
        type: { type: 'string', description: '`touchpoint.<name>.v<version>`.' },
        subject: { description: SUBJECT },
        time: OCCURRED,
        recordedtime: RECORDED,
        datacontenttype: {
          anyOf: [{ type: 'string', pattern: '^application/([A-Za-z0-9_.-]+\\+)?json(;.*)?$' }, { type: 'null' }],
        },
        data_base64: { type: 'null', description: 'Data is JSON, in `data`.' },
        correlationid: CORRELATION,
      },
      oneOf: versions.map(({ type, version, key }) =>
        variant(type, version, 'subject', { type: { const: `touchpoint.${key}` } }, [], referred(key)),
      ),
    },
  };
};
