import type { Store } from './open-store';
import { asStoreError, atStore } from './store-error';

/** As many are written at once without waiting for more, and handed over at once where too many wait. */
const GROUP = 500;
/** As many are kept while they cannot be written. */
const MOST_WAITING = 10_000;

/**
 * Told when records cannot be written.
 *
 * @param lost those that could neither be written nor kept; empty while all are kept and tried again
 */
export type OnUnwritten<Record> = (error: unknown, lost: readonly Record[]) => void;

export interface GroupOptions {
  /** Number of items at which they are written at once, within `add`; 500 when absent. Infinity: only `write` writes. */
  readonly group?: number;
  /** Number of items kept while they cannot be written; 10,000 when absent. */
  readonly mostWaiting?: number;
}

/** Records that are collected and written in groups, so that each costs no write to the disk. */
export interface GroupWriter<Record> {
  add(record: Record): void;
  /** Writes what waits; what fails stays waiting, and is reported once until it works again. False where something failed. */
  write(): boolean;
  /** Writes what waits, or hands it to `onError` for good. @throws StoreError where it had to */
  end(): void;
}

/**
 * What cannot be written is kept and tried again; what can neither be written nor kept is handed to `onError`, so that
 * it is in some log at least.
 *
 * @param insert called within one transaction for all that waits
 * @param what the records, as in "more than 10,000 accesses wait"
 */
export const groupWriter = <Record extends object>(
  { db, path }: Pick<Store, 'db' | 'path'>,
  insert: (record: Record) => void,
  what: string,
  onError: OnUnwritten<Record>,
  { group = GROUP, mostWaiting = MOST_WAITING }: GroupOptions = {},
): GroupWriter<Record> => {
  const insertAll = db.transaction((records: readonly Record[]) => {
    for (const record of records) insert(record);
  });
  let waiting: Record[] = [];
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
    add: (record) => {
      if (waiting.length >= mostWaiting)
        onError(new Error(`More than ${mostWaiting} ${what} wait to be written to ${path}.`), waiting.splice(0, GROUP));
      waiting.push(record);
      // Where writing fails it is tried again by the clock, not by each record.
      if (waiting.length >= group && !failing) write();
    },
    write,
    end: () => {
      const error = tryWriting();
      if (error === undefined) return;
      onError(error, waiting);
      waiting = [];
      throw error;
    },
  };
};
