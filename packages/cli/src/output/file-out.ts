import { once } from 'node:events';
import { accessSync, closeSync, constants, createWriteStream, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError } from '../exit';

/** A text file being written, for its owner alone; it has its name only once it is complete. */
export interface FileOut {
  readonly write: (text: string) => Promise<void>;
  /** Ends the file and gives it its name. */
  readonly finish: () => Promise<void>;
  /** Leaves nothing behind. */
  readonly discard: () => Promise<void>;
}

const refuse = (file: string, error: NodeJS.ErrnoException): CommandError =>
  new CommandError(
    `${file}: cannot be written (${error.code === 'ENOENT' ? 'its folder does not exist' : error.message}). Name a file in a folder you may write to.`,
  );

/**
 * Looks, before long work begins, whether a file can be written at its end.
 *
 * @throws CommandError when not
 */
export const checkWritable = (file: string): void => {
  try {
    accessSync(dirname(resolve(file)), constants.W_OK);
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error('it is a directory');
  } catch (error) {
    throw refuse(file, error as NodeJS.ErrnoException);
  }
};

/** A file left by a run that was killed has a mode of its own. @throws CommandError when it cannot be made */
const makeOwned = (file: string): void => {
  try {
    rmSync(file, { force: true });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    throw refuse(file, error as NodeJS.ErrnoException);
  }
};

/** @throws CommandError when the file cannot be written */
export const fileOut = async (file: string): Promise<FileOut> => {
  checkWritable(file);
  const unfinished = `${file}.unfinished`;
  makeOwned(unfinished);
  const stream = createWriteStream(unfinished);
  let failed: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failed = error;
  });
  try {
    await once(stream, 'open');
  } catch (error) {
    throw refuse(file, error as NodeJS.ErrnoException);
  }
  const check = (): void => {
    if (failed !== undefined) throw refuse(file, failed);
  };
  const close = async (): Promise<void> => {
    stream.end();
    if (!stream.closed) await once(stream, 'close');
  };
  return {
    write: async (text) => {
      check();
      await new Promise<unknown>((resolve) => stream.write(text, resolve));
      check();
    },
    finish: async () => {
      await close();
      check();
      renameSync(unfinished, file);
    },
    discard: async () => {
      await close();
      rmSync(unfinished, { force: true });
    },
  };
};
