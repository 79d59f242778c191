import type { FileLedger } from './account';
import { assertColumns, delimiterOf } from './csv-header';
import { csvRecords } from './csv-records';
import { type Database, quoted } from './database';
import { ImportError } from './import-error';
import type { RejectedItem } from './import-item';
import { readLines, shorten } from './lines';
import { stageTable } from './staged-table';

/** Longest line of a CSV file that is read, in bytes. */
const MAX_RECORD_BYTES = 1024 * 1024;

export interface TableSource {
  readonly table: string;
  /** Path of the file. */
  readonly file: string;
  /** What items call the file. */
  readonly name: string;
  /** Columns that must be there; absent for a file without header, whose lines become the column `text`. */
  readonly columns?: readonly string[];
}

type Records = ReturnType<typeof csvRecords>;

/** A file without header: a line is a record of one value. A first line without any digit is a header after all. */
async function* plainRecords(batches: ReturnType<typeof readLines>): Records {
  for await (const lines of batches)
    yield lines.map(({ line, text, fault }) => ({
      line,
      span: 1,
      values: fault === undefined && text.trim() !== '' ? [text] : [],
      text,
      fault,
    }));
}

/**
 * Loads a text file into a table of DuckDB for a preset: every column as text, beside `line` (where the record begins)
 * and `span` (how many lines it takes). Yields what is no record, in the order of the file.
 */
export async function* loadTable(
  database: Database,
  { table, file, name, columns }: TableSource,
  ledger: FileLedger,
  signal?: AbortSignal,
): AsyncGenerator<readonly RejectedItem[]> {
  const staged = await stageTable(database, `staged_${table}`, file);
  let names: readonly string[] | undefined = columns === undefined ? ['text'] : undefined;
  if (names !== undefined) await staged.widen(1);
  let length = 0;
  let isFirst = true;
  const lines = readLines(file, { maxBytes: MAX_RECORD_BYTES, anyEnd: columns !== undefined, signal });
  for await (const records of columns === undefined ? plainRecords(lines) : csvRecords(lines, delimiterOf)) {
    const rejected: RejectedItem[] = [];
    for (const { line, span, values, text = '', fault } of records) {
      length = Math.max(length, line + span - 1);
      if (values.length === 0 && fault === undefined) ledger.count('blank', span);
      else if (names === undefined) {
        if (fault !== undefined)
          throw new ImportError(
            'wrong-columns',
            `${file}, line ${line}: the header cannot be read (${fault}). Repair it.`,
            { file, line },
          );
        names = values.map((value) => value.trim());
        assertColumns(file, line, names, columns ?? []);
        await staged.widen(names.length);
        ledger.count('header', span);
      } else if (fault !== undefined) {
        ledger.count('rejected', span, fault);
        rejected.push({ kind: 'rejected', at: { file: name, line }, field: '', reason: fault, raw: shorten(text) });
      } else if (columns === undefined && isFirst && !/\d/.test(values[0])) ledger.count('header', span);
      else
        staged.add(
          line,
          span,
          values.map((value) => (value === '' ? null : value)),
        );
      if (values.length > 0) isFirst = false;
    }
    signal?.throwIfAborted();
    yield rejected;
  }
  staged.finish();
  ledger.expect(length);
  if (names === undefined) throw new ImportError('empty-file', `${file}: the file holds blank lines only.`, { file });
  const select = names.flatMap((column, i) =>
    columns === undefined || columns.includes(column) ? [`c${i} AS ${quoted(column)}`] : [],
  );
  await database.run(`CREATE VIEW ${quoted(table)} AS SELECT line, span, ${select.join(', ')} FROM ${staged.name}`);
}
