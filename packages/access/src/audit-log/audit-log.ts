import { atStore, groupWriter, type Store } from '@rapport/sqlite';
import type { Database } from 'better-sqlite3';
import { type Either, isLeft, right } from 'fp-ts/Either';
import type { AccessLogProblem, OnAccessError } from '../access';
import type { Clock } from '../clock';
import { checkLimit, pageOf, placeOf } from '../paging';
import type { Act, AuditLogPage, AuditLogQuery, AuditRecord, Origin, RefusedRequest } from './audit';
import { type AuditRow, sumRow, toRecord, toRow } from './audit-row';
import { added, refusedSums, type WaitingSum } from './refused-sums';

/** Sums of refused requests that are kept; the oldest leave. Records of changes are kept without a limit. */
const MOST_SUMS = 100_000;
/** As many are removed at once: others wait meanwhile. */
const FORGOTTEN_AT_ONCE = 1_000;

export interface AuditLog {
  /** To be called within the transaction of what it notes. @throws what SQLite throws */
  insert(act: Act, origin: Origin): void;
  /** Notes what was done; written at once, or kept and tried again where that fails. */
  note(act: Act, origin: Origin): void;
  /** Sums up a refused request. True for the first of its address (and actor) within a minute. */
  refuse(request: RefusedRequest): boolean;
  /** Writes the waiting records. A failure is reported once until writing works again; its records stay. */
  write(): void;
  /** Removes the oldest sums: those before an instant, and those beyond a number. True if there may be more. */
  forget(before: number | undefined): boolean;
  query(query: AuditLogQuery): Either<AccessLogProblem, AuditLogPage>;
  /** Writes what waits, or hands it to `onError` for good. @throws StoreError where it had to */
  end(): void;
}

/** @param most sums that are kept */
export const auditLog = (store: Store, clock: Clock, onError: OnAccessError, most = MOST_SUMS): AuditLog => {
  const { db, path } = store;
  const { insertRow, addSums, removeBefore, removeBeyond } = statements(db);
  const writer = groupWriter<AuditRecord>(store, (record) => insertRow.run(toRow(record)), 'notes', onError);
  const sums = refusedSums();
  let failing = false;

  const writeSums = (): unknown => {
    const waiting = sums.waiting();
    if (waiting.length === 0) return undefined;
    try {
      atStore(path, () => addSums.immediate(waiting));
      sums.clear();
      failing = false;
      return undefined;
    } catch (error) {
      return error;
    }
  };
  const write = (): void => {
    writer.write();
    const error = writeSums();
    if (error === undefined) return;
    if (!failing) onError(error, []);
    failing = true;
  };
  const recordOf = (act: Act, { actor, address, requestId }: Origin): AuditRecord => ({
    at: clock.now(),
    ...act,
    actor,
    address,
    requestId,
  });

  return {
    insert: (act, origin) => void insertRow.run(toRow(recordOf(act, origin))),
    note: (act, origin) => {
      writer.add(recordOf(act, origin));
      writer.write();
    },
    refuse: (request) => sums.add(request, clock.now()),
    write,
    forget: (before) =>
      atStore(path, () => {
        const old = before === undefined ? 0 : removeBefore.run({ before, limit: FORGOTTEN_AT_ONCE }).changes;
        const beyond = removeBeyond.run({ most, limit: FORGOTTEN_AT_ONCE }).changes;
        return Math.max(old, beyond) === FORGOTTEN_AT_ONCE;
      }),
    query: (query) => {
      write();
      return atStore(path, () => queryAudit(db, query));
    },
    end: () => {
      const error = writeSums();
      if (error !== undefined) onError(error, sums.waiting());
      writer.end();
      if (error !== undefined) throw error;
    },
  };
};

/** The rows that sum up refused requests; the same words stand in the schema, so that its indexes are used. */
const IS_SUM = `action IN ('authentication.failed', 'authorization.denied')`;

const statements = (db: Database) => {
  const insertRow = db.prepare(
    `INSERT INTO audit (at, action, actor, actor_name, actor_kind, subject, address, request_id, details)
     VALUES (:at, :action, :actor, :actor_name, :actor_kind, :subject, :address, :request_id, :details)`,
  );
  const sumAt = db.prepare<[object], Pick<AuditRow, 'number' | 'details'>>(
    `SELECT number, details FROM audit
     WHERE ${IS_SUM} AND at = :at AND action = :action AND address = :address AND actor = :actor`,
  );
  const setDetails = db.prepare('UPDATE audit SET details = ? WHERE number = ?');
  const remove = (condition: string) => db.prepare(`DELETE FROM audit WHERE number IN (${condition})`);
  return {
    insertRow,
    addSums: db.transaction((waiting: readonly WaitingSum[]) => {
      for (const sum of waiting) {
        const row = sumRow(sum);
        const found = sumAt.get(row);
        if (found === undefined) insertRow.run(row);
        else setDetails.run(JSON.stringify(added(JSON.parse(found.details), sum.refused)), found.number);
      }
    }),
    removeBefore: remove(`SELECT number FROM audit WHERE ${IS_SUM} AND at < :before ORDER BY at LIMIT :limit`),
    removeBeyond: remove(
      `SELECT number FROM audit WHERE ${IS_SUM} ORDER BY at
       LIMIT min(:limit, max(0, (SELECT count(*) FROM audit WHERE ${IS_SUM}) - :most))`,
    ),
  };
};

/** Newest first. @throws RangeError for an invalid limit */
const queryAudit = (db: Database, query: AuditLogQuery): Either<AccessLogProblem, AuditLogPage> => {
  const { action, actor, from, to, after, limit } = query;
  checkLimit(limit, 'notes');
  const begin = after === undefined ? undefined : placeOf(after);
  if (begin !== undefined && isLeft(begin)) return begin;
  const place = begin?.right;
  const conditions = [
    action !== undefined && 'action = :action',
    actor !== undefined && 'actor = :actor',
    from !== undefined && 'at >= :from',
    to !== undefined && 'at < :to',
    place !== undefined && '(at, number) < (:afterAt, :afterNumber)',
  ].filter((condition) => condition !== false);
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  const rows = db
    .prepare<[object], AuditRow>(`SELECT * FROM audit ${where} ORDER BY at DESC, number DESC LIMIT :limit`)
    .all({ action, actor, from, to, afterAt: place?.at, afterNumber: place?.number, limit: limit + 1 });
  const { rows: shown, ...rest } = pageOf(rows, limit);
  return right({ records: shown.map(toRecord), ...rest });
};
