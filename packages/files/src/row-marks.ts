import { callNode, isNode, nodesIn, type SqlNode, type SqlValue } from './mapping-tree';

/** The column that says which row of which file a row of the result comes from. */
export const ROW_MARK = 'rapport_row';

/** The table `input` or `input_1` with {@link ROW_MARK}; a name that no mapping uses. */
export const markedTable = (table: string): string => `rapport_${table}`;

/** Rows of a file are counted up to here; a file beyond it is marked as well as it goes. */
export const ROWS_IN_A_FILE = 2 ** 40;

const AGGREGATES =
  /^(count(_star|_if)?|sum|min|max|avg|mean|median|mode|list|array_agg|any_value|first|last|arbitrary|arg_m\w+|m\w+_by|string_agg|group_concat|listagg|histogram|bool_\w+|quantile\w*|product|fsum|approx_\w+|stddev\w*|var\w*|json_group_\w+)$/i;

const hasAggregate = (value: SqlValue | undefined): boolean => {
  if (Array.isArray(value)) return value.some(hasAggregate);
  if (!isNode(value) || value.class === 'SUBQUERY' || value.class === 'WINDOW') return false;
  if (value.class === 'FUNCTION' && AGGREGATES.test(String(value.function_name))) return true;
  return Object.values(value).some(hasAggregate);
};

/** The table of the files that the rows of a SELECT come from: the first of those that are joined. */
const inputOf = (from: SqlValue | undefined): SqlNode | undefined => {
  if (!isNode(from)) return undefined;
  if (from.type === 'JOIN') return inputOf(from.left);
  return from.type === 'BASE_TABLE' && /^input(_\d+)?$/i.test(String(from.table_name)) ? from : undefined;
};

const refersTo = (value: SqlValue | undefined, name: string): boolean => {
  if (Array.isArray(value)) return value.some((one) => refersTo(one, name));
  if (!isNode(value)) return false;
  const [only, ...more] = value.class === 'COLUMN_REF' ? (value.column_names as string[]) : [];
  return (more.length === 0 && only?.toLowerCase() === name) || Object.values(value).some((one) => refersTo(one, name));
};

const base = (alias: string) => ({ alias, query_location: 0 });

const mark = (table: string, aggregate: boolean): SqlNode => {
  const column: SqlNode = {
    class: 'COLUMN_REF',
    type: 'COLUMN_REF',
    ...base(aggregate ? '' : ROW_MARK),
    column_names: [table, ROW_MARK],
  };
  return aggregate ? callNode('min', column, base(ROW_MARK)) : column;
};

/** Whether a SELECT can say of which row it is, and by which table. */
const markable = (node: SqlNode): SqlNode | undefined => {
  const input = inputOf(node.from_table);
  if (node.type !== 'SELECT_NODE' || input === undefined) return undefined;
  const name = String(input.alias || input.table_name).toLowerCase();
  const isWhole =
    nodesIn(node.select_list).some((item) => item.class === 'STAR') || refersTo({ ...node, from_table: null }, name);
  const isDistinct = nodesIn(node.modifiers).some(({ type }) => type === 'DISTINCT_MODIFIER');
  return isWhole || isDistinct || nodesIn(node.group_sets).length > 1 ? undefined : input;
};

const addMark = (node: SqlNode, input: SqlNode): void => {
  const grouped = nodesIn(node.group_expressions).length > 0 || node.aggregate_handling === 'FORCE_AGGREGATES';
  const aggregate = grouped || hasAggregate(node.select_list) || node.having !== null;
  const table = String(input.table_name);
  input.alias = input.alias || table;
  input.table_name = markedTable(table.toLowerCase());
  node.select_list = [...nodesIn(node.select_list), mark(String(input.alias), aggregate)];
};

/**
 * Has every SELECT of a result say which row of a file its rows come from (of a group: the first), where it reads the
 * files itself. Changes the tree in place; what cannot say so is left as it is.
 *
 * @returns the tables that are read with their marks
 */
export const markRows = (top: SqlNode): ReadonlySet<string> => {
  const marked = new Set<string>();
  let byPosition = false;
  const arms = (node: SqlNode): readonly SqlNode[] | undefined => {
    if (node.type === 'SELECT_NODE') return [node];
    if (node.type !== 'SET_OPERATION_NODE' || node.setop_all !== true || !/^UNION/.test(String(node.setop_type)))
      return undefined;
    byPosition ||= node.setop_type !== 'UNION_BY_NAME';
    const sides = [...nodesIn(node.left), ...nodesIn(node.right)].map(arms);
    return sides.every((side) => side !== undefined) ? sides.flatMap((side) => side ?? []) : undefined;
  };
  const found = arms(top) ?? [];
  const inputs = found.map(markable);
  // Columns that are matched by position must be as many in every arm.
  if (byPosition && inputs.includes(undefined)) return marked;
  for (const [i, input] of inputs.entries()) {
    if (input === undefined) continue;
    marked.add(String(input.table_name).toLowerCase());
    addMark(found[i]!, input);
  }
  return marked;
};
