import { createWriteStream } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { looksLike } from '@rapport/files';
import type { Cli } from './cli';
import { CommandError } from './exit';

/** The name of standard input among the names of files. */
const STANDARD_INPUT = '-';
const NAME = 'standard input';

/** Files to be read, and how they are called to people. */
export interface NamedFiles {
  readonly files: readonly string[];
  /** A text with what people call the files in the place of where they lie. */
  readonly named: (text: string) => string;
  readonly remove: () => Promise<void>;
}

/**
 * The files of a command line. Standard input is kept in a temporary file, its owner's alone, because what a file is
 * and what its columns are is seen from all of it.
 *
 * @throws CommandError when nothing is piped in
 */
export const filesGiven = async (
  cli: Cli,
  given: readonly string[],
  input: NodeJS.ReadStream = process.stdin,
): Promise<NamedFiles> => {
  if (!given.includes(STANDARD_INPUT)) return { files: given, named: (text) => text, remove: () => Promise.resolve() };
  if (given.indexOf(STANDARD_INPUT) !== given.lastIndexOf(STANDARD_INPUT))
    throw new CommandError('- stands for standard input, which can be read once. Name it once.');
  if (input.isTTY === true)
    throw new CommandError(
      '-: nothing is piped in. For example: zcat orders.csv.gz | rapport import - --sql orders.sql',
    );
  const folder = await mkdtemp(join(tmpdir(), 'rapport-input-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const spooled = join(folder, 'input');
    await pipeline(input, createWriteStream(spooled, { mode: 0o600 }), { signal: cli.signal });
    const looks = await looksLike(spooled, cli.signal).catch(() => undefined);
    const file = `${spooled}.${looks?.format ?? 'csv'}`;
    await rename(spooled, file);
    return {
      files: given.map((name) => (name === STANDARD_INPUT ? file : name)),
      named: (text) => text.replaceAll(file, NAME),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
};
