import { ImportError } from './import-error';
import { isNode, nodesIn, type SqlNode, type SqlValue } from './mapping-tree';

/** A column of `input` as the places where a mapping uses it see it. */
export interface UsedColumn {
  /** As the file has it. */
  readonly name: string;
  /** In SQL. */
  readonly column: string;
  readonly type: string;
  readonly numbers: boolean;
  /** The function that converts its text; absent where it has its type already, or is only text. */
  readonly convert?: string;
  /** Whether every value can be converted. */
  readonly fits: boolean;
  /** Why it cannot be converted before something is said. */
  readonly ask?: string;
}

/** What a mapping does with the columns that are text. */
export interface TypedPlaces {
  /** Columns that are calculated with: a row in which one cannot be converted is rejected. */
  readonly converted: ReadonlySet<UsedColumn>;
  /** Fields of data that hold columns of plain numbers. */
  readonly numberFields: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((name) => name !== ''));

const ARITHMETIC = /^([-+*/%^]|\/\/|\*\*)$/;
/** Functions by which a mapping says what it takes their arguments for: they give numbers or instants. */
const CALCULATING = words(`
  sum avg mean median product stddev stddev_pop stddev_samp variance var_pop var_samp quantile quantile_cont
  quantile_disc fsum kahan_sum sumkahan favg abs round ceil ceiling floor trunc sign sqrt cbrt ln log log2 log10 exp pow
  power mod even add subtract multiply divide year month day hour minute second quarter week weekday isodow dayofweek
  dayofmonth dayofyear yearweek epoch epoch_ms epoch_us date_trunc datetrunc date_part datepart date_diff datediff
  date_sub datesub date_add age last_day time_bucket make_timestamp make_date to_days to_hours to_minutes to_seconds
  to_timestamp`);
/** Functions that compare or print their arguments, and give what they are given. */
const ORDERING = words(
  'min max arg_min arg_max min_by max_by argmin argmax greatest least strftime dayname monthname bool_and bool_or',
);
/** Functions that give back what they are given. */
const PASSING = words('any_value first last arbitrary nullif ifnull if lag lead first_value last_value');
/** Functions that make JSON or lists. */
const COLLECTING = words('json_object json_array list_value row');
const CONVERTED_TYPES =
  /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|U\w*INT\w*|FLOAT|DOUBLE|DECIMAL|BOOLEAN|DATE|TIME|TIMESTAMP.*)$/;
/** Columns of a mapping that are instants, or numbers. */
const TYPED_OUTPUT = words('occurred_at recorded_at line lines');

/**
 * What a place wants a column as: `typed`, for a row in which it cannot be that is rejected; `tried`, for where it
 * cannot it is nothing; `fitting`, typed where every row can be; `number`, one where every row has a plain number.
 */
type Want = 'text' | 'typed' | 'tried' | 'fitting' | 'number';

const isText = (value: SqlValue | undefined): boolean =>
  isNode(value) &&
  value.class === 'CONSTANT' &&
  isNode(value.value) &&
  isNode(value.value.type) &&
  value.value.type.id === 'VARCHAR';

const isColumn = (value: SqlValue | undefined): value is SqlNode => isNode(value) && value.class === 'COLUMN_REF';

/** Whether something is a number or an instant by itself. */
const isTyped = (value: SqlValue | undefined): boolean => {
  if (!isNode(value)) return false;
  if (value.class === 'CONSTANT') return !isText(value) && !(isNode(value.value) && value.value.is_null === true);
  if (value.class === 'CAST') return isNode(value.cast_type) && CONVERTED_TYPES.test(String(value.cast_type.id));
  return (
    value.class === 'FUNCTION' &&
    (ARITHMETIC.test(String(value.function_name)) || CALCULATING.has(String(value.function_name)))
  );
};

/** Whether a SELECT reads the files themselves, and not what another SELECT has made of them. */
const readsInput = (from: SqlValue | undefined): boolean => {
  if (!isNode(from)) return false;
  if (from.type === 'BASE_TABLE') return /^input(_\d+)?$/i.test(String(from.table_name));
  return from.type === 'JOIN' && (readsInput(from.left) || readsInput(from.right));
};

