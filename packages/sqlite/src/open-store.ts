import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { isThere } from './is-there';
import { makeMissing } from './owned-file';
import { atStore, StoreError, storeError } from './store-error';

/** Brings a store from version i to i + 1, where i is its index in the list: SQL, or what SQL alone cannot say. */
export type Migration = string | ((db: Database.Database) => void);

export interface StoreOptions {
  /** Marks files of this kind (`PRAGMA application_id`): a positive 32-bit integer that never changes. */
  readonly applicationId: number;
  /** Schema version this program reads and writes; the number of migrations. */
  readonly version: number;
  readonly migrations: readonly Migration[];
  /**
   * `write` creates and migrates; `read` does neither and may be done by many while one writes; `follow` is to read
   * what is being written, as it grows.
   */
  readonly mode: 'write' | 'read' | 'follow';
  /** `full` (default): a commit survives loss of power. `off`: for what can be made again, and for tests. */
  readonly synchronous?: 'full' | 'off';
}

export interface Store {
  readonly db: Database.Database;
  readonly path: string;
  /** May be called twice. */
  close(): void;
}

const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 64 * 1024;
/**
 * Mapped pages read fastest, but count as memory of the process, once for every thread that reads. Whenever the file
 * has grown the mapping is rebuilt page by page, so only readers of much at once map it.
 */
const MMAP_BYTES = 192 * 1024 * 1024;
/** Pages that change often, as those of indexes do, reach the file once for many commits. */
const CHECKPOINT_PAGES = 16_000;
const WAL_BYTES_KEPT = 64 * 1024 * 1024;

/**
 * Opens a SQLite file the way Rapport does: write-ahead log, durable commits, foreign keys on, the kind and version
 * of the file checked, migrated where writing.
 *
 * One writer at a time is the caller's concern: see {@link acquireWriter}.
 *
 * @throws StoreError for everything that is wrong with the file, the disk or the version.
 * @example
 * const store = openStore('data/log.sqlite', { applicationId: 0x5261_7001, version: 1, migrations: [SCHEMA], mode: 'write' });
 */
export const openStore = (path: string, options: StoreOptions): Store => {
  if (options.migrations.length !== options.version) {
    throw new Error(
      `Version ${options.version} needs ${options.version} migrations, not ${options.migrations.length}.`,
    );
  }
  return atStore(path, () => {
    const db = connect(path, options.mode);
    try {
      db.pragma('foreign_keys = ON');
      db.pragma(`cache_size = -${CACHE_KIB}`);
      const found = checkKind(db, path, options.applicationId);
      if (found > options.version) throw newerVersion(path, found, options.version);
      if (options.mode === 'write') {
        setUpWriting(db, options.synchronous ?? 'full');
        if (found < options.version) migrate(db, options);
      } else if (found < options.version) {
        throw needsMigration(path, found, options.version);
      }
      // Only now: a damaged header was already seen above, so no mapping goes past the end of the file.
      if (options.mode === 'read') db.pragma(`mmap_size = ${MMAP_BYTES}`);
    } catch (error) {
      db.close();
      throw error;
    }
    return { db, path, close: () => void db.close() };
  });
};

const connect = (path: string, mode: StoreOptions['mode']): Database.Database => {
  if (isThere(path) && statSync(path).isDirectory()) throw storeError('not-a-store', path);
  if (mode === 'write') makeMissing(path);
  else if (!isThere(path)) throw storeError('missing', path);
  const reading = mode !== 'write';
  return new Database(path, { readonly: reading, fileMustExist: reading, timeout: BUSY_TIMEOUT_MS });
};

const integer = (db: Database.Database, pragma: string): number => Number(db.pragma(pragma, { simple: true }));

/**
 * The version of the store, 0 for an empty file. Looks before anything is changed: the file may be someone else's.
 * In one transaction, as another process may be setting the same file up.
 */
const checkKind = (db: Database.Database, path: string, applicationId: number): number =>
  db.transaction(() => {
    const found = integer(db, 'application_id');
    const empty = found === 0 && integer(db, 'schema_version') === 0;
    if (found !== applicationId && !empty) throw storeError('not-a-store', path);
    return empty ? 0 : integer(db, 'user_version');
  })();

const setUpWriting = (db: Database.Database, synchronous: 'full' | 'off'): void => {
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${WAL_BYTES_KEPT}`);
};

const migrate = (db: Database.Database, { applicationId, version, migrations }: StoreOptions): void => {
  const step = db.transaction((): boolean => {
    const from = integer(db, 'user_version');
    if (from >= version) return false;
    const migration = migrations[from]!;
    if (typeof migration === 'string') db.exec(migration);
    else migration(db);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${from + 1}`);
    return true;
  });
  while (step.immediate());
};

const newerVersion = (path: string, found: number, known: number): StoreError =>
  new StoreError(
    'newer-version',
    path,
    `The store ${path} has version ${found}; this program knows versions up to ${known}. Use the newer program that wrote it.`,
  );

const needsMigration = (path: string, found: number, wanted: number): StoreError =>
  new StoreError(
    'needs-migration',
    path,
    `The store ${path} has version ${found}, not yet ${wanted}. Open it once for writing to bring it up to date (back it up first).`,
  );
