import type { DuckDBValue } from '@duckdb/node-api';
import type { JsonObject } from '@rapport/domain';
import type { Outcome } from './account';
import { type Database, quoted } from './database';
import { type ExactJson, parseExact } from './exact-json';
import { ImportError } from './import-error';
import { ROW_MARK } from './row-marks';
import { AmbiguousNumber, type DataReader } from './touchpoint-data';
import { instantOf, isDayMonth, type ValueFormat } from './value-format';

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
  /** The row of the files that it comes from; absent where that cannot be said. */
  readonly mark?: number;
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
const ALL = [...COLUMNS, ROW_MARK];

/** What a column is asked for as, so that only text, numbers and null leave DuckDB. */
const expressionOf = (name: string, type: string): string => {
  const column = quoted(name);
  if (name === 'data' || name === 'lines') return type === 'VARCHAR' ? column : `to_json(${column})::VARCHAR`;
  if (name === 'line' || name === ROW_MARK) return `${column}::DOUBLE`;
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
        `and may yield ${OPTIONAL.join(', ')}; found ${[...types.keys()].filter((column) => column !== ROW_MARK).join(', ')}.`,
      { file: name, field: missing[0] },
    );
  const unknown = [...types.keys()].filter((column) => !ALL.includes(column));
  if (unknown.length > 0)
    throw new ImportError(
      'mapping',
      `${name}: no use is known for the column ${unknown[0]}. Leave it out, or put it into data. Known are ${COLUMNS.join(', ')}.`,
      { file: name, field: unknown[0] },
    );
  const select = ALL.map((column) => {
    const type = types.get(column);
    return `${type === undefined ? 'NULL' : expressionOf(column, type)} AS ${quoted(column)}`;
  });
  const order = ['occurred_at', 'source', 'id', 'line', ROW_MARK, 'type', 'reason', 'data'];
  // Text with offsets does not stand in the order of time.
  const byTime = types.get('occurred_at') === 'VARCHAR' ? 'TRY_CAST(occurred_at AS TIMESTAMPTZ) NULLS FIRST, ' : '';
  return `SELECT * FROM (SELECT ${select.join(', ')} FROM mapping)
    ORDER BY ${byTime}${order.map((column) => `${column} NULLS FIRST`).join(', ')}`;
};

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  nobody: 'nobody',
  'not-a-touchpoint': 'not-a-touchpoint',
  rejected: 'rejected',
};

/** Text that is not JSON stays text, and decoding says so. */
const jsonOf = (text: string): ExactJson => {
  try {
    return parseExact(text);
  } catch {
    return text;
  }
};

const textOf = (value: DuckDBValue): string | undefined => (typeof value === 'string' ? value : undefined);

/** What rows are read by. */
export interface RowRules {
  /** What messages call the mapping. */
  readonly name: string;
  readonly format: ValueFormat;
  readonly data: DataReader;
}

/** @throws ImportError for what has to be said before it can be read */
const asked = (name: string, field: string, what: string): ImportError =>
  new ImportError('mapping', `${name}: ${field}: ${what}`, { file: name, field });

const instantIn = (text: string | undefined, field: string, { name, format }: RowRules): string | undefined => {
  if (text === undefined) return undefined;
  // As DuckDB was asked to write it; decoding looks at it once more.
  if (text.length === 24 && text[10] === 'T' && text.endsWith('Z')) return text;
  const instant = instantOf(text, format);
  if (instant === undefined && format.dates === undefined && isDayMonth(text))
    throw asked(
      name,
      field,
      `day and month of "${text}" cannot be told apart. Say --dates dmy or --dates mdy, or read it by strptime.`,
    );
  return instant ?? text;
};

const dataIn = (text: string | undefined, type: string | undefined, { name, data }: RowRules): JsonObject => {
  if (text === undefined) return {};
  try {
    return { data: data.read(jsonOf(text), type) };
  } catch (error) {
    if (!(error instanceof AmbiguousNumber)) throw error;
    throw asked(name, `data.${error.field}`, error.message);
  }
};

const outcomeIn = (outcome: DuckDBValue, name: string): Outcome => {
  if (outcome === null || outcome === 'touchpoint') return 'touchpoint';
  const kind = OUTCOMES[String(outcome)];
  if (kind !== undefined) return kind;
  throw new ImportError(
    'mapping',
    `${name}: unknown outcome "${outcome}". Known are touchpoint (or NULL), ${Object.keys(OUTCOMES).join(', ')}.`,
    { file: name, field: 'outcome' },
  );
};

/** Reads a row of {@link mappingQuery}. */
export const rowOf = (row: readonly DuckDBValue[], rules: RowRules): MappedRow => {
  const [id, source, type, customer, occurred, data, recorded, staff, correlationId] = row.map(textOf);
  const [lines, table = null, line, outcome = null, field = null, reason = null, raw = null, mark] = row.slice(9);
  const kind = outcomeIn(outcome, rules.name);
  const isTouchpoint = kind === 'touchpoint';
  const occurredAt = isTouchpoint ? instantIn(occurred, 'occurred_at', rules) : undefined;
  const recordedAt = isTouchpoint ? instantIn(recorded, 'recorded_at', rules) : undefined;
  const fields = { id, source, type, customer, occurredAt, recordedAt, staff, correlationId };
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    input: { ...Object.fromEntries(present), ...(isTouchpoint ? dataIn(data, type, rules) : {}) },
    outcome: kind,
    field: textOf(field) ?? '',
    reason: textOf(reason) ?? 'no reason given',
    raw: textOf(raw),
    table: textOf(table),
    line: typeof line === 'number' ? line : undefined,
    lines: lines === null ? undefined : (jsonOf(String(lines)) as MappedRow['lines']),
    mark: typeof mark === 'number' ? mark : undefined,
  };
};