const call = (name: string, argument: SqlNode, alias: string): SqlNode => ({
  class: 'FUNCTION',
  type: 'FUNCTION',
  alias,
  query_location: argument.query_location,
  function_name: name,
  schema: '',
  children: [{ ...argument, alias: '' }],
  filter: null,
  order_bys: { type: 'ORDER_MODIFIER', orders: [] },
  distinct: false,
  is_operator: false,
  export_state: false,
  catalog: '',
});

/** Function that makes text of a column that has a type; what it gives is what stood in the file. */
export const AS_TEXT = 'rapport_text';

const resolver =
  (columns: readonly UsedColumn[], mapping: string) =>
  (ref: string): UsedColumn | undefined => {
    const alike = columns.filter(
      ({ name, column }) => name.toLowerCase() === ref.toLowerCase() || column.toLowerCase() === ref.toLowerCase(),
    );
    if (alike.length <= 1) return alike[0];
    const exact = alike.find(({ name }) => name === ref) ?? alike.find(({ column }) => column === ref);
    if (exact !== undefined) return exact;
    const names = alike.map(({ name }) => name);
    throw new ImportError('mapping', `${mapping}: ${ref} may be ${names.join(' or ')}. Write it as the file does.`, {
      file: mapping,
      field: ref,
    });
  };

/** The names that SELECTs give: columns that only have another name there, and names of something computed. */
const namesIn = (top: SqlNode, resolve: (ref: string) => UsedColumn | undefined) => {
  const named = new Map<string, UsedColumn | undefined>();
  const visit = (value: SqlValue | undefined): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isNode(value)) return;
    for (const item of nodesIn(value.select_list)) {
      const alias = String(item.alias ?? '').toLowerCase();
      if (alias === '' || TYPED_OUTPUT.has(alias)) continue;
      const names = isColumn(item) ? (item.column_names as string[]) : [];
      const column = names.length === 0 || names.length > 2 ? undefined : resolve(names[names.length - 1]);
      // A name that stands for two things is none of them.
      named.set(alias, !named.has(alias) || named.get(alias) === column ? column : undefined);
    }
    for (const one of Object.values(value)) visit(one);
  };
  visit(top);
  return named;
};

/**
 * Converts text where a mapping calculates with it, and nowhere else: `price` is a number in `pieces * price`, and text
 * as it stands in the file in `card || price`. Changes the tree in place.
 *
 * @param mapping what messages call the mapping
 * @throws ImportError for a column that cannot be converted before something is said
 */
