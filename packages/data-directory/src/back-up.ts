import { closeSync, cpSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openSqliteEventLog } from '@rapport/event-log';
import { asStoreError, atStore, isThere } from '@rapport/sqlite';
import Database from 'better-sqlite3';
import { type DataDirectory, dataDirectory, existingStore } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import type { Host } from './host';
import { storedHashes } from './ruleset-files';

export interface BackupReport {
  readonly directory: string;
  /** In the copy of the log. */
  readonly events: number;
  readonly rulesets: number;
  /** Whether there were keys and an access log to copy. */
  readonly access: boolean;
  readonly subscriptions: boolean;
  /** Files that are there, cannot be made anew, and are not copied all the same: what was refused is soon out of date. */
  readonly leftOut: readonly string[];
}

/** Pages copied at a time; in between others have their turn. */
const PIECE = 2_000;

const freshDirectory = (directory: string): void => {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!statSync(directory).isDirectory() || readdirSync(directory).length > 0)
    throw new DataDirectoryError(`${directory}: is not empty. Name a new directory for the backup.`);
};

/** Opened in a transaction, so that what is wrong with the original is told of the original. */
const beginReading = (path: string): Database.Database =>
  atStore(path, () => {
    const db = new Database(path, { readonly: true, fileMustExist: true });
    try {
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_schema').get();
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

/**
 * A consistent copy of one SQLite file as it is now, whoever writes to it meanwhile.
 *
 * It is read in one transaction: SQLite would begin anew with every commit of somebody else between two pieces, and so
 * never end beside an engine at work.
 */
const copyStore = async (host: Host, from: string, directory: string): Promise<void> => {
  const to = join(directory, basename(from));
  // Before the first byte: what it holds is personal, and a kill leaves what is there.
  closeSync(openSync(to, 'wx', 0o600));
  const progress = host.progress(basename(from), 'pages');
  const db = beginReading(from);
  try {
    await db.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        host.signal.throwIfAborted();
        progress.update(totalPages - remainingPages, totalPages);
        return PIECE;
      },
    });
  } catch (error) {
    rmSync(to, { force: true });
    throw asStoreError(error, to);
  } finally {
    progress.stop();
    db.close();
  }
};

/**
 * Copies what cannot be made anew into a fresh directory: the log, rulesets, keys with the access log, subscriptions.
 * The read model is left out: it follows from the log. So is what intake refused: it is no record of anything, and what
 * was removed from it must not live on in copies. Anyone may write meanwhile.
 *
 * Subscriptions and keys are copied before the log: a delivery may then be repeated, but none is skipped.
 */
export const backUp = async (host: Host, data: string, directory: string): Promise<BackupReport> => {
  const files = existingStore(data);
  freshDirectory(directory);
  const { access, subscriptions, rulesets, events } = files;
  const demo = join(data, 'demo.json');
  for (const path of [subscriptions, access, events]) if (isThere(path)) await copyStore(host, path, directory);
  const copy: DataDirectory = dataDirectory(directory);
  if (isThere(rulesets)) cpSync(rulesets, copy.rulesets, { recursive: true });
  if (isThere(demo)) cpSync(demo, join(directory, 'demo.json'));
  return {
    directory,
    events: await eventsIn(copy),
    rulesets: storedHashes(copy).length,
    access: isThere(copy.access),
    subscriptions: isThere(copy.subscriptions),
    leftOut: isThere(files.rejections) ? [basename(files.rejections)] : [],
  };
};

/** Opened once, so that a copy that cannot be opened is no backup, and left without companions. */
const eventsIn = async ({ events }: DataDirectory): Promise<number> => {
  const log = await openSqliteEventLog(events, { mode: 'read' });
  try {
    return (await log.count()).events;
  } finally {
    await log.close();
    for (const suffix of ['-wal', '-shm']) rmSync(events + suffix, { force: true });
  }
};
