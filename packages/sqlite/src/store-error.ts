import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { revive, StorageError, type StorageProblem } from '@rapport/runtime';

/** Why a file cannot be used; closed, so that a caller can decide on each. */
export type StoreErrorKind =
  | 'missing'
  | 'not-a-store'
  | 'newer-version'
  | 'needs-migration'
  | 'damaged'
  | 'locked'
  | 'full'
  | 'unreadable'
  | 'unwritable';

const PROBLEMS: Readonly<Record<StoreErrorKind, StorageProblem>> = {
  missing: 'unavailable',
  'not-a-store': 'damaged',
  'newer-version': 'unavailable',
  'needs-migration': 'unavailable',
  damaged: 'damaged',
  locked: 'in-use',
  full: 'full',
  unreadable: 'unavailable',
  unwritable: 'unavailable',
};

/** What the disk, the file or another process did to a store in a file. The message says what, where, and what to do. */
export class StoreError extends StorageError {
  override readonly name = 'StoreError';

  constructor(
    readonly kind: StoreErrorKind,
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(PROBLEMS[kind], message, options);
  }
}

revive(
  'StoreError',
  ({ details, message }) => new StoreError(details.kind as StoreErrorKind, details.path ?? '', message),
);

const MESSAGES: Readonly<Record<Exclude<StoreErrorKind, 'newer-version' | 'needs-migration'>, (p: string) => string>> =
  {
    missing: (path) => `There is no store at ${path}. Check the path, or create the store by writing to it first.`,
    'not-a-store': (path) =>
      `${path} is not a Rapport store (or its beginning was overwritten). Check the path, or restore the file from a backup.`,
    damaged: (path) =>
      `The store ${path} is damaged. Stop writing to it, keep a copy with its -wal file, and restore it from a backup; what can be rebuilt may also be deleted and rebuilt.`,
    locked: (path) => `The store ${path} is in use by another process. Stop that process, or wait until it is done.`,
    full: (path) =>
      `The disk of ${path} is full (or a quota or a limit on the size of files is reached, or it fails). Nothing of this operation was stored; make room and do it again, earlier data is intact.`,
    unreadable: (path) =>
      `${path} may not be read by this user. Run as the user it belongs to, or have that user let this one in.`,
    unwritable: (path) =>
      `The store ${path} cannot be opened or written here. Check that file and folder belong to this user, are not read-only, and that the disk is sound.`,
  };

/** SQLite says of a file only that it cannot be opened; why, the file system knows. */
const whyUnopened = (path: string): 'missing' | 'unreadable' | 'unwritable' => {
  const denied = (mode: number, which: string): boolean | undefined => {
    try {
      accessSync(which, mode);
      return false;
    } catch (error) {
      return isDenied(error) ? true : undefined;
    }
  };
  const unreadable = denied(constants.R_OK, path);
  if (unreadable !== undefined) return unreadable ? 'unreadable' : 'unwritable';
  return denied(constants.W_OK, dirname(path)) === true ? 'unwritable' : 'missing';
};

const isDenied = (error: unknown): boolean => {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
};

const kindOf = (code: string, path: string): keyof typeof MESSAGES | undefined => {
  if (code === 'SQLITE_NOTADB') return 'not-a-store';
  if (code.startsWith('SQLITE_CORRUPT')) return 'damaged';
  // The shared-memory file of the write-ahead log could not grow: the disk is full, whatever SQLite calls it.
  if (code === 'SQLITE_FULL' || code === 'SQLITE_IOERR_SHMSIZE') return 'full';
  // A refusal by a quota or a limit on the size of files is not SQLITE_FULL: SQLite knows only disks without room.
  if (code === 'SQLITE_IOERR_WRITE' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'full';
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'locked';
  if (/^SQLITE_IOERR_(READ|SHORT_READ|DATA|CORRUPTFS)$/.test(code)) return 'damaged';
  if (/^SQLITE_(READONLY|IOERR|PERM)/.test(code)) return 'unwritable';
  if (code.startsWith('SQLITE_CANTOPEN')) return whyUnopened(path);
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'EISDIR' || code === 'EEXIST') {
    return 'unwritable';
  }
  return undefined;
};

/** A {@link StoreError} of a kind that needs no more than the path to be explained. */
export const storeError = (kind: keyof typeof MESSAGES, path: string, cause?: unknown): StoreError =>
  new StoreError(kind, path, MESSAGES[kind](path), cause === undefined ? undefined : { cause });

/**
 * The StoreError behind an error of SQLite or of the file system; any other error (a defect) as it is.
 *
 * @example try { insert.run(row) } catch (error) { throw asStoreError(error, path) }
 */
export const asStoreError = (error: unknown, path: string): unknown => {
  // Not `instanceof Error`: under jest the driver's errors may come from the globals of another test file.
  if (error instanceof StoreError || typeof error !== 'object' || error === null) return error;
  const code: unknown = (error as { code?: unknown }).code;
  const kind = typeof code === 'string' ? kindOf(code, path) : undefined;
  return kind === undefined ? error : storeError(kind, path, error);
};

/** Runs what touches the disk, throwing StoreErrors for what the disk does. */
export const atStore = <T>(path: string, operation: () => T): T => {
  try {
    return operation();
  } catch (error) {
    throw asStoreError(error, path);
  }
};
