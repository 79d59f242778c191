/** Opaque cursors of paged lists: where the page before ended, so that nothing is shown twice or left out. */
import { Refusal } from './problem';

export type CursorPart = string | number | null;

/**
 * The longest holds two ids (a customer and a case, or the source and the id of a touchpoint) of 512 characters, each of
 * three bytes at most, and some numbers; base64url makes four characters of three bytes.
 */
const LONGEST = 8_192;

const isPart = (value: unknown): value is CursorPart =>
  value === null || typeof value === 'string' || typeof value === 'number';

/** @param list which list it is a cursor of: those of other lists are refused */
export const encodeCursor = (list: string, parts: readonly CursorPart[]): string =>
  Buffer.from(JSON.stringify([list, ...parts])).toString('base64url');

const partsOf = (list: string, cursor: string): readonly CursorPart[] | undefined => {
  if (cursor.length > LONGEST || !/^[A-Za-z0-9_-]+$/.test(cursor)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  return Array.isArray(value) && value[0] === list && value.every(isPart) ? value.slice(1) : undefined;
};

/** The first and the last that RFC 3339 can write: an answer as of another could not say so. */
const [FIRST_INSTANT, LAST_INSTANT] = [Date.parse('0000-01-01T00:00:00.000Z'), Date.parse('9999-12-31T23:59:59.999Z')];

const TYPES = {
  string: (part: CursorPart) => typeof part === 'string',
  integer: (part: CursorPart) => Number.isSafeInteger(part),
  instant: (part: CursorPart) =>
    Number.isSafeInteger(part) && Number(part) >= FIRST_INSTANT && Number(part) <= LAST_INSTANT,
  any: () => true,
};

/**
 * What a cursor holds; undefined where none was given.
 *
 * @param types of the parts: a cursor with others is none of ours
 * @throws Refusal `invalid-cursor`
 * @example const [customer] = decodeCursor('customers', query.after, ['string']) ?? [];
 */
export const decodeCursor = (
  list: string,
  cursor: string | undefined,
  types: readonly (keyof typeof TYPES)[],
): readonly CursorPart[] | undefined => {
  if (cursor === undefined || cursor === '') return undefined;
  const parts = partsOf(list, cursor);
  if (parts === undefined || parts.length !== types.length || !types.every((type, i) => TYPES[type](parts[i])))
    throw new Refusal(
      'invalid-cursor',
      'Query parameter "after": this is no cursor of this list. Pass the `next` of the page before, unchanged, or none.',
      { errors: [{ field: 'after', message: 'is no cursor of this list' }] },
    );
  return parts;
};
