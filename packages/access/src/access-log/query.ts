import type { Database } from 'better-sqlite3';
import { type Either, isLeft, left, right } from 'fp-ts/Either';
import type { AccessLogPage, AccessLogProblem, AccessLogQuery } from '../access';
import { type RecordRow, toRecord } from './record-row';

const MAX_LIMIT = 1_000;

type Place = Pick<RecordRow, 'at' | 'number'>;

/** Where the page before ended. Accesses noted in the meantime stand before it, so pages never shift. */
const cursorOf = ({ at, number }: Place): string => Buffer.from(`${at}.${number}`).toString('base64url');

const placeOf = (cursor: string): Either<AccessLogProblem, Place> => {
  const [, at, number] = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const place = { at: Number(at), number: Number(number) };
  return at !== undefined && cursorOf(place) === cursor ? right(place) : left({ kind: 'invalid-cursor' });
};

/** Newest first. @throws RangeError for a limit that is none */
export const queryAccesses = (db: Database, query: AccessLogQuery): Either<AccessLogProblem, AccessLogPage> => {
  const { customer, principal, from, to, after, limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new RangeError(`A page has 1 to ${MAX_LIMIT} accesses, not ${limit}.`);
  const begin = after === undefined ? undefined : placeOf(after);
  if (begin !== undefined && isLeft(begin)) return begin;
  const place = begin?.right;
  const conditions = [
    customer !== undefined && 'customer = :customer',
    principal !== undefined && 'principal = :principal',
    from !== undefined && 'at >= :from',
    to !== undefined && 'at < :to',
    place !== undefined && '(at, number) < (:afterAt, :afterNumber)',
  ].filter((condition) => condition !== false);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = db
    .prepare<[object], RecordRow>(`SELECT * FROM accesses ${where} ORDER BY at DESC, number DESC LIMIT :limit`)
    .all({ customer, principal, from, to, afterAt: place?.at, afterNumber: place?.number, limit: limit + 1 });
  const records = rows.slice(0, limit).map(toRecord);
  return right(rows.length > limit ? { records, next: cursorOf(rows[limit - 1]) } : { records });
};
