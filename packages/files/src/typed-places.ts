import { namesIn, resolver, type UsedColumn } from './column-refs';
import { AS_TEXT, NOTHING, READ_AS, WANTED } from './conversions';
import { literal } from './database';
import { ImportError } from './import-error';
import { callNode, isNode, nodesIn, type SqlNode, type SqlValue } from './mapping-tree';
import {
  ARITHMETIC,
  type CastType,
  COLLECTING,
  castType,
  isCalculating,
  isColumn,
  isText,
  isTyped,
  ORDERING,
  PASSING,
  strptimeOf,
  TEMPORAL,
  TEXTUAL,
  TYPED_OUTPUT,
} from './sql-words';

/** A column that a mapping takes for something that not every one of its values may be. */
export interface StrictUse {
  readonly column: UsedColumn;
  /** Whether a text is that, in SQL. */
  readonly holds: (text: string) => string;
  /** The message for a text that is not. */
  readonly wanted: string;
}

/** What a mapping does with the columns that are text. */
export interface TypedPlaces {
  /** Columns that are calculated with: a row in which one cannot be converted is rejected. */
  readonly strict: readonly StrictUse[];
  /** Fields of data that hold columns of plain numbers. */
  readonly numberFields: ReadonlySet<string>;
}

/**
 * What a place wants a column as: `typed`, for a row in which it cannot be that is rejected; `instant`, the same where
 * it can be nothing else; `tried`, for where it cannot it is nothing; `fitting`, typed where every row can be; `number`,
 * one where every row has a plain number; `text`, whatever it is; `written`, as it stands in the file.
 */
type Want = 'text' | 'written' | 'typed' | 'instant' | 'tried' | 'fitting' | 'number';

/** Types of columns whose values are written back as they stood in the file. */
const WRITTEN_BACK = /^(BIGINT|DECIMAL.*|DATE|TIMESTAMP|BOOLEAN)$/;

/** Whether a SELECT reads the files themselves, and not what another SELECT has made of them. */
const readsInput = (from: SqlValue | undefined): boolean => {
  if (!isNode(from)) return false;
  if (from.type === 'BASE_TABLE') return /^input(_\d+)?$/i.test(String(from.table_name));
  return from.type === 'JOIN' && (readsInput(from.left) || readsInput(from.right));
};

const call = (name: string, argument: SqlNode, alias: string): SqlNode =>
  callNode(name, { ...argument, alias: '' }, { alias, query_location: argument.query_location! });

/** The tree of one mapping, while its places are typed. */
class PlaceTyping {
  private readonly resolve: ReturnType<typeof resolver>;
  private readonly names: ReturnType<typeof namesIn>;
  private readonly strict = new Map<string, StrictUse>();
  private readonly fields = new Map<string, boolean>();
  /** Whether the current SELECT reads the files. Elsewhere a name that was given to a computed value means that value. */
  private direct = false;

  constructor(
    private readonly top: SqlNode,
    columns: readonly UsedColumn[],
    private readonly mapping: string,
  ) {
    this.resolve = resolver(columns, mapping);
    this.names = namesIn(top, this.resolve);
  }

  run(): TypedPlaces {
    this.visit(this.top, 'text');
    const numberFields = [...this.fields].filter(([, isNumber]) => isNumber).map(([field]) => field);
    return { strict: [...this.strict.values()], numberFields: new Set(numberFields) };
  }

  private columnOf(node: SqlNode): UsedColumn | undefined {
    const parts = node.column_names as string[];
    if (parts.length > 2) return undefined;
    const ref = parts[parts.length - 1]!;
    const own = this.resolve(ref);
    const name = ref.toLowerCase();
    if (own !== undefined)
      return this.direct || !this.names.has(name) || this.names.get(name) === own ? own : undefined;
    return this.names.get(name);
  }

  /** A reference by the name of its column in SQL. */
  private named(node: SqlNode, column: UsedColumn): SqlNode {
    const parts = node.column_names as string[];
    return parts[parts.length - 1] === column.name
      ? { ...node, column_names: [...parts.slice(0, -1), column.column] }
      : node;
  }

  /** @throws ImportError where something has to be said before a column can be taken for a number or a date */
  private assertClear({ name, ask }: UsedColumn): void {
    if (ask !== undefined)
      throw new ImportError('mapping', `${this.mapping}: ${ask}`, { file: this.mapping, field: name });
  }

