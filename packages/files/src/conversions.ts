import type { Conversion } from './column-kind';
import { type Database, literal } from './database';
import type { ValueFormat } from './value-format';

/** Function that makes text of a column that has a type; what it gives is what stood in the file. */
export const AS_TEXT = 'rapport_text';

/** Function that makes nothing of a column that is empty, of whichever type is wanted. */
export const NOTHING = 'rapport_nothing';

/** Functions that read any text, strictly, as a mapping says by a CAST or a function: invalid text is NULL. */
export const READ_AS = {
  /** Gives the number as text that every type of number takes. */
  number: 'rapport_number',
  instant: 'rapport_instant',
  boolean: 'rapport_boolean',
} as const;

const NUMBER = {
  plain: { guard: String.raw`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?`, text: 'trim(x)' },
  point: {
    guard: String.raw`[+-]?(\d{1,3}(,\d{3})+(\.\d*)?|\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?`,
    text: `replace(trim(x), ',', '')`,
  },
  comma: {
    guard: String.raw`[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?`,
    text: `replace(replace(trim(x), '.', ''), ',', '.')`,
  },
};

/** Text as the text of a number with a decimal point. */
const numberText = ({ decimal }: ValueFormat): string => {
  const { guard, text } = NUMBER[decimal ?? 'plain'];
  return `CASE WHEN regexp_full_match(trim(x), ${literal(guard)}) THEN ${text} END`;
};

const ISO = String.raw`\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?([Zz]|[+-]\d{2}(:?\d{2})?))?)?`;

/** Text as instant in UTC: without offset it is UTC, without time midnight. */
const instantText = ({ dates }: ValueFormat): string => {
  const iso = `WHEN regexp_full_match(trim(x), ${literal(ISO)}) THEN TRY_CAST(trim(x) AS TIMESTAMPTZ)::TIMESTAMP`;
  if (dates === undefined) return `CASE ${iso} END`;
  const day = dates === 'dmy' ? '%d/%m/%Y' : '%m/%d/%Y';
  const formats = [day, `${day} %H:%M`, `${day} %H:%M:%S`].map(literal).join(', ');
  const slashed = String.raw`regexp_replace(replace(trim(x), 'T', ' '), '^(\d+)[/.-](\d+)[/.-]', '\1/\2/')`;
  return `CASE ${iso} ELSE try_strptime(${slashed}, [${formats}]) END`;
};

const booleanText = `CASE lower(trim(x)) WHEN 'true' THEN true WHEN 'false' THEN false END`;

/** Makes the functions by which text is read that no column is made of. */
export const defineConversions = async (database: Database, format: ValueFormat): Promise<void> => {
  const macros = {
    [AS_TEXT]: 'x::VARCHAR',
    [NOTHING]: 'NULL',
    [READ_AS.number]: numberText(format),
    [READ_AS.instant]: instantText(format),
    [READ_AS.boolean]: booleanText,
  };
  for (const [name, body] of Object.entries(macros)) await database.run(`CREATE MACRO ${name}(x) AS ${body}`);
};

/** The body of a function that converts the text of a column, strictly: what does not convert is NULL. */
export const conversionOf = (conversion: Conversion): string => {
  if (conversion.to === 'number') return `TRY_CAST(${READ_AS.number}(x) AS ${conversion.type})`;
  return `${READ_AS[conversion.to]}(x)`;
};

/** What makes a column of text one of a type, where there is such a conversion. */
export const conversionTo = (type: string): Conversion | undefined => {
  if (/^(BIGINT|DOUBLE|DECIMAL.*)$/.test(type)) return { to: 'number', type };
  if (type === 'DATE' || type === 'TIMESTAMP') return { to: 'instant', type: 'TIMESTAMP' };
  return type === 'BOOLEAN' ? { to: 'boolean', type } : undefined;
};

/** The message for a value that could not be converted. */
export const WANTED: Readonly<Record<Conversion['to'], string>> = {
  number: 'expected a number',
  instant: 'expected a date such as 2026-03-01, or one with time such as 2026-03-01 12:00:00',
  boolean: 'expected true or false',
};
