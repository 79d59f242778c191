import type { DuckDBAppender } from '@duckdb/node-api';
import { type Database, quoted } from './database';
import { ImportError } from './import-error';

/** A table of DuckDB that the records of a file are put into as they are read: `line`, `span`, and text in c0, c1, ... */
export interface StagedTable {
  readonly name: string;
  /** Makes room for more columns; the rows before have nothing in them. */
  readonly widen: (columns: number) => Promise<void>;
  /** Takes a row in; what is missing or empty is null. */
  readonly add: (line: number, span: number, values: readonly (string | null | undefined)[]) => void;
  /** Hands over what was taken in. */
  readonly finish: () => void;
  readonly rows: () => number;
}

/** Values of a CSV file, in which what is empty is nothing. */
export const emptyAsNull = (values: readonly string[]): (string | null)[] =>
  values.map((value) => (value === '' ? null : value));

/** Rows in a chunk of DuckDB. */
const CHUNK = 2_048;
/** A file with more columns is not a table. */
const MAX_COLUMNS = 2_000;

/** @param file what the file is called, in messages */
export const stageTable = async (database: Database, name: string, file: string): Promise<StagedTable> => {
  const { BIGINT, DuckDBDataChunk, VARCHAR } = await import('@duckdb/node-api');
  await database.run(`CREATE TABLE ${quoted(name)} (line BIGINT, span BIGINT)`);
  let appender: DuckDBAppender | undefined = await database.connection.createAppender(name);
  let width = 0;
  let lines: bigint[] = [];
  let spans: bigint[] = [];
  let columns: (string | null)[][] = [];
  let rows = 0;

  const flush = (): void => {
    if (lines.length === 0) return;
    const chunk = DuckDBDataChunk.create([BIGINT, BIGINT, ...columns.map(() => VARCHAR)], lines.length);
    chunk.setColumns([lines, spans, ...columns]);
    appender?.appendDataChunk(chunk);
    lines = [];
    spans = [];
    columns = columns.map(() => []);
  };

  const finish = (): void => {
    flush();
    appender?.closeSync();
    appender = undefined;
  };

  return {
    name,
    widen: async (to) => {
      if (to <= width) return;
      if (to > MAX_COLUMNS)
        throw new ImportError(
          'unreadable',
          `${file}: more than ${MAX_COLUMNS} columns. Read it in the mapping with read_csv or read_json.`,
          { file },
        );
      finish();
      for (let i = width; i < to; i++) await database.run(`ALTER TABLE ${quoted(name)} ADD COLUMN c${i} VARCHAR`);
      width = to;
      columns = Array.from({ length: width }, () => []);
      appender = await database.connection.createAppender(name);
    },
    add: (line, span, values) => {
      lines.push(BigInt(line));
      spans.push(BigInt(span));
      for (let i = 0; i < width; i++) columns[i]!.push(values[i] ?? null);
      rows++;
      if (lines.length === CHUNK) flush();
    },
    finish,
    rows: () => rows,
  };
};
