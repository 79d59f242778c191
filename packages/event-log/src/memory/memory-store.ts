import { customerBucket } from '@rapport/domain';
import { contentHash } from '../content';
import { decideAppend, type LogView } from '../decide-append';
import { type AppendResult, categoryOf, type Position, type RecordedEvent, subjectOf } from '../event-log';
import { FIRST_LINK, type LedgerEntry, ledgerLink } from '../ledger';
import type { PreparedEvent, PreparedRequest } from '../prepare-requests';

export interface Entry {
  readonly event: RecordedEvent;
  /** Its number in the order of the log, from 1. */
  readonly number: number;
  readonly bucket: number;
  readonly category: string;
  readonly hash: Buffer;
  /** RFC 8785 JSON. */
  readonly data: string;
}

export interface Commit {
  /** Number of its last event. */
  readonly last: number;
  readonly chain: Buffer;
}

const POSITION = /^m[0-9a-z]{11}$/;

/** With gaps that grow, so that code which computes with positions fails in tests. */
export const positionOf = (n: number): Position => `m${(n * (n + 40) * 17).toString(36).padStart(11, '0')}` as Position;

export const parsePosition = (text: string): Position | undefined =>
  POSITION.test(text) ? (text as Position) : undefined;

export const ledgerEntry = ({ event: { revision, recordedAt }, number, hash }: Entry): LedgerEntry => ({
  position: number,
  revision,
  recordedAt,
  hash,
});

const identityOf = (source: string, id: string): string => JSON.stringify([source, id]);

/** The events of the log in memory, and where they stand. */
export class MemoryStore {
  /** In the order of the log. */
  readonly all: Entry[] = [];
  readonly streams = new Map<string, Entry[]>();
  readonly commits: Commit[] = [];
  private readonly identities = new Map<string, Entry>();
  private readonly view: LogView = {
    lastRevision: (stream) => this.stream(stream).length - 1,
    find: (source, id) => {
      const entry = this.identities.get(identityOf(source, id));
      return entry && { position: entry.number, revision: entry.event.revision, hash: entry.hash };
    },
    positionOf,
  };

  stream(name: string): readonly Entry[] {
    return this.streams.get(name) ?? [];
  }

  /** Position of the last event; undefined in an empty log. */
  head(): Position | undefined {
    return this.all.length === 0 ? undefined : positionOf(this.all.length);
  }

  /** One commit. @param now `recordedAt` of events that have none */
  append(requests: readonly PreparedRequest[], now: number): readonly AppendResult[] {
    const before = this.all.length;
    const results = requests.map((request) =>
      decideAppend(this.view, request, (event) => this.insert(request.stream, event, now)),
    );
    this.seal(before);
    return results;
  }

  /** How many events stand up to a position; `absent` where there is not one. @throws RangeError for any other text */
  countUpTo(position: string | undefined, absent: number): number {
    if (position === undefined) return absent;
    if (parsePosition(position) === undefined)
      throw new RangeError(`'${position}' is not a position of this log. Pass one that the log gave, unchanged.`);
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (positionOf(middle + 1) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private insert(stream: string, { event, data }: PreparedEvent, now: number) {
    const { version = 1, recordedAt = now, ...content } = event;
    const entries = this.streams.get(stream) ?? [];
    const number = this.all.length + 1;
    const recorded: RecordedEvent = {
      ...content,
      version,
      recordedAt,
      // A copy, as every other log gives: a later change of the caller's data does not reach it.
      data: JSON.parse(data),
      stream,
      revision: entries.length,
      position: positionOf(number),
    };
    const entry: Entry = {
      event: recorded,
      number,
      category: categoryOf(stream),
      bucket: customerBucket(subjectOf(stream)),
      hash: contentHash(stream, { ...content, version }, data),
      data,
    };
    this.all.push(entry);
    entries.push(entry);
    this.streams.set(stream, entries);
    this.identities.set(identityOf(content.source, content.id), entry);
    return { position: number, revision: recorded.revision };
  }

  private seal(before: number): void {
    if (this.all.length === before) return;
    const link = ledgerLink(this.commits.at(-1)?.chain ?? FIRST_LINK);
    for (const entry of this.all.slice(before)) link.add(ledgerEntry(entry));
    this.commits.push({ last: this.all.length, chain: link.digest() });
  }
}
