import { resolve } from 'node:path';
import { type FileLedger, fileLedger } from './account';
import { assertFile } from './chunks';
import { type Database, literal, lock, openDatabase } from './database';
import { adviceOn, messageOf } from './duckdb-error';
import { ImportError } from './import-error';
import type { RejectedItem } from './import-item';
import { readLines, shorten } from './lines';
import { readMapping } from './read-mapping';
import type { Reading } from './reading';

type Format = 'csv' | 'json' | 'ndjson' | 'parquet';

const FORMATS: Readonly<Record<string, Format>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  parquet: 'parquet',
};

const formatOf = (file: string): Format => {
  const extension = /\.(\w+)(?:\.gz)?$/.exec(file.toLowerCase())?.[1] ?? '';
  const format = FORMATS[extension];
  if (format === undefined)
    throw new ImportError(
      'not-a-file',
      `${file}: what kind of file is this? Known by their extension are ${Object.keys(FORMATS).join(', ')}, each also with .gz.`,
      { file },
    );
  return format;
};

/** What DuckDB says, with the file in front. */
const unreadable = (file: string, error: unknown): ImportError => {
  const line = /Line:\s*(\d+)|line (\d+)/i.exec(messageOf(error));
  return new ImportError(
    'unreadable',
    `${file}: ${messageOf(error)}\nRepair the file, or read it in the mapping with read_csv, read_json or read_parquet and the options it needs.`,
    { file, line: line === null ? undefined : Number(line[1] ?? line[2]) },
    { cause: error },
  );
};

/** Reads a text file to its end once, because DuckDB takes an archive that is cut short for a shorter one. */
const assertReadable = async (file: string, signal?: AbortSignal): Promise<void> => {
  for await (const _ of readLines(file, { signal })) signal?.throwIfAborted();
};

const rejectsOf = async (database: Database, file: string, ledger: FileLedger): Promise<readonly RejectedItem[]> => {
  const refused = await database.rows(
    'SELECT line, any_value(column_name), any_value(error_message), any_value(csv_line) FROM refused GROUP BY line ORDER BY line',
  );
  await database.run('DROP TABLE refused');
  await database.run('DROP TABLE refused_scans');
  return refused.map(([line, column, message, csvLine]) => {
    const field = typeof column === 'string' ? column : '';
    const [reason] = String(message).split('\n');
    ledger.count('rejected', 1, field === '' ? reason : `${field}: a value of another type`);
    return { kind: 'rejected', at: { file, line: Number(line) }, field, reason, raw: shorten(String(csvLine)) };
  });
};

/** Makes `name` what is in the file: a table of CSV (whose bad lines are then known), a view of all others. */
const attach = async (database: Database, name: string, file: string): Promise<void> => {
  const format = formatOf(file);
  const path = literal(resolve(file));
  const statement =
    format === 'csv'
      ? `CREATE TABLE ${name} AS SELECT * FROM read_csv(${path}, store_rejects = true, rejects_limit = 0, rejects_table = 'refused', rejects_scan = 'refused_scans')`
      : format === 'parquet'
        ? `CREATE VIEW ${name} AS SELECT * FROM read_parquet(${path})`
        : `CREATE VIEW ${name} AS SELECT * FROM read_json(${path}, format = '${format === 'ndjson' ? 'newline_delimited' : 'auto'}')`;
  await database.run(statement);
};

/** All files by column name. Files that do not go together have no `input`; a mapping then joins them by number. */
const defineInput = async (database: Database, files: number): Promise<void> => {
  const selects = Array.from({ length: files }, (_, i) => `SELECT * FROM input_${i + 1}`);
  const union = database.run(`CREATE VIEW input AS ${selects.join(' UNION ALL BY NAME ')}`);
  await (files === 1 ? union : union.catch(() => undefined));
};

/** Only a single SELECT may be a mapping, so that nothing it says can change anything. */
const defineMapping = async (database: Database, sql: string, name: string): Promise<void> => {
  const refuse = (what: string, cause?: unknown) =>
    new ImportError('mapping', `${name}: ${what}`, { file: name }, { cause });
  if (sql.replace(/--.*$/gm, '').replace(/[\s;]/g, '') === '') throw refuse('the mapping is empty. Write one SELECT.');
  try {
    const statements = await database.connection.extractStatements(sql);
    if (statements.count !== 1) throw refuse(`expected one SELECT, found ${statements.count} statements.`);
    const { StatementType } = await import('@duckdb/node-api');
    const statement = await statements.prepare(0);
    const type = statement.statementType;
    statement.destroySync();
    if (type !== StatementType.SELECT)
      throw refuse(`expected a SELECT, found another statement (${StatementType[type]}).`);
    await database.run(`CREATE TEMP VIEW mapping AS ${sql}`);
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw refuse(
      `${messageOf(error)}\nA mapping is one SELECT from input (the file) and may read only the files named on the command line.`,
      error,
    );
  }
};

/**
 * A mapping of the user's own: a SELECT from `input`, which is the file, or all of them by column name; each is also
 * there by itself as `input_1`, `input_2`, in the order given.
 */
export const readSql = (files: readonly string[], sql: string, name: string): Reading =>
  async function* ({ context, signal, begun }) {
    for (const file of files) {
      assertFile(file);
      if (formatOf(file) !== 'parquet') await assertReadable(file, signal);
    }
    const database = await openDatabase(signal);
    try {
      // Which row came from which file is lost in a SELECT, so the files have one account together.
      const all = files.join(', ');
      const ledger = fileLedger(all, 'row');
      const rejected: RejectedItem[] = [];
      let rows = 0;
      for (const [i, file] of files.entries()) {
        const table = `input_${i + 1}`;
        try {
          await attach(database, table, file);
          if (formatOf(file) === 'csv') {
            const refused = await rejectsOf(database, file, ledger);
            rejected.push(...refused);
            rows += refused.length;
          }
          const [[count]] = await database.rows(`SELECT count(*)::DOUBLE FROM ${table}`);
          rows += Number(count);
        } catch (error) {
          signal?.throwIfAborted();
          throw unreadable(file, error);
        }
      }
      ledger.expect(rows);
      begun(ledger);
      yield rejected;
      await defineInput(database, files.length);
      await lock(
        database,
        files.flatMap((file) => [file, resolve(file)]),
      );
      await defineMapping(database, sql, name);
      try {
        yield* readMapping(database, name, [{ table: all, file: all, ledger }], context);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ImportError) throw error;
        throw new ImportError(
          'mapping',
          `${name}: ${messageOf(error)}\n${adviceOn(error, 'Use TRY_CAST where a value may be of another kind, so that one row is rejected and not all.')}`,
          { file: name },
          { cause: error },
        );
      }
    } finally {
      await database.close();
    }
  };
