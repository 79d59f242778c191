import { type Migration, openStore, type Store, type StoreOptions } from '@rapport/sqlite';
import { indexRareTypes } from './rare-types';

/**
 * Version 1. Positions are 1, 2, 3, ... without gaps. Names that repeat are numbered in dictionaries. Events carry no foreign
 * keys: the only writer fills them from its dictionaries, and verifyIntegrity checks what a foreign key would.
 */
const VERSION_1 = `
  CREATE TABLE sources (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE types (no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE categories (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, events INTEGER NOT NULL, streams INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE streams (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    category INTEGER NOT NULL REFERENCES categories, bucket INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX streams_by_bucket ON streams (category, bucket);
  CREATE TABLE events (
    position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL,
    source INTEGER NOT NULL, id TEXT NOT NULL, type INTEGER NOT NULL, version INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL, recorded_at INTEGER NOT NULL, staff TEXT, correlation_id TEXT,
    hash BLOB NOT NULL, data TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX events_by_identity ON events (source, id);
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE TABLE commits (
    last_position INTEGER PRIMARY KEY, committed_at INTEGER NOT NULL, chain BLOB NOT NULL
  ) STRICT;
`;

/** Version 2: events of rare types that are looked for on their own have indexes. */
const MIGRATIONS: readonly Migration[] = [VERSION_1, indexRareTypes];

/** "RpL" and a version of the format, as bytes. */
const APPLICATION_ID = 0x52_70_4c_01;

export const openLogStore = (
  path: string,
  mode: StoreOptions['mode'],
  synchronous: StoreOptions['synchronous'] = 'full',
): Store =>
  openStore(path, {
    applicationId: APPLICATION_ID,
    version: MIGRATIONS.length,
    migrations: MIGRATIONS,
    mode,
    synchronous,
  });
