import type * as t from 'io-ts';
import type { JsonObject } from '../json';
import type { DataCodec } from './data-codec';
import { data } from './data-codec';

/** The marketing method a touchpoint belongs to; `none` for anything but campaigns: orders, complaints, consent. */
export type Method = 'direct-mail' | 'direct-marketing' | 'database' | 'crm' | 'none';

export interface SchemaVersion {
  readonly version: number;
  /** Decodes `data` of this version. Unknown fields are kept. */
  readonly codec: t.Type<JsonObject, JsonObject, unknown>;
  /** Turns data of this version into data of the next; absent on the newest. Never throws on decoded data. */
  readonly upcast?: (data: JsonObject) => JsonObject;
}

/** An entry of the catalogue. */
export interface TouchpointType {
  /** `object.action`. */
  readonly name: string;
  readonly family: string;
  readonly method: Method;
  readonly description: string;
  /** Oldest first; version n stands at index n - 1. */
  readonly versions: readonly SchemaVersion[];
  /** Whose stream it stands in. Of a staff type, `customer` of the touchpoint is the member of staff. */
  readonly subject: 'customer' | 'staff';
}

/** The schema version that the engine works with. A type has at least one version. */
export const newestSchema = ({ versions }: TouchpointType): SchemaVersion => versions[versions.length - 1]!;

/** A type with one schema version. */
export type TypeEntry = readonly [
  name: string,
  description: string,
  codec?: DataCodec,
  /** When there are several versions, these instead. */
  versions?: readonly SchemaVersion[],
];

/** The types of one family, from rows. */
export const family = (
  name: string,
  method: Method,
  rows: readonly TypeEntry[],
  subject: TouchpointType['subject'] = 'customer',
): readonly TouchpointType[] =>
  rows.map(([type, description, codec = data(), versions = [{ version: 1, codec }]]) => ({
    name: type,
    family: name,
    method,
    description,
    versions,
    subject,
  }));
