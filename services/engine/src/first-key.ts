import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import type { Access, AccessKey } from '@rapport/access';
import { ServeError } from './serve-error';

/**
 * Keeps the first key in a file of its owner alone, whatever the mask of the process: on a terminal it is shown, but
 * what a service says on standard error ends up in a journal that others read.
 *
 * @throws ServeError where it cannot be written; no key is made then
 */
export const keepFirstKey = (path: string, secret: string): void => {
  const writing = `${path}.writing`;
  try {
    rmSync(writing, { force: true });
    const file = openSync(writing, 'wx', 0o600);
    writeSync(file, `${secret}\n`);
    fsyncSync(file);
    closeSync(file);
    renameSync(writing, path);
  } catch (error) {
    throw new ServeError(`The first key cannot be kept in ${path}: ${(error as Error).message}. No key was made.`);
  }
};

/** The keys of a serving engine, for the person who starts it. */
export interface KeyReport {
  /** Neither revoked nor expired. */
  readonly valid: number;
  /** Those of role admin among them. */
  readonly admins: number;
  /** What is to be done about them, as sentences; empty where all is as it should be. */
  readonly advice: readonly string[];
}

/** @param file where the first key is kept until the operator takes it away */
export const keyReport = (
  keys: readonly AccessKey[],
  file: string,
  { madeNow, now }: { readonly madeNow: boolean; readonly now: number },
): KeyReport => {
  const valid = keys.filter(
    ({ revokedAt, expiresAt = Number.POSITIVE_INFINITY }) => revokedAt === undefined && now < expiresAt,
  );
  const admins = valid.filter(({ roles }) => roles.includes('admin')).length;
  const advice: string[] = [];
  if (admins === 0)
    advice.push(
      'No valid key has the role admin, and none was made, because there were keys before. To make one: rapport keys create NAME --role admin',
    );
  if (existsSync(file))
    advice.push(
      `The first key, of role admin, ${madeNow ? 'is' : 'still lies'} in ${file}: move it to where you keep secrets, and remove the file. Elsewhere only its hash is stored.`,
    );
  return { valid: valid.length, admins, advice };
};

/**
 * Makes the first key where there has never been a key, and reports which keys there are.
 *
 * @param keep whether a new key is kept in `file` as well
 * @throws ServeError as {@link keepFirstKey}
 */
export const ensureFirstKey = async (
  access: Access,
  file: string,
  keep: boolean,
): Promise<{ readonly secret: string | undefined; readonly report: KeyReport }> => {
  const made = await access.firstKey(keep ? (secret) => keepFirstKey(file, secret) : undefined);
  const report = keyReport(await access.keys(), file, { madeNow: made !== undefined, now: Date.now() });
  return { secret: made?.secret, report };
};
