import type { FileLedger } from './account';
import { assertColumns, csvLayout, delimiterOf, headerNames } from './csv-header';
import { type CsvRecord, csvRecords } from './csv-records';
import { type Database, quoted } from './database';
import { ImportError } from './import-error';
import type { InputReport, RejectedItem } from './import-item';
import { readLines, shorten } from './lines';
import { emptyAsNull, type StagedTable, stageTable } from './staged-table';

/** Longest line of a CSV file that is read, in bytes. */
const MAX_RECORD_BYTES = 1024 * 1024;

/** A file that a preset reads as a table. */
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

/** Puts records into a table one after the other; what comes of one is an item where it is rejected. */
const filler = (staged: StagedTable, { file, name, columns }: TableSource, ledger: FileLedger) => {
  let names: readonly string[] | undefined = columns === undefined ? ['text'] : undefined;
  let isFirst = true;
  let length = 0;
  let refused = 0;
  const begin = async (record: CsvRecord): Promise<void> => {
    names = headerNames(file, record);
    assertColumns(file, record.line, names, columns ?? []);
    await staged.widen(names.length);
    length = record.line + record.span - 1;
    ledger.count('header', record.span);
  };
  const reject = ({ line, span, text = '' }: CsvRecord, reason: string): RejectedItem => {
    refused++;
    ledger.count('rejected', span, reason);
    return { kind: 'rejected', at: { file: name, line }, field: '', reason, raw: shorten(text) };
  };
  return {
    /** Whether a record is to begin the table. */
    isHeader: ({ values, fault }: CsvRecord): boolean =>
      names === undefined && (values.length > 0 || fault !== undefined),
    begin,
    take: (record: CsvRecord): RejectedItem | undefined => {
      const { line, span, values, fault } = record;
      length = Math.max(length, line + span - 1);
      const mayBeHeader = columns === undefined && isFirst;
      if (values.length > 0) isFirst = false;
      if (values.length === 0 && fault === undefined) ledger.count('blank', span);
      else if (fault !== undefined) return reject(record, fault);
      else if (mayBeHeader && !/\d/.test(values[0]!)) ledger.count('header', span);
      else staged.add(line, span, emptyAsNull(values));
      return undefined;
    },
    /** @throws ImportError for a file without a header */
    finish: (): { readonly names: readonly string[]; readonly rows: number } => {
      staged.finish();
      ledger.expect(length);
      if (names !== undefined) return { names, rows: staged.rows() + refused };
      throw new ImportError('empty-file', `${file}: the file holds blank lines only.`, { file });
    },
  };
};

/**
 * Loads a text file into a table of DuckDB for a preset: every column as text, beside `line` (where the record begins)
 * and `span` (how many lines it takes). Yields invalid records, in the order of the file; in the end says how the file
 * was read, where that had to be found out.
 */
export async function* loadTable(
  database: Database,
  source: TableSource,
  ledger: FileLedger,
  signal?: AbortSignal,
): AsyncGenerator<readonly RejectedItem[], InputReport | undefined> {
  const { table, file, name, columns } = source;
  const staged = await stageTable(database, `staged_${table}`, file);
  if (columns === undefined) await staged.widen(1);
  const { isHeader, begin, take, finish } = filler(staged, source, ledger);
  let delimiter = '';
  const delimiterIn = (header: string): string => {
    delimiter = delimiterOf(header);
    return delimiter;
  };
  const lines = readLines(file, { maxBytes: MAX_RECORD_BYTES, anyEnd: columns !== undefined, signal });
  for await (const records of columns === undefined ? plainRecords(lines) : csvRecords(lines, delimiterIn)) {
    const rejected: RejectedItem[] = [];
    for (const record of records) {
      if (isHeader(record)) {
        await begin(record);
        continue;
      }
      const item = take(record);
      if (item !== undefined) rejected.push(item);
    }
    signal?.throwIfAborted();
    yield rejected;
  }
  const { names, rows } = finish();
  const select = names.flatMap((column, i) =>
    columns === undefined || columns.includes(column) ? [`c${i} AS ${quoted(column)}`] : [],
  );
  await database.run(`CREATE VIEW ${quoted(table)} AS SELECT line, span, ${select.join(', ')} FROM ${staged.name}`);
  return columns === undefined ? undefined : { file: name, layout: csvLayout(delimiter), rows, columns: [] };
}
