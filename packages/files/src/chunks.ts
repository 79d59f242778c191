import { once } from 'node:events';
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { ImportError } from './import-error';

const INPUT_CHUNK = 64 * 1024;
const OUTPUT_CHUNK = 256 * 1024;

/** Throws when `file` is not there or is not a plain file. */
export const assertFile = (file: string): void => {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new ImportError('missing-file', `${file}: there is no such file. Check the path and the working folder.`, {
      file,
    });
  if (stat.isDirectory())
    throw new ImportError('not-a-file', `${file}: this is a folder. Name the files in it, for example ${file}/*.csv.`, {
      file,
    });
};

/** Whether the file begins as gzip does; its name does not matter. */
export const isGzip = async (file: string): Promise<boolean> => {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
};

/**
 * The bytes of a file, unpacked when it is gzip. Of a damaged archive everything before the damage is yielded, then an
 * {@link ImportError} is thrown: `pipe` would drop what is still in its buffers, so the chunks are fed one at a time.
 */
export async function* readChunks(file: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  assertFile(file);
  const packed = await isGzip(file);
  const source = createReadStream(file, { highWaterMark: packed ? INPUT_CHUNK : OUTPUT_CHUNK, signal });
  if (!packed) {
    yield* source;
    return;
  }
  const gunzip = createGunzip({ chunkSize: OUTPUT_CHUNK });
  const unpacked: Buffer[] = [];
  let failure: Error | undefined;
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
  gunzip.on('error', (error) => {
    failure = error;
  });
  const closed = once(gunzip, 'close').catch(() => undefined);
  let bytes = 0;
  try {
    for await (const chunk of source) {
      await Promise.race([new Promise<void>((resolve) => gunzip.write(chunk, () => resolve())), closed]);
      for (const part of unpacked.splice(0)) {
        bytes += part.length;
        yield part;
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      gunzip.end();
      await closed;
    }
    for (const part of unpacked.splice(0)) {
      bytes += part.length;
      yield part;
    }
  } finally {
    gunzip.destroy();
  }
  if (failure !== undefined)
    throw new ImportError(
      'damaged-archive',
      `${file}: the gzip archive is damaged or cut short after ${bytes} unpacked bytes (${failure.message}). ` +
        'What stands before was read. Fetch the file again and repeat the import: what is already recorded is not recorded twice.',
      { file },
      { cause: failure },
    );
}

/** How much of a file says what it is. */
const HEAD = 64 * 1024;

/** The beginning of a file, unpacked when it is gzip. */
export const readHead = async (file: string, signal?: AbortSignal): Promise<Buffer> => {
  const head: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of readChunks(file, signal)) {
    head.push(chunk);
    bytes += chunk.length;
    if (bytes >= HEAD) break;
  }
  return Buffer.concat(head);
};
