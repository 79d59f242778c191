import type { StoreOptions } from '@rapport/sqlite';

/**
 * Subscriptions with their secrets, and their deliveries. The change itself is not kept here. Only the log has it, so
 * that it has to be erased in one place.
 */
const SCHEMA = `
  CREATE TABLE subscriptions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    description TEXT,
    filter TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    cursor TEXT,
    secret TEXT NOT NULL,
    old_secret TEXT,
    old_secret_until INTEGER,
    last_success_at INTEGER,
    last_failure_at INTEGER,
    failing_since INTEGER
  ) STRICT;
  CREATE TABLE deliveries (
    subscription INTEGER NOT NULL REFERENCES subscriptions (number) ON DELETE CASCADE,
    cursor TEXT NOT NULL,
    id TEXT NOT NULL,
    customer TEXT NOT NULL,
    type TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts TEXT NOT NULL,
    tries INTEGER NOT NULL,
    failing_since INTEGER,
    next_attempt_at INTEGER,
    PRIMARY KEY (subscription, cursor)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unsettled ON deliveries (subscription, status, cursor) WHERE status <> 'delivered';
`;

/** Marks the files of this kind, and their version. */
export const SUBSCRIPTIONS_FILE: Pick<StoreOptions, 'applicationId' | 'version' | 'migrations'> = {
  applicationId: 0x5261_7057,
  version: 1,
  migrations: [SCHEMA],
};
