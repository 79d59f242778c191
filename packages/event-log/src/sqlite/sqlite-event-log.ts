import { setTimeout as delay } from 'node:timers/promises';
import { Notifier } from '@rapport/runtime';
import { acquireWriter, atStore, type Store, StoreError, type WriterLock } from '@rapport/sqlite';
import { appendOne } from '../append-one';
import type { CompleteEventLog } from '../complete-event-log';
import type { AppendRequest, AppendResult } from '../event-log';
import type { LogCount } from '../history-scan';
import { prepareRequests } from '../prepare-requests';
import { eventRows } from './event-rows';
import { groupCommit } from './group-commit';
import { decodePosition, encodePosition, parsePosition } from './position';
import { eventReader } from './read-events';
import { readStreams, readWhole } from './read-streams';
import { openLogStore } from './schema';
import { verifyStore } from './verify';
import { LogWriter } from './writer';

export interface SqliteEventLogOptions {
  /**
   * `write`: creates the file if need be and is its only writer. `read`: any number of them, in any process. `follow`:
   * the same, for reading what comes while it is written; `read` is faster for reading much of what was there.
   */
  readonly mode: 'write' | 'read' | 'follow';
  /** Gives `recordedAt` where the event has none; the system's clock when absent. */
  readonly clock?: () => number;
  /** `off` gives up durability for speed, for tests and for stores that can be made again. `full` when absent. */
  readonly synchronous?: 'full' | 'off';
}

/**
 * How often a reader asks whether another thread or process has committed: one look at the end of one small table. More
 * often while there is something to follow.
 */
const POLL = { quietMs: 20, busyMs: 2, busyForMs: 1_000 };

/**
 * The event log in a SQLite file.
 *
 * @throws StoreError (the promise rejects): missing, damaged, locked by another writer, and so on.
 * @example const log = await openSqliteEventLog('rapport-data/log.sqlite', { mode: 'write' });
 */
export const openSqliteEventLog = async (path: string, options: SqliteEventLogOptions): Promise<CompleteEventLog> => {
  if (options.mode !== 'write') return readingLog(openLogStore(path, options.mode));
  const lock = acquireWriter(path);
  let store: Store | undefined;
  try {
    store = openLogStore(path, 'write', options.synchronous);
    return writingLog(store, lock, options.clock ?? Date.now);
  } catch (error) {
    store?.close();
    lock.release();
    throw error;
  }
};

type LogReads = Omit<CompleteEventLog, 'append' | 'appendMany' | 'head' | 'close'>;

/**
 * What a log of any mode gives to read.
 *
 * @param end the last committed position; where `enough` is given, one that is known to be committed will do if it is
 * not before that
 * @param wait resolves when the end may have moved on from `seen`
 */
export const readsOf = (
  store: Store,
  end: (enough?: number) => number,
  wait: (seen: number, signal: AbortSignal) => Promise<void>,
): LogReads => {
  const rows = eventRows(store);
  const reader = eventReader(store, rows);
  const counts = store.db.prepare<[], { name: string; events: number; streams: number }>(
    'SELECT name, events, streams FROM categories ORDER BY name',
  );
  const bound = (until: string | undefined): number => {
    if (until === undefined) return end();
    const most = decodePosition(until);
    return Math.min(end(most), most);
  };
  const start = (after: string | undefined): number => (after === undefined ? 0 : decodePosition(after));

  return {
    readStream: reader.readStream,
    readWhole: async (stream, { until, ...parts } = {}) => readWhole(store, rows, stream, bound(until), parts),
    readAll: async function* ({ after, until, ...filter } = {}) {
      yield* reader.readRange(start(after), bound(until), filter);
    },
    subscribeAll: async function* ({ after, until, ...filter }) {
      const { signal } = filter;
      const last = until === undefined ? Infinity : decodePosition(until);
      for (let seen = start(after); seen < last && !signal.aborted; ) {
        const present = Math.min(end(), last);
        if (present > seen) {
          yield* reader.readRange(seen, present, filter);
          seen = present;
        } else await wait(seen, signal);
      }
    },
    readStreams: async function* ({ until, ...options }) {
      yield* readStreams(store, rows, bound(until), options);
    },
    readStreamPage: async (stream, { until, ...page }) => reader.streamPage(stream, bound(until), page),
    readAllPage: async ({ after, until, ...filter }) => {
      const [from, last] = [start(after), bound(until)];
      const { events, looked } = reader.rangePage(from, last, filter);
      return { events, looked: headOf(Math.max(from, looked)), atEnd: looked >= last };
    },
    parsePosition,
    countAfter: async (position) => Math.max(0, end() - start(position)),
    count: async () =>
      atStore(store.path, (): LogCount => {
        const categories = counts.all();
        return {
          events: categories.reduce((sum, { events }) => sum + events, 0),
          byCategory: Object.fromEntries(categories.map(({ name, events, streams }) => [name, { events, streams }])),
        };
      }),
    verifyIntegrity: (onProgress) => verifyStore(store, onProgress),
  };
};

export const headOf = (last: number) => (last === 0 ? undefined : encodePosition(last));

/** A log over a store opened for writing; exported for tests that need to lay hands on the store. */
export const writingLog = (store: Store, lock: WriterLock, clock: () => number): CompleteEventLog => {
  const writer = atStore(store.path, () => new LogWriter(store, clock));
  const committed = new Notifier();
  const group = groupCommit(async (requests) => {
    const results = writer.commit(requests);
    committed.notify();
    return results;
  });
  // Reads have a connection of their own: a statement of theirs never stands in the way of a commit.
  const reading = openLogStore(store.path, 'follow');
  let closed: Promise<void> | undefined;

  const appendMany = async (requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> => {
    if (closed !== undefined) throw new Error(`The event log ${store.path} is closed; open it again to append.`);
    const prepared = prepareRequests(requests);
    return prepared.length === 0 ? [] : group.submit(prepared);
  };

  return {
    ...readsOf(
      reading,
      () => writer.last,
      (_, signal) => committed.next(signal),
    ),
    append: appendOne(appendMany),
    appendMany,
    head: async () => headOf(writer.last),
    close: () => {
      closed ??= group.drained().then(() => {
        reading.close();
        store.close();
        lock.release();
      });
      return closed;
    },
  };
};

const readingLog = (store: Store): CompleteEventLog => {
  const last = store.db.prepare<[], number>('SELECT ifnull(max(last_position), 0) FROM commits').pluck();
  let known = 0;
  const end = (enough = Infinity): number => {
    if (known < enough) known = atStore(store.path, () => last.get()!);
    return known;
  };
  const refuse = async (): Promise<never> => {
    throw new StoreError(
      'unwritable',
      store.path,
      `${store.path} was opened for reading; open it for writing to append.`,
    );
  };
  let moved = 0;
  return {
    ...readsOf(store, end, async (seen, signal) => {
      while (!signal.aborted && end() === seen)
        await delay(performance.now() - moved < POLL.busyForMs ? POLL.busyMs : POLL.quietMs);
      moved = performance.now();
    }),
    append: refuse,
    appendMany: refuse,
    head: async () => headOf(end()),
    close: async () => store.close(),
  };
};
