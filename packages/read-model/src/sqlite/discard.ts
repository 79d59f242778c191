import { rmSync } from 'node:fs';

/** Removes a store in a file with SQLite's own companions of it. Connections that are open keep what they have. */
export const discardFile = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
};

/** The same for a file that no other process can have opened: the lock of its writer goes as well. */
export const discardBuild = (path: string): void => {
  discardFile(path);
  for (const suffix of ['-journal', '-writer']) rmSync(path + suffix, { force: true });
};
