/** Opaque cursors of paged lists: where the previous page ended, so that nothing is shown twice or left out. */
import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { Refusal } from './problem';

/**
 * The longest holds two ids (a customer and a case, or the source and the id of a touchpoint) of 512 characters, each of
 * three bytes at most, and some numbers; base64url makes four characters of three bytes.
 */
const LONGEST = 8_192;

/** @param pass where the reader finds a cursor that fits */
export const notACursor = (pass = '`next` from the previous page'): string =>
  `not a cursor of this list. Pass ${pass} unchanged.`;

/** The refusal of a cursor that the list did not give. */
export const invalidCursor = (message = notACursor()): Refusal =>
  new Refusal('invalid-cursor', `Query parameter "after": ${message}`, { errors: [{ field: 'after', message }] });

const number = (name: string, is: (part: number) => boolean): t.Type<number, number, unknown> =>
  new t.Type(
    name,
    (part): part is number => typeof part === 'number' && is(part),
    (part, context) => (typeof part === 'number' && is(part) ? t.success(part) : t.failure(part, context)),
    (part) => part,
  );

/** The first and the last instant that RFC 3339 can write: an answer as of another could not say so. */
const [FIRST_INSTANT, LAST_INSTANT] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

export const integerPart = number('integer', Number.isSafeInteger);
/** In milliseconds. */
export const instantPart = number(
  'instant',
  (part) => Number.isSafeInteger(part) && part >= FIRST_INSTANT && part <= LAST_INSTANT,
);
export const textPart = t.string;

export interface Cursor<Parts> {
  encode(parts: Parts): string;
  /** Undefined where none was given. @throws Refusal `invalid-cursor` for what {@link encode} of this list did not make */
  decode(cursor: string | undefined): Parts | undefined;
}

const partsIn = (list: string, cursor: string): readonly unknown[] | undefined => {
  if (cursor.length > LONGEST || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) && value[0] === list ? value.slice(1) : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The cursors of one list.
 *
 * @param list its name: cursors of other lists are refused
 * @param fields what a cursor holds, in the order in which it is written. Cursors live on at clients: never reorder them
 * @example
 * const CURSOR = cursorOf('customers', { customer: textPart, at: instantPart });
 * const { customer, at = now } = CURSOR.decode(query.after) ?? {};
 */
export const cursorOf = <Fields extends Readonly<Record<string, typeof textPart | typeof integerPart>>>(
  list: string,
  fields: Fields,
): Cursor<{ readonly [F in keyof Fields]: t.TypeOf<Fields[F]> }> => {
  const names = Object.keys(fields);
  const codec = t.type(fields);
  return {
    encode: (parts) => Buffer.from(JSON.stringify([list, ...names.map((name) => parts[name])])).toString('base64url'),
    decode: (cursor) => {
      if (cursor === undefined || cursor === '') return undefined;
      const parts = partsIn(list, cursor);
      if (parts === undefined || parts.length !== names.length) throw invalidCursor();
      const decoded = codec.decode(Object.fromEntries(names.map((name, i) => [name, parts[i]])));
      if (isLeft(decoded)) throw invalidCursor();
      return decoded.right;
    },
  };
};
