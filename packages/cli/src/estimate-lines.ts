import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';

const SAMPLE = 256 * 1024;
const NEWLINE = 10;

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Up to `length` bytes of a file, from a place. */
const read = (file: number, from: number, length: number): Buffer => {
  const buffer = Buffer.alloc(length);
  return buffer.subarray(0, readSync(file, buffer, 0, length, from));
};

const newlines = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
};

/**
 * About how many lines a text file has, plain or gzip, from its beginning and its length: for a progress bar. Undefined
 * where that cannot be said.
 */
export const estimateLines = (path: string): number | undefined => {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const start = read(file, 0, Math.min(SAMPLE, size));
    const packed = isGzip(start);
    const sample = packed ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }) : start;
    // The last four bytes of gzip are the length before packing, as long as that is below 4 GiB.
    const length = packed ? read(file, size - 4, 4).readUInt32LE() : size;
    const lines = newlines(sample);
    return lines === 0 || length < sample.length ? undefined : Math.round((lines / sample.length) * length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
};
