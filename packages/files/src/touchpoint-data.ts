import { type Catalogue, InexactNumber, isKept, type Json, type JsonSchema, touchpointSchemas } from '@rapport/domain';
import { type ExactJson, isExactObject, Numeral } from './exact-json';
import { isCommaNumber, isEitherNumber, numeralOf, type ValueFormat } from './value-format';

/** What the catalogue wants in a field: one kind of value, or it does not say. */
type Wanted = 'text' | 'number' | 'boolean' | 'any';

const alternatives = (schema: JsonSchema | undefined): readonly JsonSchema[] => {
  if (schema === undefined) return [];
  return Array.isArray(schema.anyOf) ? (schema.anyOf as JsonSchema[]).flatMap(alternatives) : [schema];
};

const typesOf = ({ type, enum: values }: JsonSchema): readonly unknown[] => {
  if (Array.isArray(values)) return values.map((value) => typeof value);
  return Array.isArray(type) ? type : [type];
};

const wantedOf = (schema: JsonSchema | undefined): Wanted => {
  const types = new Set(alternatives(schema).flatMap(typesOf));
  const free = alternatives(schema).some((one) => typesOf(one).includes('string') && one.enum === undefined);
  const numbers = types.has('number') || types.has('integer');
  // An id may be a whole number, but is a text: 0017 and 17 are two.
  if (free && !types.has('number')) return types.has('boolean') ? 'any' : 'text';
  if (numbers && !free) return 'number';
  if (types.has('boolean') && !types.has('string')) return 'boolean';
  return types.has('string') && !numbers ? 'text' : 'any';
};

/** A place in the data of a touchpoint, and what the catalogue says of it. */
interface Field {
  readonly name: string;
  readonly wanted: Wanted;
  /** What is in an object, by its key; in a list, whose elements have the name of the list. */
  readonly field: (key: string) => Field;
  readonly element: () => Field;
}

/** A schema as it is asked for millions of values: every place is looked up once. */
const fieldOf = (schema: JsonSchema | undefined, name: string): Field => {
  const fields = new Map<string, Field>();
  let element: Field | undefined;
  const inObject = (key: string): JsonSchema | undefined =>
    alternatives(schema)
      .map(({ properties }) => (properties as Readonly<Record<string, JsonSchema>> | undefined)?.[key])
      .find((found) => found !== undefined);
  return {
    name,
    wanted: wantedOf(schema),
    field: (key) => {
      const known = fields.get(key);
      if (known !== undefined) return known;
      const found = fieldOf(inObject(key), key);
      if (fields.size < MAX_FIELDS) fields.set(key, found);
      return found;
    },
    element: () => {
      element ??= fieldOf(alternatives(schema).find(({ items }) => items !== undefined)?.items as JsonSchema, name);
      return element;
    },
  };
};

/** Keys that are data, in a MAP, are not kept. */
const MAX_FIELDS = 1_000;

/** Reads the data of touchpoints. */
export interface DataReader {
  /**
   * The data of a touchpoint of a type, from what a mapping made: text becomes a number where the catalogue wants one
   * and it is written like one, a number becomes the text that it was where text is wanted. Fields that are null are
   * left out.
   *
   * @throws AmbiguousNumber where a text may be two numbers
   */
  readonly read: (value: ExactJson, type: string | undefined) => Json;
}

/** A text such as 1.234, in a file in which that may be a thousand and more. The message says what has to be said. */
export class AmbiguousNumber extends Error {
  constructor(
    readonly field: string,
    message: string,
  ) {
    super(message);
  }
}

/** What data is read by. */
export interface DataRules {
  readonly catalogue: Catalogue;
  readonly format: ValueFormat;
  /** Fields that hold columns of plain numbers, whatever the catalogue says of them. */
  readonly numberFields: ReadonlySet<string>;
  /** What has to be said before numbers with marks, such as 1.234 and 1,5, can be read; absent where nothing has. */
  readonly ask?: string;
}

/** A reader of data that a mapping made, by what the catalogue wants in each field. */
export const dataReader = ({ catalogue, format, numberFields, ask }: DataRules): DataReader => {
  const { data: schemas } = touchpointSchemas(catalogue);

  /** A number that would become another is left to decoding, which refuses it as it is written. */
  const numberOf = (numeral: string): Json => {
    const value = Number(numeral);
    return isKept(numeral, value) ? value : (new InexactNumber(numeral) as unknown as Json);
  };

  const numberIn = (text: string, { name }: Field): Json | undefined => {
    if (ask !== undefined && (isEitherNumber(text) || isCommaNumber(text))) throw new AmbiguousNumber(name, ask);
    const numeral = numeralOf(text, format);
    return numeral === undefined ? undefined : numberOf(numeral);
  };

  const fit = (text: string, field: Field): Json => {
    const { wanted, name } = field;
    if (wanted === 'number' || (wanted === 'any' && numberFields.has(name))) return numberIn(text, field) ?? text;
    if (wanted === 'boolean') return /^ *(true|false) *$/i.test(text) ? text.trim().toLowerCase() === 'true' : text;
    return text;
  };

  const read = (value: ExactJson, field: Field): Json => {
    if (value === null) return null;
    if (typeof value === 'string') return fit(value, field);
    if (typeof value === 'number') return field.wanted === 'text' ? String(value) : value;
    if (typeof value === 'boolean') return value;
    if (value instanceof Numeral) return field.wanted === 'text' ? value.source : numberOf(value.source);
    if (!isExactObject(value)) {
      const element = field.element();
      return (value as readonly ExactJson[]).map((one) => read(one, element));
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, one]) =>
        one === null ? [] : [[key, read(one, field.field(key))] as const],
      ),
    );
  };

  const types = new Map<string | undefined, Field>();
  return {
    read: (value, type) => {
      const known = types.get(type);
      const data = known ?? fieldOf(schemas[`${type}.v1`], '');
      if (known === undefined && types.size < MAX_FIELDS) types.set(type, data);
      return read(value, data);
    },
  };
};
