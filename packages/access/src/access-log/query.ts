import type { Database } from 'better-sqlite3';
import { type Either, isLeft, right } from 'fp-ts/Either';
import type { AccessLogPage, AccessLogProblem, AccessLogQuery } from '../access';
import { checkLimit, pageOf, placeOf } from '../paging';
import { type RecordRow, toRecord } from './record-row';

/** Newest first. @throws RangeError for an invalid limit */
export const queryAccesses = (db: Database, query: AccessLogQuery): Either<AccessLogProblem, AccessLogPage> => {
  const { customer, principal, from, to, after, limit } = query;
  checkLimit(limit, 'accesses');
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
  const { rows: shown, ...rest } = pageOf(rows, limit);
  return right({ records: shown.map(toRecord), ...rest });
};
