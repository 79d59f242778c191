import { asStoreError, atStore, type Store } from '@rapport/sqlite';
import type { Either } from 'fp-ts/Either';
import type { AccessLogPage, AccessLogProblem, AccessLogQuery, AccessRecord, OnAccessError } from '../access';
import { queryAccesses } from './query';
import { toRow } from './record-row';

/** As many are written at once without waiting for more. */
const GROUP = 500;
/** As many are kept while they cannot be written. */
const MOST_WAITING = 10_000;
/** As many are removed at once: others wait meanwhile. */
const FORGOTTEN_AT_ONCE = 1_000;

export interface AccessLog {
  record(record: AccessRecord): void;
  /** Writes what waits; what fails stays waiting, and is told once until it works again. False where something failed. */
  write(): boolean;
  /** Removes the oldest of those before an instant. True where there may be more. @throws StoreError */
  forget(before: number): boolean;
  query(query: AccessLogQuery): Either<AccessLogProblem, AccessLogPage>;
  /** Writes what waits, or hands it to `onError` for good. @throws StoreError where it had to */
  end(): void;
}

/**
 * Accesses are collected and written in groups, so that a read costs no write to the disk. What cannot be written is
 * kept and tried again; what can neither be written nor kept is handed to `onError`, so that it is in some log at least.
 */
export const accessLog = ({ db, path }: Store, onError: OnAccessError): AccessLog => {
  const insert = db.prepare(
    `INSERT INTO accesses (at, principal, principal_name, principal_kind, what, customer, status, request_id)
     VALUES (:at, :principal, :principal_name, :principal_kind, :what, :customer, :status, :request_id)`,
  );
  const insertAll = db.transaction((records: readonly AccessRecord[]) => {
    for (const record of records) insert.run(toRow(record));
  });
  const remove = db.prepare(
    'DELETE FROM accesses WHERE number IN (SELECT number FROM accesses WHERE at < :before ORDER BY at LIMIT :limit)',
  );
  let waiting: AccessRecord[] = [];
  let failing = false;

  const tryWriting = (): unknown => {
    if (waiting.length === 0) return undefined;
    try {
      atStore(path, () => insertAll.immediate(waiting));
      waiting = [];
      failing = false;
      return undefined;
    } catch (error) {
      failing = true;
      return asStoreError(error, path);
    }
  };
  const write = (): boolean => {
    const toldAlready = failing;
    const error = tryWriting();
    if (error !== undefined && !toldAlready) onError(error, []);
    return error === undefined;
  };

  return {
    record: (record) => {
      if (waiting.length >= MOST_WAITING)
        onError(
          new Error(`More than ${MOST_WAITING} accesses wait to be written to ${path}.`),
          waiting.splice(0, GROUP),
        );
      waiting.push(record);
      // Where writing fails it is tried again by the clock, not by each record.
      if (waiting.length >= GROUP && !failing) write();
    },
    write,
    forget: (before) =>
      atStore(path, () => remove.run({ before, limit: FORGOTTEN_AT_ONCE }).changes) === FORGOTTEN_AT_ONCE,
    query: (query) => {
      write();
      return atStore(path, () => queryAccesses(db, query));
    },
    end: () => {
      const error = tryWriting();
      if (error === undefined) return;
      onError(error, waiting);
      waiting = [];
      throw error;
    },
  };
};
