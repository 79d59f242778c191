import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileLedger } from './account';
import { type CsvLayout, csvLayout } from './csv-header';
import { csvRecords } from './csv-records';
import { type Database, literal, quoted } from './database';
import { ImportError } from './import-error';
import type { RejectedItem } from './import-item';
import { readLines, shorten } from './lines';

/** A CSV record must fit DuckDB's line buffer. */
const MAX_RECORD_BYTES = 1024 * 1024;
/** Beyond this the file is not what its preset says, and the list of rejects would not fit into memory. */
const MAX_UNREADABLE = 100_000;
/** Delimiter of files that have none of their own: no text holds it. */
const UNIT_SEPARATOR = '\x1f';

export interface TableSource {
  readonly table: string;
  /** Path of the file. */
  readonly file: string;
  /** What items call the file. */
  readonly name: string;
  /** Columns that must be there; absent for a file without header, whose lines become the column `text`. */
  readonly columns?: readonly string[];
}

/**
 * Loads a text file into a table of DuckDB: every column as text, beside `line` (where the record begins) and `span`
 * (how many lines it takes). The file is copied on the way with the line number in front, because only so a row, or a
 * row that DuckDB refuses, can be traced to its line when quoted values hold line breaks and lines are left out.
 *
 * @returns what could not be read, in the order of the file.
 */
export const loadTable = async (
  database: Database,
  { table, file, name, columns }: TableSource,
  ledger: FileLedger,
  signal?: AbortSignal,
): Promise<readonly RejectedItem[]> => {
  const rejected: RejectedItem[] = [];
  const reject = (line: number, span: number, field: string, reason: string, raw: string) => {
    ledger.count('rejected', span, reason);
    if (rejected.length >= MAX_UNREADABLE)
      throw new ImportError(
        'unreadable',
        `${file}, line ${line}: more than ${MAX_UNREADABLE} lines cannot be read, the last because of ${reason}. Is it the right file for this preset?`,
        { file, line },
      );
    rejected.push({ kind: 'rejected', at: { file: name, line }, field, reason, raw: shorten(raw) });
  };

  let layout: CsvLayout | undefined =
    columns === undefined ? { delimiter: UNIT_SEPARATOR, columns: ['text'] } : undefined;
  let length = 0;
  const copyName = join(database.folder, `${table}.csv`);
  const copy = await open(copyName, 'w');
  try {
    const lines = readLines(file, { maxBytes: MAX_RECORD_BYTES, signal });
    for await (const records of columns === undefined ? plainRecords(lines) : csvRecords(lines)) {
      let text = '';
      for (const record of records) {
        length = Math.max(length, record.line + record.span - 1);
        if (record.fault !== undefined && layout !== undefined)
          reject(record.line, record.span, '', record.fault, record.text);
        else if (record.text.trim() === '' && record.fault === undefined) ledger.count('blank', record.span);
        else if (layout === undefined) {
          layout = csvLayout(file, record.text, columns ?? []);
          ledger.count('header', record.span);
        } else text += `${record.line}${layout.delimiter}${record.span}${layout.delimiter}${record.text}\n`;
      }
      await copy.write(text);
      signal?.throwIfAborted();
    }
  } finally {
    await copy.close();
  }
  ledger.expect(length);
  if (layout === undefined) throw new ImportError('empty-file', `${file}: the file holds blank lines only.`, { file });

  const names = layout.columns.map((column, i) =>
    columns === undefined || columns.includes(column) ? column : `column ${i + 1}`,
  );
  const types = ['line', 'span'].map((column) => `${literal(column)}: 'BIGINT'`);
  const texts = names.map((column) => `${literal(column)}: 'VARCHAR'`);
  await database.run(
    `CREATE TABLE ${quoted(table)} AS SELECT * FROM read_csv(${literal(copyName)}, auto_detect = false, header = false,
       delim = ${literal(layout.delimiter)}, quote = ${columns === undefined ? "''" : `'"'`},
       escape = ${columns === undefined ? "''" : `'"'`}, new_line = '\\n', strict_mode = true,
       columns = {${[...types, ...texts].join(', ')}},
       store_rejects = true, rejects_limit = 0, rejects_table = 'refused', rejects_scan = 'refused_scans')`,
  );
  const refused = await database.rows(
    'SELECT DISTINCT ON (csv_line) csv_line, column_name, error_message FROM refused',
  );
  const start = new RegExp(`^"?(\\d+)"?${layout.delimiter}"?(\\d+)"?${layout.delimiter}`);
  const faults = refused.map(([csvLine, column, message]) => {
    const raw = String(csvLine);
    const [prefix, line, span] = start.exec(raw) ?? ['', '0', '1'];
    return {
      line: Number(line),
      span: Number(span),
      column: typeof column === 'string' ? column : '',
      reason: reasonOf(String(message)),
      raw: raw.slice(prefix.length),
    };
  });
  for (const { line, span, column, reason, raw } of faults.sort((a, b) => a.line - b.line))
    reject(line, span, column, reason, raw);
  await database.run('DROP TABLE refused');
  await database.run('DROP TABLE refused_scans');
  return rejected.sort((a, b) => a.at.line - b.at.line);
};

/** DuckDB counts the two columns put in front; the reader of the report did not write them. */
const reasonOf = (message: string): string => {
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  return counts === null
    ? message.split('\n')[0]
    : `expected ${Number(counts[1]) - 2} columns, found ${Number(counts[2]) - 2}`;
};

async function* plainRecords(batches: ReturnType<typeof readLines>) {
  for await (const lines of batches) yield lines.map((line) => ({ ...line, span: 1 }));
}
