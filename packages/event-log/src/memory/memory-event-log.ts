import { customerBucket } from '@rapport/domain';
import { Notifier } from '@rapport/runtime';
import type { CompleteEventLog } from '../complete-event-log';
import { contentHash } from '../content';
import { decideAppend, type LogView } from '../decide-append';
import {
  type AppendRequest,
  type AppendResult,
  categoryOf,
  type Position,
  type ReadAllOptions,
  type RecordedEvent,
  subjectOf,
} from '../event-log';
import type { LogCount, ReadStreamsOptions, StreamEvent } from '../history-scan';
import { integrityCheck } from '../integrity-check';
import { FIRST_LINK, ledgerLink } from '../ledger';
import { type PreparedRequest, prepareRequests } from '../prepare-requests';

export interface MemoryEventLogOptions {
  /** Gives `recordedAt` where the event has none; the system's clock when absent. */
  readonly clock?: () => number;
}

interface Entry {
  readonly event: RecordedEvent;
  readonly position: number;
  readonly bucket: number;
  readonly category: string;
  readonly hash: Buffer;
  readonly data: string;
}

const PAGE_SIZE = 1_000;

const POSITION = /^m[0-9a-z]{11}$/;

/** With gaps that grow, so that code which computes with positions fails in tests. */
const positionOf = (n: number): Position => `m${(n * (n + 40) * 17).toString(36).padStart(11, '0')}` as Position;

const parsePosition = (text: string): Position | undefined => (POSITION.test(text) ? (text as Position) : undefined);

/**
 * The event log in memory, for tests and for what-ifs: everything the port promises except surviving the process.
 *
 * @example const log = memoryEventLog({ clock: () => 0 });
 */
