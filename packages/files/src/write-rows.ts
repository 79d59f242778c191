import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Column, jsonLine, type Row } from './column';
import { openDatabase } from './database';
import { writeTable } from './write-table';

export type ExportFormat = 'ndjson' | 'csv' | 'parquet';

export interface Written {
  readonly rows: number;
  readonly bytes: number;
}

async function* abortable(rows: AsyncIterable<readonly Row[]>, signal?: AbortSignal) {
  for await (const batch of rows) {
    signal?.throwIfAborted();
    yield batch;
  }
}

const writeJson = async (
  rows: AsyncIterable<readonly Row[]>,
  columns: readonly Column[],
  target: Writable,
  signal: AbortSignal | undefined,
  end: boolean,
): Promise<Written> => {
  let count = 0;
  let bytes = 0;
  async function* lines() {
    for await (const batch of rows) {
      let text = '';
      for (const row of batch) text += jsonLine(columns, row, ++count);
      const chunk = Buffer.from(text);
      bytes += chunk.length;
      if (chunk.length > 0) yield chunk;
    }
  }
  await pipeline(Readable.from(lines(), { objectMode: false }), target, { signal, end });
  return { rows: count, bytes };
};

const writeFile = async (
  rows: AsyncIterable<readonly Row[]>,
  columns: readonly Column[],
  file: string,
  format: ExportFormat,
  signal?: AbortSignal,
): Promise<Written> => {
  if (format === 'ndjson') return writeJson(rows, columns, createWriteStream(file), signal, true);
  const database = await openDatabase(signal);
  try {
    const count = await writeTable(database, rows, columns, file, format);
    return { rows: count, bytes: (await stat(file)).size };
  } finally {
    await database.close();
  }
};

/** For its owner alone before the first byte: what is exported is personal. */
const makeOwned = async (file: string): Promise<void> => {
  await rm(file, { force: true });
  await (await open(file, 'wx', 0o600)).close();
};

/**
 * Writes rows to a file, or to a stream such as standard output (which is left open). A file appears whole or not at
 * all, for its owner alone (mode 0600): it is written beside its place and renamed; an older file of that name stays
 * until then.
 *
 * Instants become RFC 3339 in UTC, in Parquet a UTC timestamp. CSV follows RFC 4180 with a header and holds values as
 * they are: a text that begins with `=`, `+`, `-` or `@` may run as a formula in a spreadsheet, so open exports of
 * text that strangers wrote as text columns.
 *
 * @throws ExportError for a value that does not fit its column; the signal's reason when aborted.
 *
 * @example
 * await writeRows(rows, [{ name: 'customer', type: 'text' }, { name: 'since', type: 'instant' }], 'stages.parquet', 'parquet')
 * // { rows: 1200, bytes: 20480 }
 */
export const writeRows = async (
  source: AsyncIterable<readonly Row[]>,
  columns: readonly Column[],
  target: string | Writable,
  format: ExportFormat,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<Written> => {
  const rows = abortable(source, signal);
  if (typeof target !== 'string') {
    if (format === 'ndjson') return writeJson(rows, columns, target, signal, false);
    return writeByFile(rows, columns, target, format, signal);
  }
  const partial = join(dirname(target), `.${basename(target)}.${process.pid}.partial`);
  try {
    await makeOwned(partial);
    const written = await writeFile(rows, columns, partial, format, signal);
    signal?.throwIfAborted();
    await rename(partial, target);
    return written;
  } catch (error) {
    await rm(partial, { force: true });
    throw signal?.aborted === true ? signal.reason : error;
  }
};

/** DuckDB writes to files only; a stream gets the file's bytes afterwards. */
const writeByFile = async (
  rows: AsyncIterable<readonly Row[]>,
  columns: readonly Column[],
  target: Writable,
  format: 'csv' | 'parquet',
  signal?: AbortSignal,
): Promise<Written> => {
  const database = await openDatabase(signal);
  try {
    const file = join(database.folder, `export.${format}`);
    const count = await writeTable(database, rows, columns, file, format);
    await pipeline(createReadStream(file), target, { signal, end: false });
    return { rows: count, bytes: (await stat(file)).size };
  } finally {
    await database.close();
  }
};
