import type { StoreOptions } from '@rapport/sqlite';

/**
 * `number` is the order of creation. Accesses are found by instant, by customer and by principal, newest first; their
 * number settles the order within one millisecond.
 */
const SCHEMA = `
  CREATE TABLE keys (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER,
    last_used_at INTEGER
  ) STRICT;
  CREATE TABLE accesses (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    principal TEXT NOT NULL,
    principal_name TEXT NOT NULL,
    principal_kind TEXT NOT NULL,
    what TEXT NOT NULL,
    customer TEXT,
    status INTEGER NOT NULL,
    request_id TEXT NOT NULL
  ) STRICT;
  CREATE INDEX accesses_at ON accesses (at);
  CREATE INDEX accesses_customer ON accesses (customer, at) WHERE customer IS NOT NULL;
  CREATE INDEX accesses_principal ON accesses (principal, at);
`;

/**
 * The audit log. What refuses requests sums them up, one row for each minute, action, address and actor; empty texts
 * stand for what is not known.
 */
const AUDIT = `
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    actor_name TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    subject TEXT,
    address TEXT NOT NULL,
    request_id TEXT,
    details TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  CREATE INDEX audit_action ON audit (action, at);
  CREATE INDEX audit_actor ON audit (actor, at);
  CREATE UNIQUE INDEX audit_sums ON audit (at, action, address, actor)
    WHERE action IN ('authentication.failed', 'authorization.denied');
`;

/** Marks the files of this kind, and their version. */
export const ACCESS_FILE: Pick<StoreOptions, 'applicationId' | 'version' | 'migrations'> = {
  applicationId: 0x5261_7041,
  version: 2,
  migrations: [SCHEMA, AUDIT],
};