export const memoryEventLog = ({ clock = Date.now }: MemoryEventLogOptions = {}): CompleteEventLog => {
  const all: Entry[] = [];
  const streams = new Map<string, Entry[]>();
  const identities = new Map<string, Entry>();
  const commits: { readonly lastPosition: number; readonly chain: Buffer }[] = [];
  const committed = new Notifier();
  let closed = false;

  const view: LogView = {
    lastRevision: (stream) => (streams.get(stream)?.length ?? 0) - 1,
    find: (source, id) => {
      const entry = identities.get(JSON.stringify([source, id]));
      return entry && { position: entry.position, revision: entry.event.revision, hash: entry.hash };
    },
    positionOf,
  };

  const apply = (request: PreparedRequest, now: number): AppendResult =>
    decideAppend(view, request, ({ event: { version = 1, recordedAt = now, ...event }, data }) => {
      const { stream } = request;
      const hash = contentHash(stream, { ...event, version }, data);
      const category = categoryOf(stream);
      const entries = streams.get(stream) ?? [];
      const position = all.length + 1;
      const recorded: RecordedEvent = {
        ...event,
        version,
        recordedAt,
        // A copy, as every other log gives: a later change of the caller's data does not reach it.
        data: JSON.parse(data),
        stream,
        revision: entries.length,
        position: positionOf(position),
      };
      const entry = { event: recorded, position, category, bucket: customerBucket(subjectOf(stream)), hash, data };
      all.push(entry);
      entries.push(entry);
      streams.set(stream, entries);
      identities.set(JSON.stringify([event.source, event.id]), entry);
      return { position, revision: recorded.revision };
    });

  const seal = (before: number): void => {
    if (all.length === before) return;
    const link = ledgerLink(commits.at(-1)?.chain ?? FIRST_LINK);
    for (const entry of all.slice(before)) link.add(ledgerEntry(entry));
    commits.push({ lastPosition: all.length, chain: link.digest() });
    committed.notify();
  };

  const appendMany = async (requests: readonly AppendRequest[]): Promise<readonly AppendResult[]> => {
    if (closed) throw new Error('The event log in memory is closed; what it held is gone.');
    const prepared = prepareRequests(requests);
    const before = all.length;
    const now = clock();
    const results = prepared.map((request) => apply(request, now));
    seal(before);
    return results;
  };

  /** How many events stand up to a position. */
  const upTo = (position: string): number => {
    if (parsePosition(position) === undefined)
      throw new RangeError(`'${position}' is not a position of this log. Pass one that the log gave, unchanged.`);
    let [low, high] = [0, all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (positionOf(middle + 1) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const start = (after: string | undefined): number => (after === undefined ? 0 : upTo(after));
  const end = (until: string | undefined): number => (until === undefined ? all.length : upTo(until));

  async function* range(after: number, until: number, options: ReadAllOptions): AsyncIterable<RecordedEvent[]> {
    yield* pages(
      all.slice(after, until).filter((entry) => matches(entry, options)),
      options.pageSize,
      options.signal,
    );
  }

  return {
    append: async (stream, expected, events) => (await appendMany([{ stream, expected, events }]))[0],
    appendMany,
    readStream: async function* (stream, { from = 0, pageSize, signal } = {}) {
      yield* pages((streams.get(stream) ?? []).slice(from), pageSize, signal);
    },
    readAll: async function* (options = {}) {
      yield* range(start(options.after), end(options.until), options);
    },
    subscribeAll: async function* (options) {
      const { until, signal } = options;
      for (let seen = start(options.after); !signal.aborted; ) {
        const present = end(until);
        if (present > seen) {
          yield* range(seen, present, options);
          seen = present;
        } else if (until !== undefined && all.length > 0 && positionOf(all.length) >= until) return;
        else await committed.next(signal);
      }
    },
    readStreamPage: async (stream, { from = 0, until, limit }) => {
      const last = end(until);
      const wanted = (streams.get(stream) ?? []).slice(from).filter(({ position }) => position <= last);
      const events = wanted.slice(0, limit).map(({ event }) => event);
      return wanted.length > limit ? { events, next: from + limit } : { events };
    },
    readAllPage: async ({ after, until, limit, ...filter }) => {
      const last = end(until);
      const wanted = all.slice(start(after), last).filter((entry) => matches(entry, filter));
      const page = wanted.slice(0, limit);
      const atEnd = wanted.length <= limit;
      const looked = atEnd ? Math.max(start(after), last) : page[page.length - 1].position;
      return { events: page.map(({ event }) => event), looked: looked === 0 ? undefined : positionOf(looked), atEnd };
    },
    readWhole: async (stream, { until, wantsData, lean } = {}) => {
      const last = end(until);
      const entries = streams.get(stream) ?? [];
      return entries
        .filter(({ position }) => position <= last)
        .map(({ event }) => withinStream(event, wantsData, lean));
    },
    readStreams: async function* ({ category, buckets, until, wantsData, lean, signal }) {
      const last = end(until);
      for (const [stream, entries] of streams) {
        if (signal?.aborted) return;
        const wanted = entries.filter((entry) => entry.position <= last && matches(entry, { category, buckets }));
        if (wanted.length > 0)
          yield [{ stream, events: wanted.map(({ event }) => withinStream(event, wantsData, lean)) }];
      }
    },
    head: async () => (all.length === 0 ? undefined : positionOf(all.length)),
    parsePosition,
    count: async () => countOf(streams),
    countAfter: async (position) => all.length - start(position),
    verifyIntegrity: async (onProgress) => {
      const check = integrityCheck(positionOf);
      let next = 0;
      for (const entry of all) {
        check.event(ledgerEntry(entry), entry.event.stream, entry.event, entry.data);
        if (commits[next].lastPosition === entry.position) check.commit(entry.position, commits[next++].chain);
      }
      onProgress?.({ done: all.length, total: all.length });
      return check.report();
    },
    close: async () => {
      closed = true;
    },
  };
};

const ledgerEntry = ({ event: { revision, recordedAt }, position, hash }: Entry) => ({
  position,
  revision,
  recordedAt,
  hash,
});

const matches = (
  entry: Entry,
  {
    category,
    types,
    buckets,
  }: Pick<ReadAllOptions, 'category' | 'types'> & Partial<Pick<ReadStreamsOptions, 'buckets'>>,
): boolean =>
  (category === undefined || entry.category === category) &&
  (types === undefined || types.includes(entry.event.type)) &&
  (buckets === undefined || (entry.bucket >= buckets.from && entry.bucket < buckets.to));

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
