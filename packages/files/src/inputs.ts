import { resolve } from 'node:path';
import type { FileLedger } from './account';
import { type ColumnObserver, type Conversion, observeColumn } from './column-kind';
import { type Database, literal, quoted } from './database';
import type { ColumnReport, InputReport, Place, RejectedItem } from './import-item';
import { formatOf } from './input-format';
import { shorten } from './lines';
import { markedTable, ROW_MARK, ROWS_IN_A_FILE } from './row-marks';
import { observeShape, type Shape, type ShapeKind } from './shape';
import { type StagedColumn, type StagedFile, stageCsv, stageJson } from './stage-file';
import { AS_TEXT, type UsedColumn } from './typed-places';
import type { ValueFormat } from './value-format';

/** A file that a mapping reads, ready to be read. */
interface Input {
  /** Counted from 0 over all files of the command. */
  readonly index: number;
  readonly staged?: StagedFile;
  readonly report: InputReport;
  /** What the marks of its rows count where it is not lines. */
  readonly counts?: Place['counts'];
}

export interface Inputs {
  readonly list: readonly Input[];
  readonly columns: readonly UsedColumn[];
  readonly rows: number;
}

const textMacro = `CREATE MACRO ${AS_TEXT}(x) AS x::VARCHAR`;

/** Text as number, strictly: what is none is NULL. */
const numberOf = (type: string, { decimal }: ValueFormat): string => {
  const plain = { point: `replace(trim(x), ',', '')`, comma: `replace(replace(trim(x), '.', ''), ',', '.')` };
  const guard = {
    point: String.raw`[+-]?(\d{1,3}(,\d{3})+(\.\d*)?|\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?`,
    comma: String.raw`[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?`,
  };
  if (decimal !== undefined)
    return `CASE WHEN regexp_full_match(trim(x), ${literal(guard[decimal])}) THEN TRY_CAST(${plain[decimal]} AS ${type}) END`;
  return `CASE WHEN regexp_full_match(trim(x), ${literal(String.raw`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?`)}) THEN TRY_CAST(trim(x) AS ${type}) END`;
};

const ISO = String.raw`\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?([Zz]|[+-]\d{2}(:?\d{2})?))?)?`;

/** Text as instant in UTC, strictly: without offset it is UTC, without time midnight. */
const instantOf = ({ dates }: ValueFormat): string => {
  const iso = `WHEN regexp_full_match(trim(x), ${literal(ISO)}) THEN TRY_CAST(trim(x) AS TIMESTAMPTZ)::TIMESTAMP`;
  if (dates === undefined) return `CASE ${iso} END`;
  const day = dates === 'dmy' ? '%d/%m/%Y' : '%m/%d/%Y';
  const formats = [day, `${day} %H:%M`, `${day} %H:%M:%S`].map(literal).join(', ');
  const slashed = String.raw`regexp_replace(replace(trim(x), 'T', ' '), '^(\d+)[/.-](\d+)[/.-]', '\1/\2/')`;
  return `CASE ${iso} ELSE try_strptime(${slashed}, [${formats}]) END`;
};

const conversionOf = (conversion: Conversion, format: ValueFormat): string => {
  if (conversion.to === 'number') return numberOf(conversion.type, format);
  if (conversion.to === 'instant') return instantOf(format);
  return `CASE lower(trim(x)) WHEN 'true' THEN true WHEN 'false' THEN false END`;
};

/** A column of text in its type; where that is more than text, every value is known to fit. */
const expressionOf = (place: number, { type, structure }: ShapeKind): string => {
  const text = `c${place}`;
  if (structure !== undefined) return `from_json(${text}, ${literal(JSON.stringify(structure))})`;
  return type === 'VARCHAR' ? text : `CAST(${text} AS ${type})`;
};

/** Looks at the values of columns; single values in columns of one name are looked at together. */
const shapes = (format: ValueFormat) => {
  const byName = new Map<string, ColumnObserver>();
  return (column: string, commaLikely: boolean): Shape => {
    const key = column.toLowerCase();
    const single = byName.get(key) ?? observeColumn(format, commaLikely);
    byName.set(key, single);
    return observeShape(format, single);
  };
};