  private beStrict(column: UsedColumn, wanted: string, test: (text: string) => string): void {
    const holds = (text: string) => `${test(text)} IS NOT NULL`;
    this.strict.set(`${column.column} ${holds('')}`, { column, holds, wanted });
  }

  /** A reference as it is to be: by its name in SQL, converted where that is wanted. */
  private reference(node: SqlNode, want: Want): SqlNode {
    const column = this.columnOf(node);
    if (column === undefined) return node;
    const ref = this.named(node, column);
    const alias = String(node.alias);
    if (want === 'written') return WRITTEN_BACK.test(column.type) ? call(AS_TEXT, ref, alias) : ref;
    if (want === 'text' || (want === 'number' && !column.numbers)) return ref;
    this.assertClear(column);
    const { convert: own, type } = column;
    const isFree = want === 'instant' && type === 'VARCHAR' && (own === undefined || own === NOTHING);
    const convert = isFree ? READ_AS.instant : own;
    if (convert === undefined || (want === 'fitting' && !column.fits)) return ref;
    if ((want === 'typed' || want === 'instant') && (isFree || !column.fits))
      this.beStrict(column, WANTED[column.to ?? 'instant'], (text) => `${convert}(${text})`);
    return call(convert, ref, alias);
  }

  /** A column in a CAST: what its text is not strictly rejects the row, or in a TRY_CAST is nothing. */
  private cast(node: SqlNode, { to, sql, narrow }: CastType): SqlNode {
    const child = node.child as SqlNode;
    const column = this.columnOf(child);
    if (column === undefined || column.type === 'JSON') return node;
    this.assertClear(column);
    const convert = column.convert ?? (column.type === 'VARCHAR' ? READ_AS[to] : undefined);
    if (node.try_cast !== true && (narrow || !column.fits || column.to !== to))
      this.beStrict(column, narrow ? `${WANTED[to]} that fits ${sql}` : WANTED[to], (text) =>
        convert === undefined ? `TRY_CAST(${text} AS ${sql})` : `TRY_CAST(${convert}(${text}) AS ${sql})`,
      );
    const ref = this.named(child, column);
    return { ...node, child: convert === undefined ? ref : call(convert, ref, '') };
  }

  /** What a format of `strptime` does not fit rejects its row, where it would stop all of them. */
  private noteFormats(node: SqlNode): void {
    const found = strptimeOf(node);
    const column = found === undefined ? undefined : this.columnOf(found.column);
    if (found === undefined || column === undefined || column.type === 'JSON') return;
    const formats = `[${found.formats.map(literal).join(', ')}]`;
    this.beStrict(
      column,
      `expected a date written as ${found.formats.join(' or ')}`,
      (text) => `try_strptime(${text}, ${formats})`,
    );
  }

  private visit(value: SqlValue | undefined, want: Want): SqlValue {
    if (Array.isArray(value)) return value.map((one) => this.visit(one, want));
    if (!isNode(value)) return value ?? null;
    if (value.class === 'COLUMN_REF') return this.reference(value, want);
    const type = value.class === 'CAST' && isColumn(value.child) ? castType(value) : undefined;
    if (type !== undefined) return this.cast(value, type);
    this.noteFormats(value);
    const outer = this.direct;
    if (value.type === 'SELECT_NODE') this.direct = readsInput(value.from_table);
    const wanted = this.wantedIn(value, want);
    for (const [key, one] of Object.entries(value)) {
      if (key === 'column_names' || key === 'lhs') continue;
      if (key === 'select_list') value[key] = nodesIn(one).map((item) => this.output(item));
      else value[key] = this.visit(one, wanted(key));
    }
    this.direct = outer;
    return value;
  }

  /** An item of a SELECT. Instants and counts of the result are typed, and keep their this.names. */
  private output(item: SqlNode): SqlNode {
    const parts = isColumn(item) ? (item.column_names as string[]) : [];
    const name = String(item.alias || parts[parts.length - 1] || '');
    if (!TYPED_OUTPUT.has(name.toLowerCase())) return this.visit(item, 'text') as SqlNode;
    return this.visit({ ...item, alias: name }, 'typed') as SqlNode;
  }

