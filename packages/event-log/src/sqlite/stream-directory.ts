import { customerBucket } from '@rapport/domain';
import type { Store } from '@rapport/sqlite';
import { categoryOf, subjectOf } from '../event-log';

export interface StreamState {
  readonly no: number;
  readonly category: number;
  /** Of its last event; -1 before the first. */
  revision: number;
}

/** The writer's view of streams: number and last revision, with the most recent ones in memory. */
export interface StreamDirectory {
  find(name: string): StreamState | undefined;
  /** Within the transaction. */
  create(name: string): StreamState;
  /** Takes back a `create` of this transaction. */
  discard(name: string, stream: StreamState): void;
  /** Forgets everything, after a transaction that failed. */
  reset(): void;
}

/** Two generations of this many streams are held: some 100 MB when full, whatever the size of the log. */
const GENERATION = 200_000;

export const streamDirectory = (
  { db }: Store,
  categoryNo: (name: string) => number,
  generation = GENERATION,
): StreamDirectory => {
  let young = new Map<string, StreamState>();
  let old = new Map<string, StreamState>();
  const select = db
    .prepare<[string], [number, number, number]>(
      `SELECT no, category, (SELECT coalesce(max(revision), -1) FROM events WHERE stream = streams.no)
       FROM streams WHERE name = ?`,
    )
    .raw();
  const insert = db.prepare<[string, number, number]>('INSERT INTO streams (name, category, bucket) VALUES (?, ?, ?)');
  const remove = db.prepare<[number]>('DELETE FROM streams WHERE no = ?');

  const remember = (name: string, stream: StreamState): StreamState => {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(name, stream);
    return stream;
  };
  const load = (name: string): StreamState | undefined => {
    const row = select.get(name);
    return row === undefined ? undefined : { no: row[0], category: row[1], revision: row[2] };
  };

  return {
    find: (name) => {
      const known = young.get(name);
      if (known !== undefined) return known;
      const stream = old.get(name) ?? load(name);
      return stream === undefined ? undefined : remember(name, stream);
    },
    create: (name) => {
      const category = categoryNo(categoryOf(name));
      const { lastInsertRowid } = insert.run(name, category, customerBucket(subjectOf(name)));
      return remember(name, { no: Number(lastInsertRowid), category, revision: -1 });
    },
    discard: (name, stream) => {
      young.delete(name);
      remove.run(stream.no);
    },
    reset: () => {
      young = new Map();
      old = new Map();
    },
  };
};
