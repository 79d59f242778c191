import { atStore, groupWriter, makeOwned, openStore, type Store } from '@rapport/sqlite';
import { admission } from './admission';
import { type Bounds, type Entry, keep } from './keep';
import { LONGEST_BODY } from './limits';
import { countRejections, findRejection, listRejections } from './queries';
import type { Rejections } from './rejections';
import { rowOf } from './row';
import { REJECTIONS_FILE } from './schema';

export interface RejectionsOptions {
  /** Of the file; made where there is none, for its owner alone. */
  readonly path: string;
  /** 4 MiB when absent. */
  readonly bytesPerKey?: number;
  /** Of all keys together; 64 MiB when absent. */
  readonly bytes?: number;
  /** For how long what did not come again is kept; until there is no room when absent. */
  readonly keepMilliseconds?: number;
  readonly clock?: { now(): number };
  /** Told when refusals cannot be written, once until they can again; and of how many are lost to the store. */
  readonly onError?: (error: unknown, lost: number) => void;
}

const WRITE_EVERY_MS = 200;
const FORGET_EVERY_MS = 60_000;
/** Written within one transaction, so that it is done in a moment; what comes meanwhile beyond it is counted. */
const MOST_WAITING = 2_000;
const MOST_WAITING_BYTES = 4 * 1024 * 1024;
/** Other processes with the file open are not waited for. Records that are not written now are tried again. */
const WAIT_FOR_OTHERS_MS = 10;
const CACHE_KIB = 2_048;
const CHECKPOINT_PAGES = 250;

/** A commit is lost with the power, at most: what was refused is worth no wait for the disk. Nothing removed stays. */
const lighten = ({ db }: Store): void => {
  db.pragma(`busy_timeout = ${WAIT_FOR_OTHERS_MS}`);
  db.pragma('synchronous = normal');
  db.pragma('secure_delete = on');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${1024 * 1024}`);
};

const warn = (error: unknown, lost: number): void =>
  process.emitWarning(
    `What was refused cannot be written: ${error instanceof Error ? error.message : error} ${lost} are only counted.`,
  );

/**
 * What intake refuses, in a SQLite file of its own, bounded in bytes for each key and in all: the oldest leave.
 *
 * Noting is cheap and never fails: a refusal is masked at once, and written within some 200 milliseconds together with
 * others, beside the answers. A kill loses what was not written by then.
 *
 * @throws StoreError for what is wrong with the file
 * @example
 * const rejections = openRejections({ path: 'rapport-data/rejections.sqlite' });
 * rejections.note(refused, standardCatalogue);
 */
export const openRejections = (options: RejectionsOptions): Rejections => {
  const { path, bytesPerKey = 4 << 20, bytes = 64 << 20, keepMilliseconds, onError = warn } = options;
  const clock = options.clock ?? { now: () => Date.now() };
  makeOwned(path);
  const store = openStore(path, { ...REJECTIONS_FILE, mode: 'write' });
  lighten(store);
  const bounds: Bounds = { bytesPerKey, bytes };
  const { insert, forget } = keep(store.db, bounds);
  const admits = admission();
  /** Refusals that are only counted, by key, until that is written. */
  const notKept = new Map<string, number>();
  let waiting = { records: 0, bytes: 0 };

  const countOnly = (key: string, times = 1): void => void notKept.set(key, (notKept.get(key) ?? 0) + times);
  const writer = groupWriter<Entry>(
    store,
    insert,
    'refusals',
    (error, lost) => {
      let count = 0;
      for (const entry of lost) {
        const times = 'row' in entry ? 1 : entry.notKept;
        countOnly('row' in entry ? entry.row.key : entry.key, times);
        count += times;
      }
      onError(error, count);
    },
    { group: Number.POSITIVE_INFINITY, mostWaiting: Number.POSITIVE_INFINITY },
  );
  const write = (): void => {
    // While nothing can be written, counts stay here: what waits must not grow by trying.
    if (!writer.write()) return;
    waiting = { records: 0, bytes: 0 };
    if (notKept.size === 0) return;
    const at = clock.now();
    for (const [key, count] of notKept) writer.add({ key, notKept: count, at });
    notKept.clear();
    writer.write();
  };

  let forgetAt = Number.NEGATIVE_INFINITY;
  const forgetOld = (): void => {
    if (keepMilliseconds === undefined || clock.now() < forgetAt) return;
    forgetAt = clock.now() + FORGET_EVERY_MS;
    try {
      atStore(path, () => forget(clock.now() - keepMilliseconds));
    } catch (error) {
      onError(error, 0);
    }
  };
  const timer = setInterval(() => {
    write();
    forgetOld();
  }, WRITE_EVERY_MS);
  timer.unref();
  let open = true;

  return {
    note: (refused, catalogue) => {
      const { key = '' } = refused;
      const now = clock.now();
      const isFull = waiting.records >= MOST_WAITING || waiting.bytes >= MOST_WAITING_BYTES;
      if (!open || isFull || !admits.admit(key, now)) {
        countOnly(key);
        return { tell: admits.tellsOf(key, now) };
      }
      try {
        const row = rowOf(refused, now, catalogue);
        // Of what is long only the beginning is looked at, but all of it is written as JSON and hashed.
        const size = row.body === null ? 0 : (row.body_bytes ?? 0);
        admits.spend(key, Math.min(size, LONGEST_BODY) + size / 4);
        waiting.records++;
        waiting.bytes += row.bytes;
        writer.add({ row });
        return { id: row.id, tell: true };
      } catch (error) {
        // A body that cannot be written down: its sender is answered all the same.
        countOnly(key);
        onError(error, 1);
        return { tell: true };
      }
    },
    list: (query) => {
      write();
      return atStore(path, () => listRejections(store.db, query));
    },
    find: (id) => {
      write();
      return atStore(path, () => findRejection(store.db, id));
    },
    counts: (key) => {
      write();
      return atStore(path, () => countRejections(store.db, key));
    },
    close: () => {
      if (!open) return;
      open = false;
      clearInterval(timer);
      write();
      try {
        writer.end();
      } catch {
        // Told by then, with how many are lost.
      }
      store.close();
    },
  };
};
