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

/** The rows of the keys. */
export interface KeyTable {
  /** In order of creation. */
  all(): readonly StoredKey[];
  insert(key: StoredKey): void;
  /** Whether there is any key, revoked or not. */
  isAny(): boolean;
  has(id: string): boolean;
  /** False where there is no such key, or it is revoked already. */
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
  const has = db.prepare('SELECT 1 FROM keys WHERE id = ?');
  const revoke = db.prepare('UPDATE keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL');
  const use = db.prepare('UPDATE keys SET last_used_at = max(coalesce(last_used_at, 0), ?) WHERE id = ?');

  const noteUse = db.transaction((uses: ReadonlyMap<string, number>) => {
    for (const [id, at] of uses) use.run(at, id);
  });
  return {
    all: () => select.all().map(toStoredKey),
    insert: ({ key, hash }) =>
      void insert.run(key.id, key.name, key.roles.join(' '), hash, key.createdAt, key.expiresAt ?? null),
    isAny: () => anyKey.get() !== undefined,
    has: (id) => has.get(id) !== undefined,
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
