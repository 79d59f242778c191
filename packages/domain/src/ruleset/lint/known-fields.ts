import {
  type Catalogue,
  type DataField,
  type DataFields,
  dataFieldsOf,
  newestSchema,
  resemblingIn,
  typesMatching,
  type ValueKind,
} from '../../touchpoint';
import type { CASE_FIELDS } from './fields';

/** What is known of the values that a condition or scale meets. */
export interface Met {
  /** What it may be, once for each way it may come; none where nothing is known. */
  readonly fields: readonly DataField[];
  /** The touchpoint types that have it; empty for a field outside of data. */
  readonly types: readonly string[];
}

const only = (...kinds: readonly ValueKind[]): DataField => ({ kinds: new Set(kinds) });
const TEXT = only('text');
const NUMBER = only('number');
const TRUTH = only('boolean');

const OF_CASE: Readonly<Record<(typeof CASE_FIELDS)[number], DataField>> = {
  severity: only('text', 'number'),
  loss: NUMBER,
  category: TEXT,
  acknowledged: TRUTH,
  informed: NUMBER,
  compensated: NUMBER,
  compensationRatio: NUMBER,
  ageDays: NUMBER,
  outcome: { ...TEXT, values: ['satisfied', 'unsatisfied', 'unknown'] },
  reopened: NUMBER,
  priorCases: NUMBER,
};

const OF_ROOT: Readonly<Record<string, DataField>> = {
  type: TEXT,
  source: TEXT,
  staff: TEXT,
  stage: TEXT,
  metric: NUMBER,
  factor: NUMBER,
  consent: TRUTH,
};

/** The values at the end: those in a list count one by one. */
const valuesOf = (field: DataField): DataField => {
  if (field.kinds?.has('list') !== true) return field;
  return field.fields !== undefined ? only('object') : (field.each ?? {});
};

/** The field at the end of a path; `unknown` where the type knows no such name on the way. */
const follow = (fields: DataFields, [name = '', ...rest]: readonly string[]): DataField | 'unknown' => {
  const field = fields.get(name);
  if (field === undefined) return 'unknown';
  if (rest.length === 0) return valuesOf(field);
  if (field.fields !== undefined) return follow(field.fields, rest);
  const open = field.kinds === undefined || field.kinds.has('object') || field.each !== undefined;
  // Only objects have parts: no value at all.
  return open ? {} : { kinds: new Set() };
};

interface KnownType {
  readonly type: string;
  readonly fields: DataFields;
}

/** What is asked again for every condition, worked out once for a catalogue. */
interface Known {
  readonly all: readonly KnownType[];
  readonly byPattern: Map<string, readonly KnownType[]>;
  /** Fields that are true or false wherever the catalogue has them. */
  readonly flags: ReadonlyMap<string, readonly KnownType[]>;
}

const known = new WeakMap<Catalogue, Known>();
/** Patterns that are remembered; a ruleset has fewer. */
const MAX_PATTERNS = 1000;

const knownOf = (catalogue: Catalogue): Known => {
  const before = known.get(catalogue);
  if (before !== undefined) return before;
  const all = [...catalogue.types.values()].map((type) => ({
    type: type.name,
    fields: dataFieldsOf(newestSchema(type)),
  }));
  const isFlag = (field: DataField | undefined): boolean => field?.kinds?.size === 1 && field.kinds.has('boolean');
  const names = new Set(all.flatMap(({ fields }) => [...fields.keys()]));
  const flags = [...names].flatMap((name): readonly (readonly [string, readonly KnownType[]])[] => {
    const having = all.filter(({ fields }) => fields.has(name));
    return having.every(({ fields }) => isFlag(fields.get(name))) ? [[name, having]] : [];
  });
  const made = { all, byPattern: new Map(), flags: new Map(flags) };
  known.set(catalogue, made);
  return made;
};

const typesOn = (on: readonly string[], catalogue: Catalogue): readonly KnownType[] => {
  const { all, byPattern } = knownOf(catalogue);
  if (on.includes('*')) return all;
  const key = on.join(' ');
  const before = byPattern.get(key);
  if (before !== undefined) return before;
  const names = new Set(on.flatMap((pattern) => typesMatching(pattern, catalogue)));
  const types = all.filter(({ type }) => names.has(type));
  if (byPattern.size >= MAX_PATTERNS) byPattern.clear();
  byPattern.set(key, types);
  return types;
};

/** What a field holds when touchpoints of these types come. */
export const metBy = (field: string, on: readonly string[], catalogue: Catalogue): Met => {
  const [root = '', ...path] = field.split('.');
  if (root === 'case') {
    const of = (OF_CASE as Readonly<Record<string, DataField>>)[path.join('.')];
    return { fields: of === undefined ? [] : [of], types: [] };
  }
  if (root !== 'data') {
    const of = OF_ROOT[root];
    return { fields: of === undefined ? [] : [of], types: [] };
  }
  const found = fieldsAt(path, typesOn(on, catalogue));
  if (found.fields.length > 0 || path.length > 1) return found;
  // A flag is one by its name: `onTime` says yes or no, whatever came on time.
  return fieldsAt(path, knownOf(catalogue).flags.get(path.join('.')) ?? []);
};

const fieldsAt = (path: readonly string[], among: readonly KnownType[]): Met => {
  const fields: DataField[] = [];
  const types: string[] = [];
  for (const one of among) {
    const field = follow(one.fields, path);
    if (field === 'unknown') continue;
    fields.push(field);
    types.push(one.type);
  }
  return { fields, types };
};

/** Names that data has where a path leaves what is known, and the one that was most likely meant. */
const nearIn = (fields: DataFields, [name = '', ...rest]: readonly string[]): string | undefined => {
  const field = fields.get(name);
  if (field === undefined) {
    const near = resemblingIn(fields, name);
    return near === undefined ? undefined : [near, ...rest].join('.');
  }
  const inner = field.fields === undefined || rest.length === 0 ? undefined : nearIn(field.fields, rest);
  return inner === undefined ? undefined : `${name}.${inner}`;
};

/**
 * The field of `data` that was meant by one that none of the types has. Data may have fields that no type knows, so
 * what resembles nothing is right.
 */
export const meantField = (field: string, on: readonly string[], catalogue: Catalogue): string | undefined => {
  const [root, ...path] = field.split('.');
  if (root !== 'data' || path.length === 0) return undefined;
  for (const { fields } of typesOn(on, catalogue)) {
    const near = nearIn(fields, path);
    if (near !== undefined) return `data.${near}`;
  }
  return undefined;
};
