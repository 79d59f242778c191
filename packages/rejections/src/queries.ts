import type { Database } from 'better-sqlite3';
import { type Either, left, right } from 'fp-ts/Either';
import type {
  RejectionCounts,
  RejectionsPage,
  RejectionsProblem,
  RejectionsQuery,
  RejectionWithBody,
} from './rejections';
import { type Row, toRejection } from './row';

const MAX_LIMIT = 1_000;
const COLUMNS = `number, id, first_at, last_at, times, key, source, touchpoint, customer, reason, status, problems, route,
  format, place, request_id, fingerprint, body_is, body_bytes, masked, masked_at`;

const cursorOf = (number: number): string => Buffer.from(`rejection.${number}`).toString('base64url');

const numberOf = (cursor: string): number | undefined => {
  const number = Number(/^rejection\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1]);
  return cursorOf(number) === cursor ? number : undefined;
};

/** Newest first, without bodies. @throws RangeError for an invalid limit */
export const listRejections = (db: Database, query: RejectionsQuery): Either<RejectionsProblem, RejectionsPage> => {
  const { source, reason, key, fingerprint, since, after, limit } = query;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new RangeError(`A page has 1 to ${MAX_LIMIT} rejections, not ${limit}.`);
  const before = after === undefined ? undefined : numberOf(after);
  if (after !== undefined && before === undefined) return left({ kind: 'invalid-cursor' });
  const conditions = [
    source !== undefined && 'source = :source',
    reason !== undefined && 'reason = :reason',
    key !== undefined && 'key = :key',
    fingerprint !== undefined && 'fingerprint = :fingerprint',
    since !== undefined && 'last_at >= :since',
    before !== undefined && 'number < :before',
  ].filter((condition) => condition !== false);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = db
    .prepare<[object], Row>(`SELECT ${COLUMNS} FROM rejections ${where} ORDER BY number DESC LIMIT :limit`)
    .all({ source, reason, key, fingerprint, since, before, limit: limit + 1 });
  const shown = rows.slice(0, limit);
  return right({
    rejections: shown.map(toRejection),
    ...(rows.length > limit ? { next: cursorOf(shown[limit - 1]!.number) } : undefined),
  });
};

export const findRejection = (db: Database, id: string): RejectionWithBody | undefined => {
  const row = db.prepare<[string], Row>(`SELECT ${COLUMNS}, body FROM rejections WHERE id = ?`).get(id);
  return row === undefined ? undefined : toRejection(row);
};

/** Of one key, or of all. */
export const countRejections = (db: Database, key?: string): RejectionCounts => {
  const { refused, left, notKept } = db
    .prepare<[object], { readonly refused: number; readonly left: number; readonly notKept: number }>(
      `SELECT coalesce(sum(refused), 0) AS refused, coalesce(sum(left_behind), 0) AS left,
         coalesce(sum(not_kept), 0) AS notKept
       FROM keys WHERE :key IS NULL OR key = :key`,
    )
    .get({ key: key ?? null })!;
  const { kept } = db
    .prepare<[object], { readonly kept: number }>(
      'SELECT coalesce(sum(times), 0) AS kept FROM rejections WHERE :key IS NULL OR key = :key',
    )
    .get({ key: key ?? null })!;
  return { refused, kept, left, notKept };
};
