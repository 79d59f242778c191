import type { Database } from 'better-sqlite3';
import type { NewRow } from './row';

/** What is written: a refusal that is kept, or how many of a key were not. */
export type Entry = { readonly row: NewRow } | { readonly notKept: number; readonly key: string; readonly at: number };

/** Bytes that are kept. */
export interface Bounds {
  readonly bytesPerKey: number;
  readonly bytes: number;
}

/** Keys with counts of their own; the counts of the one silent for longest are added to this name's. */
export const MOST_KEYS = 1_000;
export const OTHERS = '(others)';
/** Removed for their age at once: others wait meanwhile. */
const FORGOTTEN_AT_ONCE = 500;

interface Oldest {
  readonly number: number;
  readonly key: string;
  readonly bytes: number;
  readonly times: number;
}

export interface Keep {
  /** Writes an entry, and sends the oldest away where there is no room. To be called within a transaction. */
  insert(entry: Entry): void;
  /** Sends those away that came the last time before an instant; some of them at once. */
  forget(before: number): void;
}

export const keep = (db: Database, { bytesPerKey, bytes }: Bounds): Keep => {
  const { upsert, count, oldestOf, oldestBefore, remove, leave, totals, largest, keysNow, quietest, fold, drop } =
    statements(db);

  const sendAway = (oldest: Oldest): void => {
    remove.run(oldest.number);
    leave.run(oldest);
  };
  const makeRoom = (key: string): void => {
    while ((keysNow.get(key)?.bytes ?? 0) > bytesPerKey) {
      const oldest = oldestOf.get(key);
      if (oldest === undefined) return;
      sendAway(oldest);
    }
    // The key with the most gives way, so that no key can push out the records of others.
    while ((totals.get()?.bytes ?? 0) > bytes) {
      const oldest = oldestOf.get(largest.get()?.key ?? '');
      if (oldest === undefined) return;
      sendAway(oldest);
    }
  };
  const boundKeys = (key: string): void => {
    while ((totals.get()?.keys ?? 0) > MOST_KEYS) {
      const quiet = quietest.get({ key, others: OTHERS })?.key;
      if (quiet === undefined) return;
      for (let oldest = oldestOf.get(quiet); oldest !== undefined; oldest = oldestOf.get(quiet)) sendAway(oldest);
      fold.run({ quiet, others: OTHERS });
      drop.run(quiet);
    }
  };

  return {
    insert: (entry) => {
      if ('notKept' in entry) {
        const { key, notKept, at } = entry;
        count.run({ key, refused: notKept, notKept, bytes: 0, at });
        return boundKeys(key);
      }
      const { row } = entry;
      const times = upsert.get(row)?.times ?? 1;
      count.run({ key: row.key, refused: 1, notKept: 0, bytes: times === 1 ? row.bytes : 0, at: row.at });
      makeRoom(row.key);
      boundKeys(row.key);
    },
    forget: db.transaction((before: number) => {
      for (const oldest of oldestBefore.all({ before, limit: FORGOTTEN_AT_ONCE })) sendAway(oldest);
    }),
  };
};

const statements = (db: Database) => ({
  upsert: db.prepare<[NewRow], { readonly times: number }>(
    `INSERT INTO rejections (id, first_at, last_at, times, key, source, touchpoint, customer, reason, status, problems,
       route, format, place, request_id, fingerprint, body, body_is, body_bytes, masked, masked_at, bytes)
     VALUES (:id, :at, :at, 1, :key, :source, :touchpoint, :customer, :reason, :status, :problems,
       :route, :format, :place, :request_id, :fingerprint, :body, :body_is, :body_bytes, :masked, :masked_at, :bytes)
     ON CONFLICT (id) DO UPDATE SET times = times + 1, last_at = excluded.last_at, request_id = excluded.request_id
     RETURNING times`,
  ),
  count: db.prepare(
    `INSERT INTO keys (key, bytes, refused, not_kept, heard_at) VALUES (:key, :bytes, :refused, :notKept, :at)
     ON CONFLICT (key) DO UPDATE SET bytes = bytes + :bytes, refused = refused + :refused,
       not_kept = not_kept + :notKept, heard_at = :at`,
  ),
  oldestOf: db.prepare<[string], Oldest>(
    'SELECT number, key, bytes, times FROM rejections WHERE key = ? ORDER BY number LIMIT 1',
  ),
  oldestBefore: db.prepare<[object], Oldest>(
    'SELECT number, key, bytes, times FROM rejections WHERE last_at < :before ORDER BY last_at LIMIT :limit',
  ),
  remove: db.prepare('DELETE FROM rejections WHERE number = ?'),
  leave: db.prepare(
    'UPDATE keys SET bytes = bytes - :bytes, left_behind = left_behind + :times WHERE key = :key AND :number > 0',
  ),
  totals: db.prepare<[], { readonly bytes: number; readonly keys: number }>(
    'SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS keys FROM keys',
  ),
  largest: db.prepare<[], { readonly key: string }>('SELECT key FROM keys ORDER BY bytes DESC LIMIT 1'),
  keysNow: db.prepare<[string], { readonly bytes: number }>('SELECT bytes FROM keys WHERE key = ?'),
  quietest: db.prepare<[object], { readonly key: string }>(
    'SELECT key FROM keys WHERE key NOT IN (:key, :others) ORDER BY heard_at LIMIT 1',
  ),
  fold: db.prepare(
    `INSERT INTO keys (key, refused, left_behind, not_kept)
     SELECT :others, refused, left_behind, not_kept FROM keys WHERE key = :quiet
     ON CONFLICT (key) DO UPDATE SET refused = refused + excluded.refused,
       left_behind = left_behind + excluded.left_behind, not_kept = not_kept + excluded.not_kept`,
  ),
  drop: db.prepare('DELETE FROM keys WHERE key = ?'),
});
