import { asStoreError, storeError } from '@rapport/sqlite';

/** A projection's file holds what no projection wrote. Comes out of guarded calls as StoreError `damaged`. */
export class DamagedContent extends Error {
  override readonly name = 'DamagedContent';
}

/** Said by SQLite of a file whose tables or JSON are not what was written there. */
const NOT_AS_WRITTEN = /^(no such (table|column|index)|duplicate column name|malformed JSON)|already exists$/;

/** As a StoreError whatever the file or the disk did; what else went wrong (a defect, wrong use) as it is. */
const asProblemOf = (error: unknown, path: string): unknown => {
  const known = asStoreError(error, path);
  if (known !== error || typeof error !== 'object' || error === null) return known;
  const { name, message } = error as Error;
  return error instanceof DamagedContent ||
    name === 'SyntaxError' ||
    (name === 'SqliteError' && NOT_AS_WRITTEN.test(message))
    ? storeError('damaged', path, error)
    : error;
};

/** Runs what reads or writes a projection's file, throwing StoreErrors for what the file or the disk does. */
export const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    throw asProblemOf(error, path);
  }
};

/** The same calls, each of them guarded: nothing that reaches the file is left out. */
export const guardedCalls = <Calls extends object>(path: string, calls: Calls): Calls =>
  Object.fromEntries(
    Object.entries(calls as Record<string, (...given: unknown[]) => Promise<unknown>>).map(([name, call]) => [
      name,
      async (...given: unknown[]) => {
        try {
          return await call(...given);
        } catch (error) {
          throw asProblemOf(error, path);
        }
      },
    ]),
  ) as Calls;
