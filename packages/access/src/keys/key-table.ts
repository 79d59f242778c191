import type { Database } from 'better-sqlite3';
import { type AccessKey, ROLES, type Role } from '../access';

/** A key with the hash of its secret, which never leaves this package. */
export interface StoredKey {
  readonly key: AccessKey;
  readonly hash: Buffer;
}

interface KeyRow {
  readonly id: string;
  readonly name: string;
  readonly roles: string;
  readonly secret_hash: Buffer;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly last_used_at: number | null;
}

/** The rows of the keys. Every write is one short transaction. */
export interface KeyTable {
  /** In order of creation. */
  all(): readonly StoredKey[];
  insert(key: StoredKey): void;
  /** Makes the key where there is none at all, revoked or not; false where there is. */
  insertFirst(key: StoredKey): boolean;
  /** False where there is no such key. The first revocation stands. */
  revoke(id: string, at: number): boolean;
  /** Never back in time. */
  noteUse(uses: ReadonlyMap<string, number>): void;
}

export const keyTable = (db: Database): KeyTable => {
  const select = db.prepare<[], KeyRow>('SELECT * FROM keys ORDER BY number');
  const insert = db.prepare(
    'INSERT INTO keys (id, name, roles, secret_hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const anyKey = db.prepare('SELECT 1 FROM keys LIMIT 1');
  const revoke = db.prepare('UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?');
  const use = db.prepare('UPDATE keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?');

  const add = ({ key, hash }: StoredKey): void =>
    void insert.run(key.id, key.name, key.roles.join(' '), hash, key.createdAt, key.expiresAt ?? null);
  // Immediate: the question and the answer to it are one step for all processes.
  const addFirst = db.transaction((key: StoredKey): boolean => {
    if (anyKey.get() !== undefined) return false;
    add(key);
    return true;
  });
  const noteUse = db.transaction((uses: ReadonlyMap<string, number>) => {
    for (const [id, at] of uses) use.run(at, id);
  });
  return {
    all: () => select.all().map(toStoredKey),
    insert: add,
    insertFirst: (key) => addFirst.immediate(key),
    revoke: (id, at) => revoke.run(at, id).changes > 0,
    noteUse: (uses) => noteUse.immediate(uses),
  };
};

const toStoredKey = (row: KeyRow): StoredKey => ({
  hash: row.secret_hash,
  key: {
    id: row.id,
    name: row.name,
    roles: row.roles.split(' ').filter(isRole),
    createdAt: row.created_at,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  },
});

const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text);
