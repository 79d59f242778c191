import { nearestName } from '../nearest-name';
import type { Catalogue } from './catalogue';
import { type DataFields, dataFieldsOf } from './data-fields';

/** A field that no rule will find, since its name only looks like one that touchpoints have. */
export interface TouchpointWarning {
  /** As the sender calls it; of lists without the index, so that a file's warnings can be counted. */
  readonly field: string;
  /** What was meant, most likely. */
  readonly meant: string;
  /** All of it in one sentence. */
  readonly message: string;
}

const NONE: readonly TouchpointWarning[] = [];
const MAX_WARNINGS = 20;
/** Of an object as many unknown names are looked at, of a list as many items: bounded, whatever is sent. */
const MAX_UNKNOWN = 100;
const MAX_ITEMS = 100;
/** Names that were compared before; more would be personal data used as names. */
const MAX_REMEMBERED = 2000;

const plain = (name: string): string => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** Few edits, as other names than the known ones are allowed: a short name must be the same but for its spelling. */
const mostEdits = (length: number): number => (length >= 9 ? 2 : length >= 4 ? 1 : 0);

/** Finds the known name that another one spells differently or is next to; undefined where it may be another field. */
const finderIn = (known: readonly string[]): ((name: string) => string | undefined) => {
  const plainNames = known.map(plain);
  return (name) => {
    const wanted = plain(name);
    const same = plainNames.findIndex((one) => one === wanted || `${one}id` === wanted);
    if (same >= 0) return known[same];
    const near = nearestName(wanted, plainNames, mostEdits(wanted.length));
    return near === undefined ? undefined : known[plainNames.indexOf(near)];
  };
};

/** The same, remembering what each name resembles. */
const rememberer = (known: readonly string[]): ((name: string) => string | undefined) => {
  const find = finderIn(known);
  const remembered = new Map<string, string | undefined>();
  return (name) => {
    if (remembered.has(name)) return remembered.get(name);
    const meant = find(name);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(name, meant);
    return meant;
  };
};

const resemblances = new WeakMap<DataFields, (name: string) => string | undefined>();

/** The known field that a name resembles. */
export const resemblingIn = (fields: DataFields, name: string): string | undefined => {
  let of = resemblances.get(fields);
  if (of === undefined) {
    of = rememberer([...fields.keys()]);
    resemblances.set(fields, of);
  }
  return of(name);
};

type Found = TouchpointWarning[];
type Data = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What may stand beside data and is read; rules know `staff` from there only. */
const BESIDE = ['staff', 'correlationId'];
const besideFor = rememberer(BESIDE);

const inData = (data: Data, fields: DataFields, path: string, type: string, found: Found): void => {
  let unknown = 0;
  for (const name of Object.keys(data)) {
    const field = fields.get(name);
    if (field === undefined) {
      if (unknown++ < MAX_UNKNOWN) warnOf(name, data, fields, path, type, found);
    } else if (field.fields !== undefined) inParts(data[name], field.fields, `${path}.${name}`, type, found);
    if (found.length >= MAX_WARNINGS) return;
  }
};

const inParts = (value: unknown, fields: DataFields, path: string, type: string, found: Found): void => {
  if (isObject(value)) inData(value, fields, path, type, found);
  if (!Array.isArray(value)) return;
  for (let i = 0; i < value.length && i < MAX_ITEMS; i++)
    if (isObject(value[i])) inData(value[i] as Data, fields, `${path}[]`, type, found);
};

const warnOf = (name: string, data: Data, fields: DataFields, path: string, type: string, found: Found): void => {
  const meant = resemblingIn(fields, name);
  const at = `${path}.${name}`;
  // Where the field itself is there, the other is data like any.
  if (meant !== undefined && data[meant] == null)
    add(found, at, meant, `is kept, but is not a field of ${type}; did you mean "${meant}"?`);
  if (meant !== undefined || path !== 'data') return;
  const beside = besideFor(name);
  if (beside !== undefined)
    add(found, at, beside, `is kept, but is not a field of ${type}; did you mean "${beside}" beside data?`);
};

const add = (found: Found, field: string, meant: string, what: string): void => {
  if (found.some((one) => one.field === field)) return;
  found.push({ field, meant, message: `${field} ${what}` });
};

/** Names beside data that are read where they are there; what must be there is missed by the decoder. */
const COMPACT = new Set(['id', 'source', 'type', 'version', 'customer', 'occurredAt', 'recordedAt', 'data', ...BESIDE]);
const inCompact = rememberer(['version', 'recordedAt', 'data', ...BESIDE]);
const CLOUD_EVENT = new Set([
  ...['specversion', 'id', 'source', 'type', 'subject', 'time', 'recordedtime', 'datacontenttype', 'dataschema'],
  ...['data', 'data_base64', 'correlationid', 'staff', 'traceparent', 'tracestate'],
]);
const inCloudEvent = rememberer(['recordedtime', 'data', 'staff', 'correlationid']);
/** Names of the compact form that a CloudEvent has under another one. */
const IN_CLOUD_EVENT: Readonly<Record<string, string>> = { recordedat: 'recordedtime' };

const besideData = (input: Data, fields: DataFields, found: Found): void => {
  const isCloudEvent = input.specversion !== undefined;
  const known = isCloudEvent ? CLOUD_EVENT : COMPACT;
  let unknown = 0;
  for (const name of Object.keys(input)) {
    if (known.has(name) || unknown++ >= MAX_UNKNOWN) continue;
    const meant = isCloudEvent ? (IN_CLOUD_EVENT[plain(name)] ?? inCloudEvent(name)) : inCompact(name);
    if (meant !== undefined) {
      if (input[meant] == null) add(found, name, meant, `is not read; did you mean "${meant}"?`);
      continue;
    }
    const field = fields.has(name) ? name : resemblingIn(fields, name);
    const data = isObject(input.data) ? input.data : {};
    if (field !== undefined && data[field] == null)
      add(found, name, `data.${field}`, `is not read beside data; did you mean "data.${field}"?`);
  }
};

/** A field of an object that looks like the one that is missing: `customer_id` for `customer`. */
export const lookalikeOf = (missing: string, among: unknown): string | undefined => {
  if (!isObject(among)) return undefined;
  const find = finderIn([missing]);
  const names = Object.keys(among).slice(0, MAX_UNKNOWN);
  return names.find((name) => name !== missing && find(name) !== undefined);
};

/**
 * Fields of a touchpoint that look misspelt: `order_id` for `orderId`, `Total` for `total`, `staff_id` for `staff`, a
 * field of data beside data. Others that a type does not know are data like any, and nothing is said of them. At most
 * 20; none where all is as it should be, which costs a look at each name.
 *
 * @param input as it came, where it is a CloudEvent or in the compact form
 */
export const misspeltFields = (
  { type, version, data }: { readonly type: string; readonly version: number; readonly data: Data },
  catalogue: Catalogue,
  input?: unknown,
): readonly TouchpointWarning[] => {
  const schema = catalogue.types.get(type)?.versions[version - 1];
  const fields: DataFields = schema === undefined ? new Map() : dataFieldsOf(schema);
  const found: Found = [];
  if (fields.size > 0) inData(data, fields, 'data', type, found);
  if (isObject(input)) besideData(input, fields, found);
  return found.length === 0 ? NONE : found.slice(0, MAX_WARNINGS);
};
