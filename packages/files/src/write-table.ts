import type { DuckDBAppender } from '@duckdb/node-api';
import { type Column, type Row, valueIn } from './column';
import { type Database, literal, quoted } from './database';

const SQL_TYPES: Readonly<Record<Column['type'], string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  double: 'DOUBLE',
  instant: 'BIGINT',
  json: 'JSON',
};

const FLUSH_ROWS = 50_000;

const append = (appender: DuckDBAppender, column: Column, value: ReturnType<typeof valueIn>): void => {
  if (value === null) appender.appendNull();
  else if (column.type === 'json') appender.appendVarchar(JSON.stringify(value));
  else if (typeof value === 'bigint') appender.appendBigInt(value);
  else if (typeof value === 'number')
    column.type === 'double' ? appender.appendDouble(value) : appender.appendBigInt(BigInt(value));
  else appender.appendVarchar(String(value));
};

const written = ({ name, type }: Column, format: 'csv' | 'parquet'): string => {
  if (type !== 'instant') return quoted(name);
  return format === 'parquet'
    ? `make_timestamptz(${quoted(name)} * 1000) AS ${quoted(name)}`
    : `strftime(make_timestamp(${quoted(name)} * 1000), '%Y-%m-%dT%H:%M:%S.%gZ') AS ${quoted(name)}`;
};

/** Writes rows as CSV or Parquet by way of a table on disk, in bounded memory. Returns how many. */
export const writeTable = async (
  database: Database,
  rows: AsyncIterable<readonly Row[]>,
  columns: readonly Column[],
  file: string,
  format: 'csv' | 'parquet',
): Promise<number> => {
  const definition = columns.map(({ name, type }) => `${quoted(name)} ${SQL_TYPES[type]}`);
  await database.run(`CREATE TABLE export (${definition.join(', ')})`);
  const appender = await database.connection.createAppender('export');
  let count = 0;
  try {
    for await (const batch of rows)
      for (const row of batch) {
        count++;
        for (const column of columns) append(appender, column, valueIn(row, column, count));
        appender.endRow();
        if (count % FLUSH_ROWS === 0) appender.flushSync();
      }
  } finally {
    appender.closeSync();
  }
  const options = format === 'csv' ? 'FORMAT csv, HEADER true' : 'FORMAT parquet, COMPRESSION zstd';
  // Into the file that is there, which has its mode, not into another that takes its place.
  await database.run(
    `COPY (SELECT ${columns.map((column) => written(column, format)).join(', ')} FROM export ORDER BY rowid) TO ${literal(file)} (${options}, USE_TMP_FILE false)`,
  );
  return count;
};
