import type { Conversion } from './column-kind';
import { isNode, nodesIn, type SqlNode, type SqlValue } from './mapping-tree';

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((name) => name !== ''));

export const ARITHMETIC = /^([-+*/%^]|\/\/|\*\*)$/;

/** Functions that take their arguments for numbers. */
const NUMERIC = words(`
  sum avg mean median product stddev stddev_pop stddev_samp variance var_pop var_samp quantile quantile_cont
  quantile_disc fsum kahan_sum sumkahan favg abs round ceil ceiling floor trunc sign sqrt cbrt ln log log2 log10 exp pow
  power mod even add subtract multiply divide make_timestamp make_date to_days to_hours to_minutes to_seconds
  to_timestamp`);
/** Functions that take their arguments for instants, and give parts of them or instants. */
export const TEMPORAL = words(`
  year month day hour minute second quarter week weekday isodow dayofweek dayofmonth dayofyear yearweek epoch epoch_ms
  epoch_us date_trunc datetrunc date_part datepart date_diff datediff date_sub datesub date_add age last_day time_bucket
  timezone strftime dayname monthname`);
/** Functions that compare their arguments, and give what they are given. */
export const ORDERING = words('min max arg_min arg_max min_by max_by argmin argmax greatest least bool_and bool_or');
/** Functions that give back what they are given. */
export const PASSING = words('any_value first last arbitrary nullif ifnull if lag lead first_value last_value');
/** Functions that make JSON or lists. */
export const COLLECTING = words('json_object json_array list_value row');
/** Functions that read their arguments as they are written. */
export const TEXTUAL = words(`
  replace substr substring left right lower upper lcase ucase trim ltrim rtrim lpad rpad reverse length strlen
  regexp_replace regexp_matches regexp_extract regexp_extract_all regexp_full_match split_part string_split split
  str_split starts_with ends_with prefix suffix contains strpos position instr strptime try_strptime md5 sha256 concat
  concat_ws printf format ~~ !~~ ~~* !~~* ~~~ || translate`);

/** Columns of a mapping that are instants, or numbers. */
export const TYPED_OUTPUT = words('occurred_at recorded_at line lines');

/** Functions by which a mapping says what it takes their arguments for. */
export const isCalculating = (name: string): boolean => NUMERIC.has(name) || TEMPORAL.has(name);

const NUMBER_TYPES = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w*INT\w*|FLOAT|DOUBLE|DECIMAL)$/;
/** Every number fits into these, as near as they hold it. */
const WIDE = /^(FLOAT|DOUBLE)$/;

/** A type that a CAST makes of text. */
export interface CastType {
  readonly to: Conversion['to'];
  readonly sql: string;
  /** Whether a number or an instant may be none of this type. */
  readonly narrow: boolean;
}

/** What a CAST makes, where that is a number, an instant or true or false. */
export const castType = (node: SqlNode): CastType | undefined => {
  const type = node.cast_type;
  if (!isNode(type)) return undefined;
  const id = String(type.id);
  const { width, scale } = isNode(type.type_info) ? type.type_info : {};
  const sql = id === 'DECIMAL' && width !== undefined ? `DECIMAL(${width}, ${scale})` : id;
  if (NUMBER_TYPES.test(id)) return { to: 'number', sql, narrow: !WIDE.test(id) };
  if (id === 'DATE' || id.startsWith('TIMESTAMP')) return { to: 'instant', sql, narrow: false };
  return id === 'BOOLEAN' ? { to: 'boolean', sql, narrow: false } : undefined;
};

export const isText = (value: SqlValue | undefined): boolean =>
  isNode(value) &&
  value.class === 'CONSTANT' &&
  isNode(value.value) &&
  isNode(value.value.type) &&
  value.value.type.id === 'VARCHAR';

export const isColumn = (value: SqlValue | undefined): value is SqlNode =>
  isNode(value) && value.class === 'COLUMN_REF';

const textOf = (value: SqlValue | undefined): string | undefined =>
  isText(value) ? String(((value as SqlNode).value as SqlNode).value) : undefined;

/** A column that `strptime` reads as it is written, and the formats by which it does. */
export const strptimeOf = (
  node: SqlNode,
): { readonly column: SqlNode; readonly formats: readonly string[] } | undefined => {
  if (node.class !== 'FUNCTION' || String(node.function_name).toLowerCase() !== 'strptime') return undefined;
  const [column, format] = nodesIn(node.children);
  const isList = format?.class === 'FUNCTION' && format.function_name === 'list_value';
  const formats = (isList ? nodesIn(format.children) : [format]).map(textOf);
  if (!isColumn(column) || !formats.every((one) => one !== undefined)) return undefined;
  return { column, formats };
};

/** Whether something is a number or an instant by itself. */
export const isTyped = (value: SqlValue | undefined): boolean => {
  if (!isNode(value)) return false;
  if (value.class === 'CONSTANT') return !isText(value) && !(isNode(value.value) && value.value.is_null === true);
  if (value.class === 'CAST') return castType(value) !== undefined;
  const name = String(value.function_name);
  return value.class === 'FUNCTION' && (ARITHMETIC.test(name) || isCalculating(name)) && name !== 'strftime';
};
