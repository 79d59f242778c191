import { formatInstant, type Json } from '@rapport/domain';

/** A column of an export. Instants go in as integer milliseconds; `json` takes any JSON value. */
export interface Column {
  readonly name: string;
  readonly type: 'text' | 'integer' | 'double' | 'instant' | 'json';
}

/** A row by column name; a value that is null or not there is written as nothing. */
export type Row = Readonly<Record<string, Json | bigint | undefined>>;

/** A row that does not have the type its column says. */
export class ExportError extends Error {
  constructor(
    readonly row: number,
    readonly column: string,
    message: string,
  ) {
    super(`row ${row}, column ${column}: ${message}`);
    this.name = 'ExportError';
  }
}

/** Years 1 to 9999, what every reader of RFC 3339 and of Parquet takes. */
const EARLIEST = -62_135_596_800_000;
const LATEST = 253_402_300_799_999;

/** Why a value cannot stand in a column, in words; undefined when it can. */
const faultOf = ({ type }: Column, value: NonNullable<Row[string]>): string | undefined => {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? undefined : 'expected a text';
    case 'integer':
      return typeof value === 'bigint' || Number.isSafeInteger(value) ? undefined : 'expected a whole number';
    case 'double':
      return typeof value === 'number' ? undefined : 'expected a number';
    case 'instant':
      return typeof value === 'number' && Number.isInteger(value) && value >= EARLIEST && value <= LATEST
        ? undefined
        : 'expected an instant as integer milliseconds';
    case 'json':
      return typeof value === 'bigint' ? 'expected a JSON value' : undefined;
  }
};

/** The value of a row in a column, checked; null when there is none. `row` counts from 1. */
export const valueIn = (values: Row, column: Column, row: number): NonNullable<Row[string]> | null => {
  const value = values[column.name];
  if (value === undefined || value === null) return null;
  const fault = faultOf(column, value);
  if (fault !== undefined) throw new ExportError(row, column.name, `${fault}, got ${String(value).slice(0, 60)}.`);
  return value;
};

/** A row as a line of NDJSON, fields in the order of the columns. */
export const jsonLine = (columns: readonly Column[], values: Row, row: number): string => {
  const fields: string[] = [];
  for (const column of columns) {
    const value = valueIn(values, column, row);
    if (value === null) continue;
    const text =
      typeof value === 'bigint'
        ? String(value)
        : JSON.stringify(column.type === 'instant' ? formatInstant(value as number) : value);
    fields.push(`${JSON.stringify(column.name)}:${text}`);
  }
  return `{${fields.join(',')}}\n`;
};
