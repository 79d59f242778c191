import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isThere } from './is-there';
import { atStore } from './store-error';

const OTHERS = 0o077;

/**
 * Sees to it that a file is there and is its owner's alone, before anything is written to it. SQLite gives the files
 * it makes beside a database (`-wal`, `-shm`) the mode of the database.
 *
 * @throws StoreError
 */
export const makeOwned = (path: string): void =>
  atStore(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    // Left more open by a copy or a restored backup.
    if ((statSync(path).mode & OTHERS) !== 0) chmodSync(path, 0o600);
  });

/**
 * Makes a file that is not there, for its owner alone whatever the folder lets others do. One that is there keeps its
 * mode: its owner may let others read it. The files that SQLite puts beside it take over its mode.
 */
export const makeMissing = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  if (path !== ':memory:' && !isThere(path)) closeSync(openSync(path, 'a', 0o600));
};
