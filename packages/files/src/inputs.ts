import { symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FileLedger } from './account';
import { type ColumnObserver, observeColumn } from './column-kind';
import type { UsedColumn } from './column-refs';
import { conversionOf, conversionTo, defineConversions, NOTHING } from './conversions';
import { type Database, literal } from './database';
import type { ColumnReport, InputReport, Place, RejectedItem } from './import-item';
import { formatOf } from './input-format';
import { markedTable, ROW_MARK, ROWS_IN_A_FILE } from './row-marks';
import { observeShape, type Shape, type ShapeKind } from './shape';
import { type StagedColumn, type StagedFile, stageCsv, stageJson } from './stage-file';
import type { ValueFormat } from './value-format';

/** A file that a mapping reads, ready to be read. */
export interface Input {
  /** Counted from 0 over all files of the command. */
  readonly index: number;
  readonly staged?: StagedFile;
  readonly report: InputReport;
  /** What the marks of its rows count where it is not lines. */
  readonly counts?: Place['counts'];
  /** Where DuckDB reads it while the mapping runs. */
  readonly opened?: string;
}

interface StagedInput {
  readonly index: number;
  readonly staged: StagedFile;
  readonly rows: number;
}

/** The files that a mapping reads, and their columns. */
export interface Inputs {
  readonly list: readonly Input[];
  readonly columns: readonly UsedColumn[];
}

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

/** Where DuckDB finds a file: what it takes for a pattern gets another name beside its own. */
const plainPath = async (database: Database, index: number, file: string): Promise<string> => {
  const path = resolve(file);
  if (!/[*?[\]{}]/.test(path)) return path;
  const link = join(database.folder, `file_${index + 1}.parquet`);
  await symlink(path, link);
  return link;
};

/** Parquet has types of its own, which are kept. Its name is a name and no pattern. */
const attachParquet = async (database: Database, index: number, file: string): Promise<Input> => {
  const opened = await plainPath(database, index, file);
  const path = literal(opened);
  const place = `${index * ROWS_IN_A_FILE} + file_row_number + 1 AS ${ROW_MARK}`;
  await database.run(`CREATE VIEW input_${index + 1} AS SELECT * FROM read_parquet(${path})`);
  await database.run(
    `CREATE VIEW ${markedTable(`input_${index + 1}`)} AS SELECT * EXCLUDE (file_row_number), ${place} FROM read_parquet(${path}, file_row_number = true)`,
  );
  const described = await database.rows(`DESCRIBE input_${index + 1}`);
  const [[rows] = []] = await database.rows(`SELECT count(*)::DOUBLE FROM input_${index + 1}`);
  const columns = described.map(([name, type]) => ({ name: String(name), kind: String(type) }));
  return { index, report: { file, layout: 'Parquet', rows: Number(rows), columns }, counts: 'values', opened };
};

/** What files are read with. */
export interface InputRun {
  readonly database: Database;
  readonly format: ValueFormat;
  readonly ledger: FileLedger;
  readonly signal?: AbortSignal;
}

/**
 * Reads files into tables of text, and finds out what the columns are; yields invalid records. Columns of one name are
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
  const found: (Input | StagedInput)[] = [];
  for (const index of used) {
    const file = files[index]!;
    const kind = formatOf(file);
    if (kind === 'parquet') {
      found.push(await attachParquet(database, index, file));
      continue;
    }
    const stage = kind === 'csv' ? stageCsv : stageJson;
    const before = ledger.counted();
    const staged = yield* stage(file, `staged_${index + 1}`, { database, ledger, signal, shapeOf });
    found.push({ index, staged, rows: staged.table.rows() + ledger.counted() - before });
  }
  await defineConversions(database, format);
  const columns = new Map<string, UsedColumn>();
  const list: Input[] = [];
  // What a column is shows only when all files are read.
  for (const one of found) {
    if (!('rows' in one)) {
      list.push(one);
      continue;
    }
    const { index, staged, rows } = one;
    const kinds = staged.columns.map((column) => ({ column, kind: column.shape.kind() }));
    for (const { column, kind } of kinds) {
      const key = column.column.toLowerCase();
      if (!columns.has(key)) columns.set(key, await usedColumn(database, column, kind, columns.size, staged.file));
    }
    const reports = kinds.map(({ column, kind }) => reportOf(column, kind));
    const report = { file: staged.file, layout: staged.layout, rows, columns: reports };
    list.push({ index, staged, report, counts: staged.counts });
  }
  return { list, columns: [...columns.values()] };
}

/** A column as a mapping may use it; makes the function that converts it. */
const usedColumn = async (
  database: Database,
  { name, column }: StagedColumn,
  { kind, type, conversion, numbers, odd, ask, note, structure }: ShapeKind,
  number: number,
  file: string,
): Promise<UsedColumn> => {
  const own = structure === undefined ? type : 'JSON';
  const plain = { name, column, type: own, numbers, fits: odd === undefined, to: conversionTo(own)?.to };
  if (kind === 'empty') return { ...plain, convert: NOTHING };
  if (ask !== undefined) return { ...plain, ask: `${file}, column ${name}: ${note}` };
  if (conversion === undefined) return plain;
  const convert = `rapport_value_${number}`;
  await database.run(`CREATE MACRO ${convert}(x) AS ${conversionOf(conversion)}`);
  return { ...plain, convert, to: conversion.to };
};