export const typePlaces = (top: SqlNode, columns: readonly UsedColumn[], mapping: string): TypedPlaces => {
  const resolve = resolver(columns, mapping);
  const names = namesIn(top, resolve);
  const converted = new Set<UsedColumn>();
  const fields = new Map<string, boolean>();
  /** Whether the SELECT at hand reads the files: elsewhere a name that is given to something computed means that. */
  let direct = false;

  const columnOf = (node: SqlNode): UsedColumn | undefined => {
    const parts = node.column_names as string[];
    if (parts.length > 2) return undefined;
    const ref = parts[parts.length - 1];
    const own = resolve(ref);
    const name = ref.toLowerCase();
    if (own !== undefined) return direct || !names.has(name) || names.get(name) === own ? own : undefined;
    return names.get(name);
  };

  /** A reference as it is to be: by its name in SQL, converted where that is wanted. */
  const reference = (node: SqlNode, want: Want): SqlNode => {
    const parts = node.column_names as string[];
    const column = columnOf(node);
    if (column === undefined) return node;
    const ref = parts[parts.length - 1];
    const named = ref === column.name ? { ...node, column_names: [...parts.slice(0, -1), column.column] } : node;
    if (want === 'text' || (want === 'number' && !column.numbers)) return named;
    if (column.ask !== undefined)
      throw new ImportError('mapping', `${mapping}: ${column.ask}`, { file: mapping, field: column.name });
    if (column.convert === undefined || (want === 'fitting' && !column.fits)) return named;
    if (want === 'typed') converted.add(column);
    return call(column.convert, named, String(node.alias));
  };

  const visit = (value: SqlValue | undefined, want: Want): SqlValue => {
    if (Array.isArray(value)) return value.map((one) => visit(one, want));
    if (!isNode(value)) return value ?? null;
    if (value.class === 'COLUMN_REF') return reference(value, want);
    const outer = direct;
    if (value.type === 'SELECT_NODE') direct = readsInput(value.from_table);
    const wanted = wantedIn(value, want);
    for (const [key, one] of Object.entries(value)) {
      if (key === 'column_names' || key === 'lhs') continue;
      if (key === 'select_list') value[key] = nodesIn(one).map(output);
      else value[key] = visit(one, wanted(key));
    }
    direct = outer;
    return value;
  };

  /** An item of a SELECT. Instants and counts of the result are typed, and keep their names. */
  const output = (item: SqlNode): SqlNode => {
    const parts = isColumn(item) ? (item.column_names as string[]) : [];
    const name = String(item.alias || parts[parts.length - 1] || '');
    if (!TYPED_OUTPUT.has(name.toLowerCase())) return visit(item, 'text') as SqlNode;
    return visit({ ...item, alias: name }, 'typed') as SqlNode;
  };

  const wantedIn = (node: SqlNode, want: Want): ((key: string) => Want) => {
    switch (node.class) {
      case 'FUNCTION':
      case 'WINDOW': {
        const children = inFunction(node, want);
        return (key) => (key === 'children' ? children : key === 'orders' || key === 'order_bys' ? 'fitting' : 'text');
      }
      case 'CASE':
        return (key) => (key === 'case_checks' || key === 'else_expr' ? want : 'text');
      case 'CAST': {
        const converts = isNode(node.cast_type) && CONVERTED_TYPES.test(String(node.cast_type.id));
        return () => (converts ? (node.try_cast === true ? 'tried' : 'typed') : 'text');
      }
      case 'COMPARISON':
        return comparing(
          node,
          [node.left, node.right],
          /^COMPARE_(EQUAL|NOTEQUAL|(NOT_)?DISTINCT_FROM)$/.test(String(node.type)),
        );
      case 'BETWEEN':
        return () => 'typed';
      case 'OPERATOR':
        if (/^COMPARE_(NOT_)?IN$/.test(String(node.type))) return comparing(node, nodesIn(node.children), true);
        return () => (node.type === 'OPERATOR_COALESCE' ? want : 'text');
      default:
        if ('then_expr' in node) return (key) => (key === 'then_expr' ? want : 'text');
        return (key) =>
          want === 'fitting' || (key === 'expression' && /^ORDER/.test(String(node.type))) ? 'fitting' : 'text';
    }
  };

  const inFunction = (node: SqlNode, want: Want): Want => {
    const name = String(node.function_name).toLowerCase();
    if (name === 'struct_pack') noteFields(node);
    if ((node.is_operator === true && ARITHMETIC.test(name)) || CALCULATING.has(name) || ORDERING.has(name))
      return want === 'tried' ? want : 'typed';
    if (PASSING.has(name)) return want;
    return COLLECTING.has(name) ? 'number' : 'text';
  };

  /** What is compared with a number is one; text is the same only as it is written, also where a column has a type. */
  const comparing = (node: SqlNode, sides: readonly (SqlValue | undefined)[], equality: boolean): (() => Want) => {
    if (!equality || sides.some(isTyped)) return () => 'typed';
    const types = new Set(sides.filter(isColumn).map((side) => columnOf(side)?.type));
    if (types.size <= 1 && !sides.some(isText)) return () => 'text';
    const asText = (side: SqlValue | undefined): SqlValue => {
      const column = isColumn(side) ? columnOf(side) : undefined;
      const typed = column !== undefined && /^(BIGINT|DECIMAL.*)$/.test(column.type);
      return typed ? call(AS_TEXT, side as SqlNode, '') : (side ?? null);
    };
    for (const key of ['left', 'right']) if (key in node) node[key] = asText(node[key]);
    if (Array.isArray(node.children)) node.children = node.children.map(asText);
    return () => 'text';
  };

  /** A field that holds plain numbers wherever a mapping has it is a number in data. */
  const noteFields = (struct: SqlNode): void => {
    for (const child of nodesIn(struct.children)) {
      const field = String(child.alias);
      fields.set(field, isColumn(child) && columnOf(child)?.numbers === true && fields.get(field) !== false);
    }
  };

  visit(top, 'text');
  const numberFields = [...fields].filter(([, isNumber]) => isNumber).map(([field]) => field);
  return { converted, numberFields: new Set(numberFields) };
};
