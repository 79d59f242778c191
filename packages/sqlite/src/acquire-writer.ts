import Database from 'better-sqlite3';
import { makeMissing } from './owned-file';
import { asStoreError, StoreError } from './store-error';

export interface WriterLock {
  /** The file that carries the lock, beside the store. It stays; only the lock on it matters. */
  readonly path: string;
  /** May be called twice. */
  release(): void;
}

/**
 * Makes this process (and this caller within it) the only writer of a store, until released or until the process
 * ends in whatever way: the lock is a transaction held open on a small SQLite file beside the store, and the kernel
 * lets go of it with the process. The holder's pid stands in that file's `user_version`, where others can read it.
 *
 * @throws StoreError `locked` at once, without waiting, when another holds it.
 */
export const acquireWriter = (storePath: string): WriterLock => {
  const path = `${storePath}-writer`;
  let db: Database.Database | undefined;
  try {
    // A user who may read it may hold a lock on it.
    makeMissing(path);
    db = new Database(path, { timeout: 0 });
    const held = db;
    // What the file says is only a hint to people; nothing is lost with it.
    held.pragma('synchronous = OFF');
    held.exec('BEGIN IMMEDIATE');
    signPid(held);
    return { path, release: () => void held.close() };
  } catch (error) {
    const known = asStoreError(error, path);
    const problem = known instanceof StoreError && known.kind === 'locked' ? locked(storePath, db, error) : known;
    db?.close();
    throw problem;
  }
};

/** Commits the pid, so that others see it, and takes the lock again; who came in between has it. */
const signPid = (db: Database.Database): void => {
  try {
    db.pragma(`user_version = ${process.pid}`);
    // Someone who reads the pid stands in the way of this commit for a moment.
    db.pragma('busy_timeout = 1000');
    db.exec('COMMIT');
  } catch {
    // The name could not be written (a full disk, say). The lock itself needs no write, so it is held without one.
    if (db.inTransaction) db.exec('ROLLBACK');
  }
  db.pragma('busy_timeout = 0');
  db.exec('BEGIN IMMEDIATE');
};

const locked = (storePath: string, db: Database.Database | undefined, cause: unknown): StoreError => {
  const pid = db === undefined ? 0 : readPid(db);
  const holder = pid > 0 ? `process ${pid}` : 'another process';
  return new StoreError(
    'locked',
    storePath,
    `The store ${storePath} is being written by ${holder}; there can be only one writer. Stop it first, or open the store for reading.`,
    { cause },
  );
};

const readPid = (db: Database.Database): number => {
  try {
    db.pragma('busy_timeout = 1000');
    return Number(db.pragma('user_version', { simple: true }));
  } catch {
    return 0;
  }
};
