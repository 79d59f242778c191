import type { DuckDBValue } from '@duckdb/node-api';
import { InexactNumber, type Json, type JsonObject, parseExactJson } from '@rapport/domain';
import type { Outcome } from './account';
import { type Database, quoted } from './database';
import { ImportError } from './import-error';

/** A row that a mapping yields. */
export interface MappedRow {
  /** The touchpoint in its compact form, not yet decoded. */
  readonly input: JsonObject;
  readonly outcome: Outcome;
  readonly field: string;
  readonly reason: string;
  /** The input as a mapping shows it. */
  readonly raw?: string;
  readonly table?: string;
  readonly line?: number;
  /** Lines used, by table; a plain number belongs to `table`. Absent: the mapping does not say. */
  readonly lines?: number | Readonly<Record<string, number>>;
}

const REQUIRED = ['id', 'source', 'type', 'customer', 'occurred_at', 'data'];
const OPTIONAL = [
  'recorded_at',
  'staff',
  'correlation_id',
  'lines',
  'file',
  'line',
  'outcome',
  'field',
  'reason',
  'raw',
];
const COLUMNS = [...REQUIRED, ...OPTIONAL];

/** What a column is asked for as, so that only text, numbers and null leave DuckDB. */
const expressionOf = (name: string, type: string): string => {
  const column = quoted(name);
  if (name === 'data' || name === 'lines') return type === 'VARCHAR' ? column : `to_json(${column})::VARCHAR`;
  if (name === 'line') return `${column}::DOUBLE`;
  if ((name === 'occurred_at' || name === 'recorded_at') && /^(TIMESTAMP|DATE)/.test(type))
    return `strftime(${column}::TIMESTAMP, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  return `${column}::VARCHAR`;
};

/**
 * The query that reads the view `mapping`: the columns of {@link rowOf}, in an order that the same input always has.
 * Touchpoints come in the order in which they happened, because then none of them is late.
 *
 * @throws ImportError naming the columns that the mapping does not yield.
 */
export const mappingQuery = async (database: Database, name: string): Promise<string> => {
  const described = await database.rows('DESCRIBE mapping');
  const types = new Map(described.map(([column, type]) => [String(column).toLowerCase(), String(type)]));
  const missing = REQUIRED.filter((column) => !types.has(column));
  if (missing.length > 0)
    throw new ImportError(
      'mapping',
      `${name}: the SELECT does not yield ${missing.join(', ')}. It must yield the columns ${REQUIRED.join(', ')} ` +
        `and may yield ${OPTIONAL.join(', ')}; found ${[...types.keys()].join(', ')}.`,
      { file: name, field: missing[0] },
    );
  const unknown = [...types.keys()].filter((column) => !COLUMNS.includes(column));
  if (unknown.length > 0)
    throw new ImportError(
      'mapping',
      `${name}: no use is known for the column ${unknown[0]}. Leave it out, or put it into data. Known are ${COLUMNS.join(', ')}.`,
      { file: name, field: unknown[0] },
    );
  const select = COLUMNS.map((column) => {
    const type = types.get(column);
    return type === undefined ? 'NULL' : `${expressionOf(column, type)}`;
  }).map((expression, i) => `${expression} AS ${quoted(COLUMNS[i])}`);
  return `SELECT * FROM (SELECT ${select.join(', ')} FROM mapping)
    ORDER BY occurred_at NULLS FIRST, source NULLS FIRST, id NULLS FIRST, line NULLS FIRST, type NULLS FIRST, reason NULLS FIRST, data NULLS FIRST`;
};

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  nobody: 'nobody',
  'not-a-touchpoint': 'not-a-touchpoint',
  rejected: 'rejected',
};

/** NULL in a table says that a field is not there. */
const withoutNulls = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null || value instanceof InexactNumber) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
};

/** Text that is not JSON stays text, and decoding says so. */
const jsonOf = (text: string): Json => {
  try {
    const value = parseExactJson(text) as Json;
    return text.includes('null') ? withoutNulls(value) : value;
  } catch {
    return text;
  }
};

const textOf = (value: DuckDBValue): string | undefined => (typeof value === 'string' ? value : undefined);

/** Reads a row of {@link mappingQuery}. */
export const rowOf = (row: readonly DuckDBValue[], name: string): MappedRow => {
  const [id, source, type, customer, occurredAt, data, recordedAt, staff, correlationId] = row.map(textOf);
  const [lines, table, line, outcome, field, reason, raw] = row.slice(9);
  const kind = outcome === null || outcome === 'touchpoint' ? 'touchpoint' : OUTCOMES[String(outcome)];
  if (kind === undefined)
    throw new ImportError(
      'mapping',
      `${name}: unknown outcome "${outcome}". Known are touchpoint (or NULL), ${Object.keys(OUTCOMES).join(', ')}.`,
      { file: name, field: 'outcome' },
    );
  const fields = { id, source, type, customer, occurredAt, recordedAt, staff, correlationId };
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    input: { ...Object.fromEntries(present), ...(data === undefined ? {} : { data: jsonOf(data) }) },
    outcome: kind,
    field: textOf(field) ?? '',
    reason: textOf(reason) ?? 'no reason given',
    raw: textOf(raw),
    table: textOf(table),
    line: typeof line === 'number' ? line : undefined,
    lines: lines === null ? undefined : (jsonOf(String(lines)) as MappedRow['lines']),
  };
};
