import { Notifier } from '@rapport/runtime';
import { appendOne } from '../append-one';
import type { IntegrityProgress, IntegrityReport } from '../auditable';
import type { CompleteEventLog } from '../complete-event-log';
import { type AppendRequest, type AppendResult, categoryOf, type EventLog, type RecordedEvent } from '../event-log';
import type { AllPageRequest, HistoryScan, LogCount, ReadStreamsOptions, StreamEvent } from '../history-scan';
import { integrityCheck } from '../integrity-check';
import { prepareRequests } from '../prepare-requests';
import { type Entry, ledgerEntry, MemoryStore, parsePosition, positionOf } from './memory-store';

export interface MemoryEventLogOptions {
  /** Gives `recordedAt` where the event has none; the system's clock when absent. */
  readonly clock?: () => number;
}

const PAGE_SIZE = 1_000;

/**
 * The event log in memory, for tests and for what-ifs: everything the port promises except surviving the process.
 *
 * @example const log = memoryEventLog({ clock: () => 0 });
 */
export const memoryEventLog = ({ clock = Date.now }: MemoryEventLogOptions = {}): CompleteEventLog => {
  const store = new MemoryStore();
  const committed = new Notifier();
  let closed = false;

  const appendMany = async (requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> => {
    if (closed) throw new Error('The event log in memory is closed; what it held is gone.');
    const before = store.all.length;
    const results = store.append(prepareRequests(requests), clock());
    if (store.all.length > before) committed.notify();
    return results;
  };

  return {
    ...readsOf(store, committed),
    ...historyOf(store),
    append: appendOne(appendMany),
    appendMany,
    head: async () => store.head(),
    parsePosition,
    verifyIntegrity: async (onProgress) => verify(store, onProgress),
    close: async () => {
      closed = true;
    },
  };
};

const readsOf = (
  store: MemoryStore,
  committed: Notifier,
): Pick<EventLog, 'readStream' | 'readAll' | 'subscribeAll'> => {
  const { all } = store;
  return {
    readStream: async function* (stream, { from = 0, pageSize, signal } = {}) {
      yield* pages(store.stream(stream).slice(from), pageSize, signal);
    },
    readAll: async function* ({ after, until, pageSize, signal, ...filter } = {}) {
      const found = all.slice(store.countUpTo(after, 0), store.countUpTo(until, all.length));
      yield* pages(matching(found, filter), pageSize, signal);
    },
    subscribeAll: async function* ({ after, until, pageSize, signal, ...filter }) {
      for (let seen = store.countUpTo(after, 0); !signal.aborted; ) {
        const present = store.countUpTo(until, all.length);
        const head = store.head();
        if (present > seen) {
          yield* pages(matching(all.slice(seen, present), filter), pageSize, signal);
          seen = present;
        } else if (until !== undefined && head !== undefined && head >= until) return;
        else await committed.next(signal);
      }
    },
  };
};

const historyOf = (store: MemoryStore): HistoryScan => {
  const { all, streams } = store;
  return {
    readStreamPage: async (stream, { from = 0, until, limit }) => {
      const last = store.countUpTo(until, all.length);
      const wanted = store
        .stream(stream)
        .slice(from)
        .filter(({ number }) => number <= last);
      const events = wanted.slice(0, limit).map(({ event }) => event);
      return wanted.length > limit ? { events, next: from + limit } : { events };
    },
    readAllPage: async (request) => allPage(store, request),
    readWhole: async (stream, { until, wantsData, lean } = {}) => {
      const last = store.countUpTo(until, all.length);
      return store
        .stream(stream)
        .filter(({ number }) => number <= last)
        .map(({ event }) => withinStream(event, wantsData, lean));
    },
    readStreams: async function* ({ category, buckets, until, wantsData, lean, signal }) {
      const last = store.countUpTo(until, all.length);
      for (const [stream, entries] of streams) {
        if (signal?.aborted) return;
        const wanted = matching(entries, { category, buckets }).filter(({ number }) => number <= last);
        if (wanted.length > 0)
          yield [{ stream, events: wanted.map(({ event }) => withinStream(event, wantsData, lean)) }];
      }
    },
    count: async () => countOf(streams),
    countAfter: async (position) => all.length - store.countUpTo(position, 0),
  };
};

const allPage = (store: MemoryStore, { after, until, limit, ...filter }: AllPageRequest) => {
  const [start, end] = [store.countUpTo(after, 0), store.countUpTo(until, store.all.length)];
  const wanted = matching(store.all.slice(start, end), filter);
  const page = wanted.slice(0, limit);
  const atEnd = wanted.length <= limit;
  const looked = atEnd ? Math.max(start, end) : page[page.length - 1]!.number;
  return { events: page.map(({ event }) => event), looked: looked === 0 ? undefined : positionOf(looked), atEnd };
};

const verify = (store: MemoryStore, onProgress?: (progress: IntegrityProgress) => void): IntegrityReport => {
  const check = integrityCheck(positionOf);
  let next = 0;
  for (const entry of store.all) {
    check.event(ledgerEntry(entry), entry.event.stream, entry.event, entry.data);
    const commit = store.commits[next];
    if (commit?.last !== entry.number) continue;
    check.commit(entry.number, commit.chain);
    next++;
  }
  onProgress?.({ done: store.all.length, total: store.all.length });
  return check.report();
};

interface Filter {
  readonly category?: string;
  readonly types?: readonly string[];
  readonly buckets?: ReadStreamsOptions['buckets'];
}

const matching = (entries: readonly Entry[], { category, types, buckets }: Filter): readonly Entry[] =>
  entries.filter(
    (entry) =>
      (category === undefined || entry.category === category) &&
      (types === undefined || types.includes(entry.event.type)) &&
      (buckets === undefined || (entry.bucket >= buckets.from && entry.bucket < buckets.to)),
  );

async function* pages(
  entries: readonly Entry[],
  pageSize = PAGE_SIZE,
  signal?: AbortSignal,
): AsyncIterable<RecordedEvent[]> {
  for (let i = 0; i < entries.length && !signal?.aborted; i += pageSize) {
    yield entries.slice(i, i + pageSize).map(({ event }) => event);
  }
}

const withinStream = (
  { stream: _stream, revision: _revision, position: _position, ...event }: RecordedEvent,
  wantsData?: (type: string) => boolean,
  lean = false,
): StreamEvent => {
  const { staff, correlationId, ...needed } = event;
  const data = wantsData === undefined || wantsData(event.type) ? event.data : {};
  return lean ? { ...needed, recordedAt: 0, data } : { ...event, data };
};

const countOf = (streams: ReadonlyMap<string, readonly Entry[]>): LogCount => {
  const byCategory: Record<string, { events: number; streams: number }> = {};
  let events = 0;
  for (const [stream, entries] of streams) {
    const category = categoryOf(stream);
    byCategory[category] ??= { events: 0, streams: 0 };
    byCategory[category].events += entries.length;
    byCategory[category].streams++;
    events += entries.length;
  }
  return { events, byCategory };
};
