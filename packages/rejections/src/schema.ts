import type { StoreOptions } from '@rapport/sqlite';

/**
 * `number` is the order in which refusals first came, and is never used again: pages do not shift. The key is an empty
 * text if unknown. `bytes` is what a row counts for. What is in `keys` outlives what is in
 * `rejections`: `refused` is the times of its rows, and `left_behind`, and `not_kept`.
 */
const SCHEMA = `
  CREATE TABLE rejections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    times INTEGER NOT NULL,
    key TEXT NOT NULL,
    source TEXT,
    touchpoint TEXT,
    customer TEXT,
    reason TEXT NOT NULL,
    status INTEGER NOT NULL,
    problems TEXT NOT NULL,
    route TEXT NOT NULL,
    format TEXT NOT NULL,
    place TEXT,
    request_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    body TEXT,
    body_is TEXT NOT NULL,
    body_bytes INTEGER,
    masked INTEGER NOT NULL,
    masked_at TEXT NOT NULL,
    bytes INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX rejections_key ON rejections (key, number);
  CREATE INDEX rejections_source ON rejections (source, number);
  CREATE INDEX rejections_reason ON rejections (reason, number);
  CREATE INDEX rejections_fingerprint ON rejections (fingerprint, number);
  CREATE INDEX rejections_last_at ON rejections (last_at);
  CREATE TABLE keys (
    key TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    left_behind INTEGER NOT NULL DEFAULT 0,
    not_kept INTEGER NOT NULL DEFAULT 0,
    heard_at INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
`;

/** Marks the files of this kind, and their version. */
export const REJECTIONS_FILE: Pick<StoreOptions, 'applicationId' | 'version' | 'migrations'> = {
  applicationId: 0x5261_7052,
  version: 1,
  migrations: [SCHEMA],
};