const reportOf = ({ name, column }: StagedColumn, { kind, note }: ShapeKind): ColumnReport => ({
  name,
  ...(name === column ? {} : { column }),
  kind,
  ...(note === undefined ? {} : { note }),
});

/** Parquet has types of its own, which are kept. Its name is a name and no pattern. */
const attachParquet = async (
  database: Database,
  index: number,
  file: string,
): Promise<Input & { readonly rows: number }> => {
  const path = literal(resolve(file).replace(/[*?[\]{}]/g, (mark) => `[${mark}]`));
  const place = `${index * ROWS_IN_A_FILE} + file_row_number + 1 AS ${ROW_MARK}`;
  await database.run(`CREATE VIEW input_${index + 1} AS SELECT * FROM read_parquet(${path})`);
  await database.run(
    `CREATE VIEW ${markedTable(`input_${index + 1}`)} AS SELECT * EXCLUDE (file_row_number), ${place} FROM read_parquet(${path}, file_row_number = true)`,
  );
  const described = await database.rows(`DESCRIBE input_${index + 1}`);
  const [[rows]] = await database.rows(`SELECT count(*)::DOUBLE FROM input_${index + 1}`);
  const columns = described.map(([name, type]) => ({ name: String(name), kind: String(type) }));
  return { index, report: { file, layout: 'Parquet', columns }, counts: 'values', rows: Number(rows) };
};

export interface InputRun {
  readonly database: Database;
  readonly format: ValueFormat;
  readonly ledger: FileLedger;
  readonly signal?: AbortSignal;
}

/**
 * Reads files into tables of text, and finds out what the columns are; yields what is no record. Columns of one name are
 * of one kind over all files.
 *
 * @param used the places of the files to be read among all
 */
export async function* stageInputs(
  files: readonly string[],
  used: readonly number[],
  { database, format, ledger, signal }: InputRun,
): AsyncGenerator<readonly RejectedItem[], Inputs> {
  const shapeOf = shapes(format);
  const found: { readonly index: number; readonly staged?: StagedFile; readonly parquet?: Input }[] = [];
  let rows = 0;
  for (const index of used) {
    const file = files[index];
    const kind = formatOf(file);
    if (kind === 'parquet') {
      const parquet = await attachParquet(database, index, file);
      rows += parquet.rows;
      found.push({ index, parquet });
      continue;
    }
    const run = { database, ledger, signal, shapeOf };
    const before = ledger.counted();
    const staged = yield* kind === 'csv'
      ? stageCsv(file, `staged_${index + 1}`, run)
      : stageJson(file, `staged_${index + 1}`, run);
    rows += staged.table.rows() + ledger.counted() - before;
    found.push({ index, staged });
  }
  await database.run(textMacro);
  const columns = new Map<string, UsedColumn>();
  const list: Input[] = [];
  for (const { index, staged, parquet } of found) {
    if (parquet !== undefined) list.push(parquet);
    if (staged === undefined) continue;
    const reports: ColumnReport[] = [];
    for (const column of staged.columns) {
      const kind = column.shape.kind();
      reports.push(reportOf(column, kind));
      const key = column.column.toLowerCase();
      if (!columns.has(key))
        columns.set(key, await usedColumn(database, column, kind, columns.size, staged.file, format));
    }
    list.push({
      index,
      staged,
      report: { file: staged.file, layout: staged.layout, columns: reports },
      counts: staged.counts,
    });
  }
  return { list, columns: [...columns.values()], rows };
}

/** A column as a mapping may use it; makes the function that converts it. */
const usedColumn = async (
  database: Database,
  { name, column }: StagedColumn,
  { type, conversion, numbers, odd, ask, note, structure }: ShapeKind,
  number: number,
  file: string,
  format: ValueFormat,
): Promise<UsedColumn> => {
  const plain = { name, column, type: structure === undefined ? type : 'JSON', numbers, fits: odd === undefined };
  if (ask !== undefined) return { ...plain, ask: `${file}, column ${name}: ${note}` };
  if (conversion === undefined) return plain;
  const convert = `rapport_value_${number}`;
  await database.run(`CREATE MACRO ${convert}(x) AS ${conversionOf(conversion, format)}`);
  return { ...plain, convert };
};

