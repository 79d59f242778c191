import { asStoreError, type Store, storeError } from '@rapport/sqlite';
import type { Statement } from 'better-sqlite3';
import { right } from 'fp-ts/Either';
import { contentHash } from '../content';
import { decideAppend, type LogView, type Place, revisionHolds, type Standing } from '../decide-append';
import type { AppendResult } from '../event-log';
import { FIRST_LINK, type LedgerEntry, ledgerLink } from '../ledger';
import type { PreparedEvent, PreparedRequest } from '../prepare-requests';
import { type CategoryCounts, categoryCounts } from './category-counts';
import { type NameDictionary, nameDictionary } from './name-dictionary';
import { encodePosition } from './position';
import { type StreamDirectory, type StreamState, streamDirectory } from './stream-directory';

/** The end of the log: position of the last event, and the link of the last commit. */
interface LogEnd {
  readonly last: number;
  readonly chain: Uint8Array;
}

const EMPTY: LogEnd = { last: 0, chain: FIRST_LINK };

/** Turns requests into rows. It holds all statements and caches of the one writing connection. */
export class LogWriter {
  private readonly sources: NameDictionary;
  private readonly types: NameDictionary;
  private readonly categories: CategoryCounts;
  private readonly streams: StreamDirectory;
  private readonly statements: Statements;
  private readonly view: LogView;
  /** As the file has it. */
  private committed = EMPTY;
  /** Within the transaction: position of the last event, instant of the commit, events so far. */
  private lastInserted = 0;
  private now = 0;
  private entries: LedgerEntry[] = [];

  /** @param clock gives `recordedAt` where an event has none, in milliseconds */
  constructor(
    private readonly store: Store,
    private readonly clock: () => number,
  ) {
    this.sources = nameDictionary(store, 'sources');
    this.types = nameDictionary(store, 'types');
    this.categories = categoryCounts(store);
    this.streams = streamDirectory(store, this.categories.numberOf);
    this.statements = prepare(store);
    this.view = {
      lastRevision: (stream) => this.streams.find(stream)?.revision ?? -1,
      find: (source, id) => this.find(source, id),
      positionOf: encodePosition,
    };
    this.reset();
  }

  /** Position of the last committed event; 0 in an empty log. */
  get last(): number {
    return this.committed.last;
  }

  /** One durable transaction. @throws StoreError with nothing stored and everything as it was before */
  commit(requests: readonly PreparedRequest[]): readonly AppendResult[] {
    try {
      this.statements.begin.run();
      this.lastInserted = this.committed.last;
      this.now = this.clock();
      this.entries = [];
      const results = requests.map((request) => this.apply(request));
      this.finish();
      return results;
    } catch (error) {
      // SQLite ends the transaction by itself on some errors of the disk.
      if (this.store.db.inTransaction) this.store.db.exec('ROLLBACK');
      this.reset();
      throw asStoreError(error, this.store.path);
    }
  }

  private apply(request: PreparedRequest): AppendResult {
    const found = this.streams.find(request.stream);
    const usual = revisionHolds(request.expected, found?.revision ?? -1) ? this.insertAll(request, found) : undefined;
    return usual ?? this.insertNew(request);
  }

  /** The usual case, all events new, in one pass; undefined, with no trace left, when one of them stands already. */
  private insertAll(
    { stream: name, events }: PreparedRequest,
    found: StreamState | undefined,
  ): AppendResult | undefined {
    const stream = found ?? this.streams.create(name);
    const { lastInserted } = this;
    const { revision } = stream;
    const { length } = this.entries;
    for (const event of events) {
      if (this.insertEvent(name, stream, event)) continue;
      if (this.lastInserted > lastInserted) this.statements.removeAfter.run(lastInserted);
      this.lastInserted = lastInserted;
      stream.revision = revision;
      this.entries.length = length;
      if (found === undefined) this.streams.discard(name, stream);
      return undefined;
    }
    this.categories.add(stream.category, events.length, found === undefined ? 1 : 0);
    const position = encodePosition(this.lastInserted);
    return right({ position, revision: stream.revision, recorded: events.length, duplicates: 0 });
  }

  /** Event by event, for requests that repeat something or expect another revision. */
  private insertNew(request: PreparedRequest): AppendResult {
    return decideAppend(this.view, request, (event): Place => {
      const found = this.streams.find(request.stream);
      const stream = found ?? this.streams.create(request.stream);
      // It was looked up just before: a row that is there all the same means that the indexes disagree.
      if (!this.insertEvent(request.stream, stream, event)) throw storeError('damaged', this.store.path);
      this.categories.add(stream.category, 1, found === undefined ? 1 : 0);
      return { position: this.lastInserted, revision: stream.revision };
    });
  }

  /** False when the identity stands already. */
  private insertEvent(name: string, stream: StreamState, { event, data }: PreparedEvent): boolean {
    const position = this.lastInserted + 1;
    const revision = stream.revision + 1;
    const recordedAt = event.recordedAt ?? this.now;
    const hash = contentHash(name, event, data);
    const { changes } = this.statements.insert.run(
      position,
      stream.no,
      revision,
      this.sources.numberOf(event.source),
      event.id,
      this.types.numberOf(event.type),
      event.version ?? 1,
      event.occurredAt,
      recordedAt,
      event.staff ?? null,
      event.correlationId ?? null,
      hash,
      data,
    );
    if (changes === 0) return false;
    this.lastInserted = position;
    stream.revision = revision;
    this.entries.push({ position, revision, recordedAt, hash });
    return true;
  }

  private find(source: string, id: string): Standing | undefined {
    const row = this.statements.byIdentity.get(this.sources.numberOf(source), id);
    return row && { position: row[0], revision: row[1], hash: row[2] };
  }

  private finish(): void {
    const { commit, insertCommit } = this.statements;
    if (this.entries.length === 0) return void commit.run();
    const link = ledgerLink(this.committed.chain);
    for (const entry of this.entries) link.add(entry);
    const chain = link.digest();
    insertCommit.run(this.lastInserted, this.now, chain);
    this.categories.save();
    commit.run();
    this.committed = { last: this.lastInserted, chain };
  }

  /** Reads again what the file has, and forgets everything else. */
  private reset(): void {
    this.sources.reset();
    this.types.reset();
    this.categories.reset();
    this.streams.reset();
    const row = this.statements.lastCommit.get();
    this.committed = row === undefined ? EMPTY : { last: row[0], chain: row[1] };
  }
}

interface Statements {
  readonly begin: Statement;
  readonly commit: Statement;
  readonly insert: Statement;
  readonly removeAfter: Statement<[number]>;
  readonly byIdentity: Statement<[number, string], [position: number, revision: number, hash: Buffer]>;
  readonly lastCommit: Statement<[], [last: number, chain: Buffer]>;
  readonly insertCommit: Statement<[number, number, Uint8Array]>;
}

const prepare = ({ db }: Store): Statements => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  // Looking and inserting in one: an identity that stands leaves the row out, and `changes` is 0.
  insert: db.prepare('INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
  removeAfter: db.prepare('DELETE FROM events WHERE position > ?'),
  byIdentity: db
    .prepare<[number, string], [number, number, Buffer]>(
      'SELECT position, revision, hash FROM events WHERE source = ? AND id = ?',
    )
    .raw(),
  lastCommit: db
    .prepare<[], [number, Buffer]>('SELECT last_position, chain FROM commits ORDER BY last_position DESC LIMIT 1')
    .raw(),
  insertCommit: db.prepare('INSERT INTO commits VALUES (?, ?, ?)'),
});
