import { type Database, literal } from './database';
import { Numeral, parseTrusted } from './exact-json';

/** A node of DuckDB's own tree of a statement (`json_serialize_sql`). */
export type SqlNode = { [key: string]: SqlValue };
export type SqlValue = null | boolean | number | string | Numeral | SqlValue[] | SqlNode;

export const isNode = (value: SqlValue | undefined): value is SqlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Numeral);

/** The nodes of a value, in a list. */
export const nodesIn = (value: SqlValue | undefined): readonly SqlNode[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];

/** A node that calls a function with one argument. */
export const callNode = (
  name: string,
  argument: SqlNode,
  base: { readonly alias: string; readonly query_location: SqlValue },
): SqlNode => ({
  class: 'FUNCTION',
  type: 'FUNCTION',
  ...base,
  function_name: name,
  schema: '',
  children: [argument],
  filter: null,
  order_bys: { type: 'ORDER_MODIFIER', orders: [] },
  distinct: false,
  is_operator: false,
  export_state: false,
  catalog: '',
});

/** A mapping as DuckDB's tree. */
export interface MappingTree {
  readonly tree: SqlNode;
  /** Whether DuckDB writes it as SQL that says the same: it writes 1e3 as 1000.0, which is of another type. */
  readonly writes: boolean;
}

/** Where something stood in the text, which is nowhere in a text that DuckDB has written. */
const PLACES = /"query_location":\d+/g;

const serialized = async (database: Database, sql: string): Promise<string> => {
  const [[text] = []] = await database.rows(`SELECT json_serialize_sql(${literal(sql)})::VARCHAR`);
  return String(text).replace(PLACES, '"query_location":0');
};

const written = async (database: Database, tree: string): Promise<string> => {
  const [[sql] = []] = await database.rows(`SELECT json_deserialize_sql(${literal(tree)})`);
  return String(sql);
};

/** The tree of a mapping; undefined where DuckDB has none, because it is not a SELECT or is wrong. */
export const treeOf = async (database: Database, sql: string): Promise<MappingTree | undefined> => {
  const text = await serialized(database, sql);
  const tree = parseTrusted(text) as SqlNode;
  if (tree.error === true || nodesIn(tree.statements).length !== 1) return undefined;
  const again = await written(database, text).then((one) => serialized(database, one));
  return { tree, writes: again === text };
};

/** A copy that can be changed, every digit of its numbers kept. */
export const copyOf = (tree: SqlNode): SqlNode => parseTrusted(JSON.stringify(tree)) as SqlNode;

/**
 * A tree as a statement that a view can be made of. Where DuckDB does not write it, it has the tree executed, which
 * holds the whole result and cannot be interrupted.
 */
export const statementOf = async (database: Database, tree: SqlNode, writes: boolean): Promise<string> => {
  const text = JSON.stringify(tree);
  return writes ? written(database, text) : `SELECT * FROM json_execute_serialized_sql(${literal(text)})`;
};

export const topOf = (tree: SqlNode): SqlNode => nodesIn(tree.statements)[0]!.node as SqlNode;

const withNames = (node: SqlNode): readonly { readonly key: string; readonly value: SqlNode }[] =>
  isNode(node.cte_map)
    ? nodesIn(node.cte_map.map).map(({ key, value }) => ({ key: String(key), value: value as SqlNode }))
    : [];

/** The tables that a tree reads by name, in lower case; a name that a WITH defines does not count. */
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
