import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { acquireWriter, atStore, openStore, storeError } from '@rapport/sqlite';
import { APPLICATION_ID, MIGRATIONS } from './schema';

/**
 * Puts a finished build in the place of the live read model, in one atomic step. A reader that has the old one open goes on
 * with it; who opens afterwards sees the new one; a kill at any moment leaves the one or the other. The live model must
 * be closed for writing, the build altogether, and both must lie on the same file system.
 *
 * The live path becomes a symbolic link to `<live>.<random>`. SQLite names the write-ahead log after the file behind
 * the link, so old and new never share one, which a rename over the file itself could not promise. The model that
 * was replaced stays on the disk until the next switch, for those who were just opening it.
 *
 * @throws StoreError `locked` when the live model is being written or the build is open, `missing` or `not-a-store` when the build was not finished.
 */
export const switchIn = (builtPath: string, livePath: string): void => {
  const locks = [acquireWriter(livePath)];
  try {
    locks.push(acquireWriter(builtPath));
    atStore(builtPath, () => {
      settle(builtPath);
      removeReplaced(livePath);
      const generation = `${livePath}.${randomBytes(6).toString('hex')}`;
      renameSync(builtPath, generation);
      const link = `${generation}-link`;
      symlinkSync(basename(generation), link);
      // The name of the model must be on the disk before the name that leads to it.
      syncPath(dirname(livePath));
      renameSync(link, livePath);
      syncPath(dirname(livePath));
    });
  } finally {
    for (const lock of locks) lock.release();
  }
  rmSync(`${builtPath}-writer`, { force: true });
};

/** Makes the build one durable file. */
const settle = (path: string): void => {
  if (!existsSync(path)) throw storeError('missing', path);
  openStore(path, {
    applicationId: APPLICATION_ID,
    version: MIGRATIONS.length,
    migrations: MIGRATIONS,
    mode: 'write',
  }).close();
  // SQLite takes the write-ahead log into the file and removes it when its last connection closes.
  if (existsSync(`${path}-wal`)) throw storeError('locked', path);
  syncPath(path);
};

const syncPath = (path: string): void => {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
};

/** Models replaced earlier, and links a kill left behind; never the model that is live now. */
const removeReplaced = (livePath: string): void => {
  const folder = dirname(livePath);
  const name = basename(livePath);
  const linked = lstatSync(livePath, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const live = linked ? basename(readlinkSync(livePath)) : name;
  const generation = /^\.[0-9a-f]{12}(-wal|-shm|-link)?$/;
  for (const file of readdirSync(folder)) {
    if (!file.startsWith(name) || file === live || file === `${live}-wal` || file === `${live}-shm`) continue;
    const rest = file.slice(name.length);
    if (generation.test(rest) || (linked && (rest === '-wal' || rest === '-shm'))) {
      rmSync(join(folder, file), { force: true });
    }
  }
};
