import { statSync } from 'node:fs';
import { storeError } from './store-error';

/**
 * Whether there is a file or folder of that name. Not being allowed to look is another answer than "no":
 * a program that took it for one would start an empty store beside what is there.
 *
 * @throws StoreError `unreadable` where this user may not look
 */
export const isThere = (path: string): boolean => {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'EACCES' || code === 'EPERM' ? storeError('unreadable', path, error) : error;
  }
};