  private wantedIn(node: SqlNode, want: Want): (key: string) => Want {
    switch (node.class) {
      case 'FUNCTION':
      case 'WINDOW': {
        const children = this.inFunction(node, want);
        return (key) => (key === 'children' ? children : key === 'orders' || key === 'order_bys' ? 'fitting' : 'text');
      }
      case 'CASE': {
        const results = [...nodesIn(node.case_checks).map((check) => check.then_expr), node.else_expr];
        const wanted = this.among(results, want);
        return (key) => (key === 'case_checks' || key === 'else_expr' ? wanted : 'text');
      }
      case 'CAST': {
        const inner = castType(node) === undefined ? 'text' : node.try_cast === true ? 'tried' : 'typed';
        return () => inner;
      }
      case 'COMPARISON':
        return this.comparing(
          node,
          [node.left, node.right],
          /^COMPARE_(EQUAL|NOTEQUAL|(NOT_)?DISTINCT_FROM)$/.test(String(node.type)),
        );
      case 'BETWEEN':
        return () => 'typed';
      case 'OPERATOR':
        if (/^COMPARE_(NOT_)?IN$/.test(String(node.type))) return this.comparing(node, nodesIn(node.children), true);
        return () => (node.type === 'OPERATOR_COALESCE' ? this.among(nodesIn(node.children), want) : 'text');
      default:
        if ('then_expr' in node) return (key) => (key === 'then_expr' ? want : 'text');
        return (key) =>
          want === 'fitting' || (key === 'expression' && /^ORDER/.test(String(node.type))) ? 'fitting' : 'text';
    }
  }

  /** What is one of several is typed where another of them is: there is one column of them. */
  private among(values: readonly (SqlValue | undefined)[], want: Want): Want {
    return (want === 'text' || want === 'number') && values.some(isTyped) ? 'typed' : want;
  }

  private inFunction(node: SqlNode, want: Want): Want {
    const name = String(node.function_name).toLowerCase();
    if (name === 'struct_pack') this.noteFields(node);
    if ((node.is_operator === true && ARITHMETIC.test(name)) || isCalculating(name) || ORDERING.has(name))
      return want === 'tried' ? want : TEMPORAL.has(name) ? 'instant' : 'typed';
    if (TEXTUAL.has(name)) return 'written';
    if (PASSING.has(name)) return this.among(nodesIn(node.children), want);
    return COLLECTING.has(name) ? 'number' : 'text';
  }

  /** What is compared with a number is one; text is the same only as it is written, also where a column has a type. */
  private comparing(node: SqlNode, sides: readonly (SqlValue | undefined)[], equality: boolean): () => Want {
    if (!equality || sides.some(isTyped)) return () => 'typed';
    const types = new Set(sides.filter(isColumn).map((side) => this.columnOf(side)?.type));
    if (types.size <= 1 && !sides.some(isText)) return () => 'text';
    const asText = (side: SqlValue | undefined): SqlValue => {
      const column = isColumn(side) ? this.columnOf(side) : undefined;
      const typed = column !== undefined && /^(BIGINT|DECIMAL.*)$/.test(column.type);
      return typed ? call(AS_TEXT, side as SqlNode, '') : (side ?? null);
    };
    for (const key of ['left', 'right']) if (key in node) node[key] = asText(node[key]);
    if (Array.isArray(node.children)) node.children = node.children.map(asText);
    return () => 'text';
  }

  /** A field that holds plain numbers wherever a mapping has it is a number in data. */
  private noteFields(struct: SqlNode): void {
    for (const child of nodesIn(struct.children)) {
      const field = String(child.alias);
      this.fields.set(
        field,
        isColumn(child) && this.columnOf(child)?.numbers === true && this.fields.get(field) !== false,
      );
    }
  }
}

/**
 * Converts text where a mapping calculates with it, and nowhere else: `price` is a number in `pieces * price`, and text
 * as it stands in the file in `card || price`. Changes the tree in place.
 *
 * @param mapping what messages call the mapping
 * @throws ImportError for a column that cannot be converted before something is said
 */
export const typePlaces = (top: SqlNode, columns: readonly UsedColumn[], mapping: string): TypedPlaces =>
  new PlaceTyping(top, columns, mapping).run();
