import { customerBucket } from '@rapport/domain';
import { changes } from '../changes';
import { contentHash } from '../content';
import { decideAppend, type LogView } from '../decide-append';
import {
  type AppendRequest,
  type AppendResult,
  categoryOf,
  type EventLog,
  type LogCount,
  type ReadAllOptions,
  type RecordedEvent,
  type StreamEvent,
  subjectOf,
} from '../event-log';
import { integrityCheck } from '../integrity-check';
import { FIRST_LINK, ledgerLink } from '../ledger';
import { decodePosition, encodePosition } from '../position';
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

/**
 * The event log in memory, for tests and for what-ifs: everything the port promises except surviving the process.
 *
 * @example const log = memoryEventLog({ clock: () => 0 });
 */
export const memoryEventLog = ({ clock = Date.now }: MemoryEventLogOptions = {}): EventLog => {
  const all: Entry[] = [];
  const streams = new Map<string, Entry[]>();
  const identities = new Map<string, Entry>();
  const commits: { readonly lastPosition: number; readonly chain: Buffer }[] = [];
  const committed = changes();
  let closed = false;

  const view: LogView = {
    lastRevision: (stream) => (streams.get(stream)?.length ?? 0) - 1,
    find: (source, id) => {
      const entry = identities.get(JSON.stringify([source, id]));
      return entry && { position: entry.position, revision: entry.event.revision, hash: entry.hash };
    },
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
        // A copy, as every other log gives: later changes to the data do not reach it.
        data: JSON.parse(data),
        stream,
        revision: entries.length,
        position: encodePosition(position),
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
    committed.announce();
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

  async function* range(after: number, until: number, options: ReadAllOptions): AsyncIterable<RecordedEvent[]> {
    const matching = (): Entry[] => all.slice(after, until).filter((entry) => matches(entry, options));
    yield* pages(matching(), options.pageSize, options.signal);
  }
  const bound = (until: string | undefined): number =>
    Math.min(all.length, until === undefined ? Infinity : decodePosition(until));
  const start = (after: string | undefined): number => (after === undefined ? 0 : decodePosition(after));

  return {
    append: async (stream, expected, events) => (await appendMany([{ stream, expected, events }]))[0],
    appendMany,
    readStream: async function* (stream, { from = 0, pageSize, signal } = {}) {
      yield* pages((streams.get(stream) ?? []).slice(from), pageSize, signal);
    },
    readAll: async function* (options = {}) {
      yield* range(start(options.after), bound(options.until), options);
    },
    subscribeAll: async function* (options) {
      const last = options.until === undefined ? Infinity : decodePosition(options.until);
      for (let seen = start(options.after); seen < last && !options.signal.aborted; ) {
        const present = Math.min(all.length, last);
        if (present > seen) {
          yield* range(seen, present, options);
          seen = present;
        } else await committed.next(options.signal);
      }
    },
    readWhole: async (stream, { until, wantsData, lean } = {}) => {
      const last = bound(until);
      const entries = streams.get(stream) ?? [];
      return entries
        .filter(({ position }) => position <= last)
        .map(({ event }) => withinStream(event, wantsData, lean));
    },
    readStreams: async function* ({ category, buckets, until, wantsData, lean, signal }) {
      const last = bound(until);
      for (const [stream, entries] of streams) {
        if (signal?.aborted) return;
        const wanted = entries.filter((entry) => entry.position <= last && matches(entry, { category, buckets }));
        if (wanted.length > 0)
          yield [{ stream, events: wanted.map(({ event }) => withinStream(event, wantsData, lean)) }];
      }
    },
    head: async () => (all.length === 0 ? undefined : encodePosition(all.length)),
    count: async () => countOf(streams),
    verifyIntegrity: async (onProgress) => {
      const check = integrityCheck();
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
  { category, types, buckets }: Pick<ReadAllOptions, 'category' | 'types' | 'buckets'>,
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
