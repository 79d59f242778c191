/**
 * Rulesets as files, for people and as a copy: `<hash>.json` of each that was in force, and `in-force`. They follow from
 * the publications in the log, and are made again from it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRuleset, formatProblem, RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { type Publication, rulesetOf } from '@rapport/engine';
import { isThere } from '@rapport/sqlite';
import { isLeft } from 'fp-ts/Either';
import type { DataDirectory } from './data-directory';
import { DataDirectoryError } from './data-directory-error';
import type { Host } from './host';

const FILE = /^([0-9a-f]{64})\.json$/;

/** Hashes of the rulesets a data directory keeps. */
export const storedHashes = ({ rulesets }: DataDirectory): readonly string[] =>
  isThere(rulesets)
    ? readdirSync(rulesets).flatMap((name) => {
        const hash = FILE.exec(name)?.[1];
        return hash === undefined ? [] : [hash];
      })
    : [];

const fileOf = ({ rulesets }: DataDirectory, hash: string): string => join(rulesets, `${hash}.json`);

/** The ruleset of a file, or what is wrong with the file, in words. */
const readRuleset = (file: string, hash: string): Ruleset | string => {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return `${file} is missing`;
    return `${file}: the ruleset cannot be read: ${(error as Error).message}`;
  }
  const decoded = decodeRuleset(document);
  if (isLeft(decoded)) return `${file}: ${decoded.left.map(formatProblem).join('; ')}`;
  if (rulesetHash(decoded.right) !== hash)
    return `${file}: the ruleset was altered: its content does not have the hash of its name`;
  return decoded.right;
};

/**
 * A ruleset by its hash, as it is kept. Of `retail`, the program has a copy.
 *
 * @throws DataDirectoryError when it is not there or not what it was
 */
export const readStored = (files: DataDirectory, hash: string): Ruleset => {
  const found = readRuleset(fileOf(files, hash), hash);
  if (typeof found !== 'string') return found;
  if (hash === rulesetHash(RETAIL)) return RETAIL;
  throw new DataDirectoryError(`${found}. Restore the file from a backup.`);
};

/** What is wrong with the rulesets that are kept, each in words. */
export const rulesetFileProblems = (files: DataDirectory, publications: readonly Publication[]): readonly string[] => {
  const hashes = new Set([...storedHashes(files), ...publications.map(({ ruleset }) => ruleset.hash)]);
  return [...hashes].flatMap((hash) => {
    const found = readRuleset(fileOf(files, hash), hash);
    return typeof found === 'string' ? [found] : [];
  });
};

/** Makes what follows from the publications: kept rulesets that are missing or damaged, and the note of the one in force. */
export const repairRulesetFiles = (
  { note }: Pick<Host, 'note'>,
  files: DataDirectory,
  publications: readonly Publication[],
): void => {
  for (const publication of publications) {
    const { hash } = publication.ruleset;
    const ruleset = rulesetOf(publication);
    const found = readRuleset(fileOf(files, hash), hash);
    if (ruleset === undefined || typeof found !== 'string') continue;
    if (isThere(fileOf(files, hash))) note(`${found}. It is made again from the log.`);
    writeRuleset(files, ruleset, hash);
  }
  const last = publications.at(-1);
  if (last !== undefined) noteInForce(files, last.ruleset.hash);
};

/** A file appears whole or not at all. */
const writeRuleset = (files: DataDirectory, ruleset: Ruleset, hash: string): void => {
  const file = fileOf(files, hash);
  mkdirSync(files.rulesets, { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.unfinished`, `${JSON.stringify(ruleset, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.unfinished`, file);
};

const noteOf = ({ rulesets }: DataDirectory): string => join(rulesets, 'in-force');

/** The ruleset last noted to be in force. */
export const notedInForce = (files: DataDirectory): string | undefined => {
  const note = noteOf(files);
  const hash = isThere(note) ? readFileSync(note, 'utf8').trim() : '';
  return FILE.test(`${hash}.json`) ? hash : undefined;
};

/** Notes which of the kept rulesets is in force. */
const noteInForce = (files: DataDirectory, hash: string): void => {
  if (notedInForce(files) === hash) return;
  writeFileSync(`${noteOf(files)}.unfinished`, `${hash}\n`, { mode: 0o600 });
  renameSync(`${noteOf(files)}.unfinished`, noteOf(files));
};
