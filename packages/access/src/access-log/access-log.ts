import { atStore, groupWriter, type Store } from '@rapport/sqlite';
import type { Either } from 'fp-ts/Either';
import type { AccessLogPage, AccessLogProblem, AccessLogQuery, AccessRecord, OnAccessError } from '../access';
import { queryAccesses } from './query';
import { toRow } from './record-row';

/** As many are removed at once: others wait meanwhile. */
const FORGOTTEN_AT_ONCE = 1_000;

export interface AccessLog {
  record(record: AccessRecord): void;
  /** Writes the waiting records; those that fail stay, and are reported once until writing works again. False if any failed. */
  write(): boolean;
  /** Removes the oldest of those before an instant. True where there may be more. @throws StoreError */
  forget(before: number): boolean;
  query(query: AccessLogQuery): Either<AccessLogProblem, AccessLogPage>;
  /** Writes what waits, or hands it to `onError` for good. @throws StoreError where it had to */
  end(): void;
}

export const accessLog = (store: Store, onError: OnAccessError): AccessLog => {
  const { db, path } = store;
  const insert = db.prepare(
    `INSERT INTO accesses (at, principal, principal_name, principal_kind, what, customer, status, request_id)
     VALUES (:at, :principal, :principal_name, :principal_kind, :what, :customer, :status, :request_id)`,
  );
  const remove = db.prepare(
    'DELETE FROM accesses WHERE number IN (SELECT number FROM accesses WHERE at < :before ORDER BY at LIMIT :limit)',
  );
  const writer = groupWriter<AccessRecord>(store, (record) => insert.run(toRow(record)), 'accesses', onError);

  return {
    record: writer.add,
    write: writer.write,
    forget: (before) =>
      atStore(path, () => remove.run({ before, limit: FORGOTTEN_AT_ONCE }).changes) === FORGOTTEN_AT_ONCE,
    query: (query) => {
      writer.write();
      return atStore(path, () => queryAccesses(db, query));
    },
    end: writer.end,
  };
};
