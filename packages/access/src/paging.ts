/** Cursors of lists that are read newest first, by instant and number. */
import { type Either, left, right } from 'fp-ts/Either';
import type { AccessLogProblem } from './access';

export const MAX_LIMIT = 1_000;

/** Where a page ended. What is noted in the meantime stands before it, so pages never shift. */
export interface Place {
  readonly at: number;
  readonly number: number;
}

export const cursorOf = ({ at, number }: Place): string => Buffer.from(`${at}.${number}`).toString('base64url');

export const placeOf = (cursor: string): Either<AccessLogProblem, Place> => {
  const [, at, number] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const place = { at: Number(at), number: Number(number) };
  return at !== undefined && cursorOf(place) === cursor ? right(place) : left({ kind: 'invalid-cursor' });
};

/** @throws RangeError for an invalid limit */
export const checkLimit = (limit: number, what: string): void => {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new RangeError(`A page has 1 to ${MAX_LIMIT} ${what}, not ${limit}.`);
};

/** A page of at most `limit` of the rows, of which one more was read. */
export const pageOf = <Row extends Place>(
  rows: readonly Row[],
  limit: number,
): { readonly rows: readonly Row[]; readonly next?: string } =>
  rows.length > limit ? { rows: rows.slice(0, limit), next: cursorOf(rows[limit - 1]!) } : { rows };
