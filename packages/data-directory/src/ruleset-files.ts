import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRuleset, formatProblem, type Ruleset, rulesetHash } from '@rapport/domain';
import { isThere } from '@rapport/sqlite';
import { isLeft } from 'fp-ts/Either';
import type { DataDirectory } from './data-directory';
import { DataDirectoryError } from './data-directory-error';

const FILE = /^([0-9a-f]{64})\.json$/;

/** Hashes of the rulesets a data directory keeps. */
export const storedHashes = ({ rulesets }: DataDirectory): readonly string[] =>
  isThere(rulesets)
    ? readdirSync(rulesets).flatMap((name) => {
        const match = FILE.exec(name);
        return match === null ? [] : [match[1]];
      })
    : [];

/**
 * A ruleset by its hash.
 *
 * @throws DataDirectoryError when it is not there or not what it was
 */
export const readStored = ({ rulesets }: DataDirectory, hash: string): Ruleset => {
  const file = join(rulesets, `${hash}.json`);
  const restore = 'Restore the file from a backup.';
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new DataDirectoryError(`${file}: the ruleset cannot be read: ${(error as Error).message}. ${restore}`);
  }
  const decoded = decodeRuleset(document);
  if (isLeft(decoded))
    throw new DataDirectoryError(`${file}: ${decoded.left.map(formatProblem).join('; ')}. ${restore}`);
  if (rulesetHash(decoded.right) !== hash)
    throw new DataDirectoryError(
      `${file}: the ruleset was altered: its content does not have the hash of its name. ${restore}`,
    );
  return decoded.right;
};

const noteOf = ({ rulesets }: DataDirectory): string => join(rulesets, 'in-force');

/** The ruleset last noted to be in force: what counts while no read model says which folded it. */
export const notedInForce = (files: DataDirectory): string | undefined => {
  const note = noteOf(files);
  const hash = isThere(note) ? readFileSync(note, 'utf8').trim() : '';
  return FILE.test(`${hash}.json`) ? hash : undefined;
};

/** Notes which of the kept rulesets is in force. */
export const noteInForce = (files: DataDirectory, hash: string): void => {
  if (notedInForce(files) === hash) return;
  writeFileSync(`${noteOf(files)}.unfinished`, `${hash}\n`, { mode: 0o600 });
  renameSync(`${noteOf(files)}.unfinished`, noteOf(files));
};

/** Keeps a ruleset under its hash; a file appears whole or not at all. */
export const keepRuleset = ({ rulesets }: DataDirectory, ruleset: Ruleset): void => {
  const file = join(rulesets, `${rulesetHash(ruleset)}.json`);
  if (isThere(file)) return;
  mkdirSync(rulesets, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.unfinished`, `${JSON.stringify(ruleset, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.unfinished`, file);
};
