import { type Database, literal } from './database';

/** A node of DuckDB's own tree of a statement (`json_serialize_sql`). */
export type SqlNode = { [key: string]: SqlValue };
export type SqlValue = null | boolean | number | string | SqlValue[] | SqlNode;

export const isNode = (value: SqlValue | undefined): value is SqlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The nodes of a value, in a list. */
export const nodesIn = (value: SqlValue | undefined): readonly SqlNode[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];

/** A place that DuckDB does not know; JavaScript would write it as another number. */
const NO_PLACE = /"query_location":18446744073709551615/g;

/** The tree of a mapping; undefined where DuckDB has none, because it is no SELECT or is wrong. */
export const treeOf = async (database: Database, sql: string): Promise<SqlNode | undefined> => {
  const [[text]] = await database.rows(`SELECT json_serialize_sql(${literal(sql)})::VARCHAR`);
  const tree = JSON.parse(String(text).replace(NO_PLACE, '"query_location":0')) as SqlNode;
  const statements = nodesIn(tree.statements);
  return tree.error === true || statements.length !== 1 ? undefined : tree;
};

/** The query of a tree as a statement that a view can be made of. */
export const statementOf = (tree: SqlNode): string =>
  `SELECT * FROM json_execute_serialized_sql(${literal(JSON.stringify(tree))})`;

export const topOf = (tree: SqlNode): SqlNode => nodesIn(tree.statements)[0].node as SqlNode;

const withNames = (node: SqlNode): readonly { readonly key: string; readonly value: SqlNode }[] =>
  isNode(node.cte_map)
    ? nodesIn(node.cte_map.map).map(({ key, value }) => ({ key: String(key), value: value as SqlNode }))
    : [];

/** The tables that a tree reads by name, in lower case; a name that a WITH defines is none. */
export const tablesIn = (tree: SqlNode): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (value: SqlValue | undefined, defined: ReadonlySet<string>): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, defined);
    if (!isNode(value)) return;
    let known = defined;
    for (const { key, value: query } of withNames(value)) {
      visit(query, known);
      known = new Set([...known, key.toLowerCase()]);
    }
    if (value.type === 'BASE_TABLE') {
      const name = String(value.table_name).toLowerCase();
      if (!known.has(name) || value.schema_name !== '') found.add(name);
    }
    // query_table('input') names its tables by text.
    if (value.class === 'FUNCTION' && /^query(_table)?$/i.test(String(value.function_name)))
      for (const [name] of JSON.stringify(value.children).matchAll(/input(?:_\d+)?/gi)) found.add(name.toLowerCase());
    for (const [key, one] of Object.entries(value)) if (key !== 'cte_map') visit(one, known);
  };
  visit(topOf(tree), new Set());
  return found;
};
