import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { asStoreError, atStore } from './store-error';

/** Pages copied at a time; in between others have their turn. */
const PIECE = 2_000;

/** In a transaction, so that an error of the original names the original. */
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
 * A consistent copy of one SQLite file as it is now, also while it is written. The copy belongs to this user alone.
 *
 * It is read in one transaction: otherwise SQLite would start again with every commit of another writer between two
 * pieces, and never end beside an engine at work.
 *
 * @param onProgress is called with pages; it may throw to stop. What was copied until then is removed
 * @throws StoreError for what is wrong with the original or with the place of the copy
 */
export const copyStore = async (
  from: string,
  to: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> => {
  // Before the first byte: what it holds is personal, and a kill leaves what is there.
  closeSync(openSync(to, 'wx', 0o600));
  const db = beginReading(from);
  try {
    await db.backup(to, {
      progress: ({ totalPages, remainingPages }) => {
        onProgress(totalPages - remainingPages, totalPages);
        return PIECE;
      },
    });
  } catch (error) {
    rmSync(to, { force: true });
    throw asStoreError(error, to);
  } finally {
    db.close();
  }
};
