import { type ColumnKind, type ColumnObserver, type Example, observeColumn } from './column-kind';
import { conversionTo } from './conversions';
import { type ExactJson, isExactObject, Numeral } from './exact-json';
import type { ValueFormat } from './value-format';

/** The structure that `from_json` of DuckDB makes of JSON. */
export type Structure = string | readonly Structure[] | { readonly [field: string]: Structure };

export interface ShapeKind extends Omit<ColumnKind, 'kind'> {
  readonly kind: ColumnKind['kind'] | 'object' | 'list' | 'mixed';
  /** How an object or a list is read. */
  readonly structure?: Structure;
}

/** What the values of a column of a file are: single ones, objects, lists. */
export interface Shape {
  readonly see: (value: ExactJson, line: number) => void;
  /** A value of a file that has text only. */
  readonly seeText: (value: string, line: number) => void;
  readonly kind: () => ShapeKind;
}

/** An object with more fields is rather a map, and stays JSON. */
const MAX_FIELDS = 200;

/** A value as it stood in the file, every digit kept. */
export const textOf = (value: ExactJson): string =>
  typeof value === 'string' ? value : value instanceof Numeral ? value.source : JSON.stringify(value);

const structureOf = ({ kind, type, numbers, conversion, structure }: ShapeKind): Structure => {
  if (structure !== undefined) return structure;
  if (kind === 'mixed' || kind === 'empty') return 'JSON';
  return numbers && conversion !== undefined ? conversion.type : type;
};

/** @param single what looks at single values: the same for columns of one name in several files */
export const observeShape = (format: ValueFormat, single: ColumnObserver = observeColumn(format)): Shape => {
  const fields = new Map<string, Shape>();
  let element: Shape | undefined;
  const seen = { single: 0, object: false, nested: 0 };
  let firstNested: Example | undefined;

  const seeNested = (value: ExactJson, line: number): void => {
    seen.nested++;
    firstNested ??= { line, value: JSON.stringify(value).slice(0, 60) };
  };

  /** Single values beside lists or objects: where most are numbers or the like, the others are odd ones. */
  const mixed = (): ShapeKind => {
    const plain = { type: 'VARCHAR', numbers: false, kind: 'mixed' } as const;
    const found = seen.single > seen.nested ? single.kind() : undefined;
    const conversion = found?.conversion ?? (found === undefined ? undefined : conversionTo(found.type));
    const odd = found?.odd ?? firstNested;
    const but =
      conversion === undefined || odd === undefined ? '' : `; line ${odd.line} has ${JSON.stringify(odd.value)}`;
    return {
      ...plain,
      ...(but === '' ? {} : { conversion, odd }),
      note: `values of different kinds, each as its JSON${but}`,
    };
  };

  const seeFields = (value: { readonly [key: string]: ExactJson }, line: number): void => {
    for (const [name, one] of Object.entries(value)) {
      const field = fields.get(name) ?? observeShape(format);
      if (fields.size <= MAX_FIELDS) fields.set(name, field);
      field.see(one, line);
    }
  };

  const fieldsFit = (): boolean =>
    fields.size > 0 &&
    fields.size <= MAX_FIELDS &&
    !fields.has('') &&
    new Set([...fields.keys()].map((name) => name.toLowerCase())).size === fields.size;

  return {
    see: (value, line) => {
      if (value === null) return;
      if (typeof value === 'object' && !(value instanceof Numeral)) seeNested(value, line);
      if (Array.isArray(value)) {
        element ??= observeShape(format);
        for (const one of value) element.see(one, line);
      } else if (isExactObject(value)) {
        seen.object = true;
        seeFields(value, line);
      } else {
        seen.single++;
        single.see(textOf(value), line, typeof value === 'string');
      }
    },
    seeText: (value, line) => {
      seen.single++;
      single.see(value, line);
    },
    kind: () => {
      const nested = { type: 'JSON', numbers: false } as const;
      if (Number(seen.single > 0) + Number(seen.object) + Number(element !== undefined) > 1) return mixed();
      if (element !== undefined) return { ...nested, kind: 'list', structure: [structureOf(element.kind())] };
      if (!seen.object) return single.kind();
      const structure = [...fields].map(([name, field]) => [name, structureOf(field.kind())] as const);
      return { ...nested, kind: 'object', ...(fieldsFit() ? { structure: Object.fromEntries(structure) } : {}) };
    },
  };
};
