import { type Catalogue, InexactNumber, isKept, type Json, type JsonSchema, touchpointSchemas } from '@rapport/domain';
import { type ExactJson, isExactObject, Numeral } from './exact-json';
import { isEitherNumber, numeralOf, type ValueFormat } from './value-format';

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

const wantedBy = (schema: JsonSchema | undefined): Wanted => {
  const types = new Set(alternatives(schema).flatMap(typesOf));
  const free = alternatives(schema).some((one) => typesOf(one).includes('string') && one.enum === undefined);
  const numbers = types.has('number') || types.has('integer');
  // An id may be a whole number, but is a text: 0017 and 17 are two.
  if (free && !types.has('number')) return types.has('boolean') ? 'any' : 'text';
  if (numbers && !free) return 'number';
  if (types.has('boolean') && !types.has('string')) return 'boolean';
  return types.has('string') && !numbers ? 'text' : 'any';
};

const fieldOf = (schema: JsonSchema | undefined, name: string): JsonSchema | undefined =>
  alternatives(schema)
    .map(({ properties }) => (properties as Readonly<Record<string, JsonSchema>> | undefined)?.[name])
    .find((found) => found !== undefined);

const elementOf = (schema: JsonSchema | undefined): JsonSchema | undefined =>
  alternatives(schema).find(({ items }) => items !== undefined)?.items as JsonSchema | undefined;

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

/** A text such as 1.234, in a file in which that may be a thousand and more. */
export class AmbiguousNumber extends Error {
  constructor(
    readonly field: string,
    readonly text: string,
  ) {
    super(text);
  }
}

export interface DataRules {
  readonly catalogue: Catalogue;
  readonly format: ValueFormat;
  /** Fields that hold columns of plain numbers, whatever the catalogue says of them. */
  readonly numberFields: ReadonlySet<string>;
  /** Whether 1.234 may be a thousand and more. */
  readonly pointIsEither: boolean;
}

export const dataReader = ({ catalogue, format, numberFields, pointIsEither }: DataRules): DataReader => {
  const { data: schemas } = touchpointSchemas(catalogue);

  /** A number that would become another is left to decoding, which refuses it as it is written. */
  const numberOf = (numeral: string): Json => {
    const value = Number(numeral);
    return isKept(numeral, value) ? value : (new InexactNumber(numeral) as unknown as Json);
  };

  const numberIn = (text: string, field: string): Json | undefined => {
    if (pointIsEither && isEitherNumber(text)) throw new AmbiguousNumber(field, text);
    const numeral = numeralOf(text, format);
    return numeral === undefined ? undefined : numberOf(numeral);
  };

  const fit = (text: string, wanted: Wanted, field: string): Json => {
    if (wanted === 'number') return numberIn(text, field) ?? text;
    if (wanted === 'boolean') return /^ *(true|false) *$/i.test(text) ? text.trim().toLowerCase() === 'true' : text;
    if (wanted === 'any' && numberFields.has(field)) return numberIn(text, field) ?? text;
    return text;
  };

  const read = (value: ExactJson, schema: JsonSchema | undefined, field: string): Json => {
    if (value === null) return null;
    if (typeof value === 'string') return fit(value, wantedBy(schema), field);
    if (typeof value === 'number') return wantedBy(schema) === 'text' ? String(value) : value;
    if (typeof value === 'boolean') return value;
    if (value instanceof Numeral) return wantedBy(schema) === 'text' ? value.source : numberOf(value.source);
    if (!isExactObject(value)) {
      const element = elementOf(schema);
      return (value as readonly ExactJson[]).map((one) => read(one, element, field));
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, one]) =>
        one === null ? [] : [[name, read(one, fieldOf(schema, name), name)] as const],
      ),
    );
  };

  return { read: (value, type) => read(value, schemas[`${type}.v1`], '') };
};