/**
 * Makes the tables that a mapping reads: `input_1`, `input_2`, ... and `input`, all files by column name, each also with
 * the marks of its rows. A row in which a value cannot be converted is in none of them, and is yielded as rejected.
 */
export async function* defineInputs(
  { list, columns }: Inputs,
  converted: ReadonlySet<UsedColumn>,
  { database, ledger }: InputRun,
): AsyncGenerator<readonly RejectedItem[]> {
  const byName = new Map(columns.map((column) => [column.column.toLowerCase(), column]));
  for (const { index, staged } of list) {
    if (staged === undefined) continue;
    const used = staged.columns.map((column, place) => ({
      place,
      column,
      use: byName.get(column.column.toLowerCase()),
    }));
    const strict = used.filter(({ use }) => use !== undefined && !use.fits && converted.has(use));
    const fits = strict.map(({ place, use }) => `(c${place} IS NULL OR ${use?.convert}(c${place}) IS NOT NULL)`);
    const where = fits.length === 0 ? '' : ` WHERE ${fits.join(' AND ')}`;
    const select = used.map(
      ({ place, column }) => `${expressionOf(place, column.shape.kind())} AS ${quoted(column.column)}`,
    );
    const from = `FROM ${staged.table.name}${where}`;
    await database.run(`CREATE VIEW input_${index + 1} AS SELECT ${select.join(', ')} ${from}`);
    await database.run(
      `CREATE VIEW ${markedTable(`input_${index + 1}`)} AS SELECT ${select.join(', ')}, ${index * ROWS_IN_A_FILE} + line AS ${ROW_MARK} ${from}`,
    );
    if (strict.length > 0) yield* oddRows(database, ledger, staged, strict, where);
  }
  for (const table of ['input', markedTable('input')]) {
    const each = list.map(({ index }) => `SELECT * FROM ${table}_${index + 1}`);
    const union = () => database.run(`CREATE VIEW ${table} AS ${each.join(' UNION ALL BY NAME ')}`);
    // Files that do not go together have no `input`; a mapping joins them by number.
    if (list.length === 1) await union();
    else if (list.length > 1) await union().catch(() => undefined);
  }
}

const WANTED: Readonly<Record<string, string>> = {
  number: 'expected a number',
  instant: 'expected a date such as 2026-03-01, or one with time such as 2026-03-01 12:00:00',
  boolean: 'expected true or false',
};

async function* oddRows(
  database: Database,
  ledger: FileLedger,
  { table, file, counts }: StagedFile,
  strict: readonly { readonly place: number; readonly column: StagedColumn; readonly use?: UsedColumn }[],
  where: string,
): AsyncGenerator<readonly RejectedItem[]> {
  const cases = strict.map(
    ({ place, use }, i) => `WHEN c${place} IS NOT NULL AND ${use?.convert}(c${place}) IS NULL THEN ${i}`,
  );
  const values = strict.map(({ place }) => `c${place}`);
  const query = `SELECT line::DOUBLE, (CASE ${cases.join(' ')} END)::INTEGER, ${values.join(', ')} FROM ${table.name} WHERE NOT (${where.slice(' WHERE '.length)}) ORDER BY line`;
  for await (const rows of database.stream(query))
    yield rows.map(([line, which, ...found]): RejectedItem => {
      const { column } = strict[Number(which)];
      const wanted = WANTED[column.shape.kind().conversion?.to ?? 'number'];
      const value = String(found[Number(which)]);
      ledger.count('rejected', 1, `${column.name}: ${wanted}`);
      return {
        kind: 'rejected',
        at: { file, line: Number(line), ...(counts === undefined ? {} : { counts }) },
        field: column.name,
        reason: `${wanted}, got ${JSON.stringify(shorten(value).slice(0, 60))}`,
        raw: shorten(value),
      };
    });
}
