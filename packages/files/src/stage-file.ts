import type { FileLedger } from './account';
import { columnNames } from './column-names';
import { csvLayout, delimiterOf, headerNames } from './csv-header';
import { type CsvRecord, csvRecords } from './csv-records';
import type { Database } from './database';
import { doubledKey, type ExactObject, isExactObject, parseExact } from './exact-json';
import { ImportError } from './import-error';
import type { Place, RejectedItem } from './import-item';
import { readJsonValues } from './json-values';
import { readLines, shorten } from './lines';
import { type Shape, textOf } from './shape';
import { emptyAsNull, type StagedTable, stageTable } from './staged-table';

/** A CSV record of a thousand lines is invalid, and so is a line of a megabyte. */
const MAX_CSV_LINE = 1024 * 1024;

export interface StagingRun {
  readonly database: Database;
  readonly ledger: FileLedger;
  readonly signal?: AbortSignal;
  /** Where the values of a column are looked at, by its name in SQL; columns of one name are one over all files. */
  readonly shapeOf: (column: string, commaLikely: boolean) => Shape;
}

/** A column of a file as it was found. */
export interface StagedColumn {
  readonly name: string;
  readonly column: string;
  readonly shape: Shape;
}

/** A file in a table of text. */
export interface StagedFile {
  readonly table: StagedTable;
  readonly file: string;
  /** How the file is laid out, in the words of a report. */
  readonly layout: string;
  readonly columns: readonly StagedColumn[];
  /** What the rows are counted by where it is not lines. */
  readonly counts?: 'values';
}

type Staging = AsyncGenerator<readonly RejectedItem[], StagedFile>;

const rejecter =
  (at: Omit<Place, 'line'>, ledger: FileLedger) =>
  (line: number, reason: string, raw: string, countedAs = reason): RejectedItem => {
    ledger.count('rejected', 1, countedAs);
    return { kind: 'rejected', at: { ...at, line }, field: '', reason, raw: shorten(raw) };
  };

/** Reads a CSV file into a table; yields invalid records. */
export async function* stageCsv(
  file: string,
  name: string,
  { database, ledger, signal, shapeOf }: StagingRun,
): Staging {
  const table = await stageTable(database, name, file);
  const names = columnNames();
  const columns: StagedColumn[] = [];
  const reject = rejecter({ file }, ledger);
  let delimiter = ',';
  const begin = async (record: CsvRecord): Promise<void> => {
    for (const header of headerNames(file, record)) {
      const named = names.add(header);
      columns.push({ ...named, shape: shapeOf(named.column, delimiter === ';' || delimiter === '\t') });
    }
    await table.widen(columns.length);
  };
  const lines = readLines(file, { maxBytes: MAX_CSV_LINE, anyEnd: true, signal });
  const records = csvRecords(lines, (header) => {
    delimiter = delimiterOf(header);
    return delimiter;
  });
  for await (const batch of records) {
    const rejected: RejectedItem[] = [];
    for (const record of batch) {
      const { line, span, values, text = '', fault } = record;
      if (values.length === 0 && fault === undefined) continue;
      if (columns.length === 0) await begin(record);
      else if (fault !== undefined) rejected.push(reject(line, fault, text));
      else {
        for (const [i, value] of values.entries()) if (value !== '') columns[i]!.shape.seeText(value, line);
        table.add(line, span, emptyAsNull(values));
      }
    }
    signal?.throwIfAborted();
    yield rejected;
  }
  if (columns.length === 0) throw new ImportError('empty-file', `${file}: the file holds blank lines only.`, { file });
  table.finish();
  return {
    table,
    file,
    layout: csvLayout(delimiter),
    columns,
  };
}

/** Reads the objects of a JSON or NDJSON file into a table, a column for each key; yields invalid objects. */
export async function* stageJson(
  file: string,
  name: string,
  { database, ledger, signal, shapeOf }: StagingRun,
): Staging {
  const table = await stageTable(database, name, file);
  const names = columnNames();
  const columns: StagedColumn[] = [];
  const places = new Map<string, number>();
  const add = async (value: ExactObject, line: number): Promise<void> => {
    const row: (string | null)[] = [];
    for (const [key, one] of Object.entries(value)) {
      let place = places.get(key);
      if (place === undefined) {
        place = columns.length;
        places.set(key, place);
        const named = names.add(key);
        columns.push({ ...named, shape: shapeOf(named.column, false) });
      }
      if (one === null) continue;
      columns[place]!.shape.see(one, line);
      row[place] = textOf(one);
    }
    await table.widen(columns.length);
    table.add(line, 1, row);
  };
  const { layout, values } = await readJsonValues(file, parseExact, signal);
  const counts = layout === 'values' ? ({ counts: 'values' } as const) : {};
  const reject = rejecter({ file, ...counts }, ledger);
  for await (const batch of values) {
    const rejected: RejectedItem[] = [];
    for (const one of batch) {
      if (one === undefined) continue;
      if (one.fault !== undefined) {
        rejected.push(reject(one.line, one.fault, one.text, one.notJson === true ? 'not JSON' : one.fault));
        continue;
      }
      const doubled = isExactObject(one.value) ? doubledKey(one.text, one.value) : undefined;
      if (!isExactObject(one.value))
        rejected.push(reject(one.line, 'expected an object, a row of the table', one.text));
      else if (doubled !== undefined)
        rejected.push(
          reject(one.line, `the key ${JSON.stringify(doubled)} stands twice`, one.text, 'a key that stands twice'),
        );
      else await add(one.value, one.line);
    }
    signal?.throwIfAborted();
    yield rejected;
  }
  table.finish();
  return {
    table,
    file,
    layout: layout === 'lines' ? 'JSON, an object a line' : 'JSON, objects in an array or one by one',
    columns,
    ...counts,
  };
}
