import { asStoreError, type Store, storeError } from '@rapport/sqlite';
import { right } from 'fp-ts/Either';
import { contentHash } from '../content';
import { decideAppend, type LogView, revisionHolds } from '../decide-append';
import type { AppendResult } from '../event-log';
import { FIRST_LINK, type LedgerEntry, ledgerLink } from '../ledger';
import type { PreparedEvent, PreparedRequest } from '../prepare-requests';
import { categoryCounts } from './category-counts';
import { nameDictionary } from './name-dictionary';
import { encodePosition } from './position';
import { type StreamState, streamDirectory } from './stream-directory';

/** Turns requests into rows. All statements and caches of the one writing connection are here. */
export interface LogWriter {
  /** Position of the last committed event; 0 in an empty log. */
  readonly last: number;
  /** One durable transaction. Throws StoreError with nothing stored and everything as it was before. */
  commit(requests: readonly PreparedRequest[]): readonly AppendResult[];
}

export const logWriter = (store: Store, clock: () => number): LogWriter => {
  const { db } = store;
  const sources = nameDictionary(store, 'sources');
  const types = nameDictionary(store, 'types');
  const categories = categoryCounts(store);
  const streams = streamDirectory(store, categories.numberOf);
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commitTransaction = db.prepare('COMMIT');
  // Looking and inserting in one: an identity that stands leaves the row out, and `changes` is 0.
  const insert = db.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const removeAfter = db.prepare<[number]>('DELETE FROM events WHERE position > ?');
  const byIdentity = db
    .prepare<[number, string], [number, number, Buffer]>(
      'SELECT position, revision, hash FROM events WHERE source = ? AND id = ?',
    )
    .raw();
  const lastCommit = db
    .prepare<[], [number, Buffer]>('SELECT last_position, chain FROM commits ORDER BY last_position DESC LIMIT 1')
    .raw();
  const insertCommit = db.prepare<[number, number, Uint8Array]>('INSERT INTO commits VALUES (?, ?, ?)');

  /** As the file has it. */
  let committed = { last: 0, chain: FIRST_LINK };
  /** Within the transaction. */
  let last = 0;
  let now = 0;
  let entries: LedgerEntry[] = [];

  const reset = (): void => {
    sources.reset();
    types.reset();
    categories.reset();
    streams.reset();
    const row = lastCommit.get();
    committed = row === undefined ? { last: 0, chain: FIRST_LINK } : { last: row[0], chain: row[1] };
  };

  /** False when the identity stands already. */
  const insertEvent = (name: string, stream: StreamState, { event, data }: PreparedEvent): boolean => {
    const position = last + 1;
    const revision = stream.revision + 1;
    const recordedAt = event.recordedAt ?? now;
    const hash = contentHash(name, event, data);
    const { changes } = insert.run(
      position,
      stream.no,
      revision,
      sources.numberOf(event.source),
      event.id,
      types.numberOf(event.type),
      event.version ?? 1,
      event.occurredAt,
      recordedAt,
      event.staff ?? null,
      event.correlationId ?? null,
      hash,
      data,
    );
    if (changes === 0) return false;
    last = position;
    stream.revision = revision;
    entries.push({ position, revision, recordedAt, hash });
    return true;
  };

  /** The usual case, all events new, in one pass; undefined, with no trace left, when one of them stands already. */
  const insertAll = (
    { stream: name, events }: PreparedRequest,
    found: StreamState | undefined,
  ): AppendResult | undefined => {
    const stream = found ?? streams.create(name);
    const before = { last, revision: stream.revision, entries: entries.length };
    for (const event of events) {
      if (insertEvent(name, stream, event)) continue;
      if (last > before.last) removeAfter.run(before.last);
      last = before.last;
      stream.revision = before.revision;
      entries.length = before.entries;
      if (found === undefined) streams.discard(name, stream);
      return undefined;
    }
    categories.add(stream.category, events.length, found === undefined ? 1 : 0);
    const position = encodePosition(last);
    return right({ position, revision: stream.revision, recorded: events.length, duplicates: 0 });
  };

  const view: LogView = {
    lastRevision: (stream) => streams.find(stream)?.revision ?? -1,
    find: (source, id) => {
      const row = byIdentity.get(sources.numberOf(source), id);
      return row && { position: row[0], revision: row[1], hash: row[2] };
    },
    positionOf: encodePosition,
  };

  /** Event by event, for requests that repeat something or expect another revision. */
  const insertNew = (request: PreparedRequest): AppendResult =>
    decideAppend(view, request, (event) => {
      const found = streams.find(request.stream);
      const stream = found ?? streams.create(request.stream);
      // It was looked up just before: a row that is there all the same means that the indexes disagree.
      if (!insertEvent(request.stream, stream, event)) throw storeError('damaged', store.path);
      categories.add(stream.category, 1, found === undefined ? 1 : 0);
      return { position: last, revision: stream.revision };
    });

  const apply = (request: PreparedRequest): AppendResult => {
    const found = streams.find(request.stream);
    const usual = revisionHolds(request.expected, found?.revision ?? -1) ? insertAll(request, found) : undefined;
    return usual ?? insertNew(request);
  };

  const finish = (): void => {
    if (entries.length === 0) return void commitTransaction.run();
    const link = ledgerLink(committed.chain);
    for (const entry of entries) link.add(entry);
    const chain = link.digest();
    insertCommit.run(last, now, chain);
    categories.save();
    commitTransaction.run();
    committed = { last, chain };
  };

  reset();
  return {
    get last() {
      return committed.last;
    },
    commit: (requests) => {
      try {
        begin.run();
        last = committed.last;
        now = clock();
        entries = [];
        const results = requests.map(apply);
        finish();
        return results;
      } catch (error) {
        // SQLite ends the transaction by itself on some errors of the disk.
        if (db.inTransaction) db.exec('ROLLBACK');
        reset();
        throw asStoreError(error, store.path);
      }
    },
  };
};
