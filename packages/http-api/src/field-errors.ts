/** The errors that a JSON Schema finds in a request, in words for its author. */
import { nearestName } from '@rapport/domain';
import type { FastifyError } from 'fastify';
import type { FieldError } from './problem';

type Validation = NonNullable<FastifyError['validation']>[number];
type Schema = Readonly<Record<string, unknown>>;

/** Of a request with a hundred wrong fields, the answer names the first ones. */
const MAX_ERRORS = 20;

const keysOf = (pointer: string): readonly string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

const below = (parent: string, name: string): string => (parent === '' ? name : `${parent}.${name}`);

/** `filter.stages[0]` */
const placeOf = (keys: readonly string[]): string =>
  keys.reduce((all, key) => (/^\d+$/.test(key) ? `${all}[${key}]` : below(all, key)), '');

/** The names that an object has by the schema; none where the path does not lead to an object. */
const namesAt = (schema: unknown, keys: readonly string[]): readonly string[] => {
  let at = (schema ?? {}) as Schema;
  for (const key of keys) {
    const { [key]: field = at.items } = (at.properties ?? {}) as Schema;
    at = (field ?? {}) as Schema;
  }
  return Object.keys((at.properties ?? {}) as Schema);
};

const unknownName = (name: string, names: readonly string[], part: string): string => {
  const nearest = nearestName(name, names);
  const others = names.length === 0 ? 'there are none here' : `known are ${names.join(', ')}`;
  const hint = nearest === undefined ? others : `did you mean "${nearest}"?`;
  return `there is no ${part} "${name.slice(0, 100)}"; ${hint}`;
};

const wordsOf = ({ keyword, params, message }: Validation): string => {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'enum') return `must be one of ${[params.allowedValues].flat().join(', ')}`;
  return message ?? 'is wrong';
};

/**
 * Ajv's findings, the first of them. A field that is missing because its name was misspelt is named once.
 *
 * @param part what a field is called here: `query parameter`
 * @param schema of the part of the request they are about
 */
export const fieldErrors = (
  validation: readonly Validation[],
  part: string,
  schema: unknown,
): readonly FieldError[] => {
  const found = validation.slice(0, MAX_ERRORS);
  const unknown = found.flatMap((one) => {
    if (one.keyword !== 'additionalProperties') return [];
    const keys = keysOf(one.instancePath);
    const name = String(one.params.additionalProperty);
    const names = namesAt(schema, keys);
    const meant = nearestName(name, names);
    const place = placeOf(keys);
    const error = { field: below(place, name), message: unknownName(name, names, part) };
    return [{ one, error, meant: meant === undefined ? undefined : below(place, meant) }];
  });
  return found.flatMap((one) => {
    const misspelt = unknown.find((other) => other.one === one);
    if (misspelt !== undefined) return [misspelt.error];
    const place = placeOf(keysOf(one.instancePath));
    const field = one.keyword === 'required' ? below(place, String(one.params.missingProperty)) : place;
    if (one.keyword === 'required' && unknown.some(({ meant }) => meant === field)) return [];
    return [{ field, message: wordsOf(one) }];
  });
};
