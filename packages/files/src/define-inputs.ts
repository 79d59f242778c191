import type { FileLedger } from './account';
import { type Database, literal, quoted } from './database';
import type { RejectedItem } from './import-item';
import type { InputRun, Inputs } from './inputs';
import { shorten } from './lines';
import { markedTable, ROW_MARK, ROWS_IN_A_FILE } from './row-marks';
import type { ShapeKind } from './shape';
import type { StagedFile } from './stage-file';
import type { StrictUse } from './typed-places';

/** A column of text in its type; where that is more than text, every value is known to fit. */
const expressionOf = (place: number, { type, structure }: ShapeKind): string => {
  const text = `c${place}`;
  if (structure !== undefined) return `from_json(${text}, ${literal(JSON.stringify(structure))})`;
  return type === 'VARCHAR' ? text : `CAST(${text} AS ${type})`;
};

/** A column of a file of which a mapping wants what not every value is. */
interface StrictColumn {
  readonly text: string;
  readonly field: string;
  readonly use: StrictUse;
}

const strictColumns = ({ columns }: StagedFile, strict: readonly StrictUse[]): readonly StrictColumn[] =>
  columns.flatMap(({ name, column }, place) =>
    strict
      .filter((use) => use.column.column.toLowerCase() === column.toLowerCase())
      .map((use) => ({ text: `c${place}`, field: name, use })),
  );

/**
 * Makes the tables that a mapping reads: `input_1`, `input_2`, ... and `input`, all files by column name, each also with
 * the marks of its rows. A row in which a value is not what the mapping takes it for is in none of them, and is yielded
 * as rejected.
 */
export async function* defineInputs(
  { list }: Inputs,
  uses: readonly StrictUse[],
  { database, ledger }: InputRun,
): AsyncGenerator<readonly RejectedItem[]> {
  for (const { index, staged } of list) {
    if (staged === undefined) continue;
    const strict = strictColumns(staged, uses);
    const fits = strict.map(({ text, use }) => `(${text} IS NULL OR ${use.holds(text)})`).join(' AND ');
    const select = staged.columns
      .map(({ column, shape }, place) => `${expressionOf(place, shape.kind())} AS ${quoted(column)}`)
      .join(', ');
    const from = `FROM ${staged.table.name}${fits === '' ? '' : ` WHERE ${fits}`}`;
    const mark = `${index * ROWS_IN_A_FILE} + line AS ${ROW_MARK}`;
    await database.run(`CREATE VIEW input_${index + 1} AS SELECT ${select} ${from}`);
    await database.run(`CREATE VIEW ${markedTable(`input_${index + 1}`)} AS SELECT ${select}, ${mark} ${from}`);
    if (strict.length > 0) yield* oddRows(database, ledger, staged, strict, fits);
  }
  for (const table of ['input', markedTable('input')]) {
    const each = list.map(({ index }) => `SELECT * FROM ${table}_${index + 1}`);
    const union = () => database.run(`CREATE VIEW ${table} AS ${each.join(' UNION ALL BY NAME ')}`);
    // Files that do not go together have no `input`; a mapping joins them by number.
    if (list.length === 1) await union();
    else if (list.length > 1) await union().catch(() => undefined);
  }
}

/** The rows of a file with a value that does not convert; the first such value is reported. */
async function* oddRows(
  database: Database,
  ledger: FileLedger,
  { table, file, counts }: StagedFile,
  strict: readonly StrictColumn[],
  fits: string,
): AsyncGenerator<readonly RejectedItem[]> {
  const cases = strict.map(({ text, use }, i) => `WHEN ${text} IS NOT NULL AND NOT (${use.holds(text)}) THEN ${i}`);
  const which = `(CASE ${cases.join(' ')} END)::INTEGER`;
  const query = `SELECT line::DOUBLE, ${which}, ${strict.map(({ text }) => text).join(', ')} FROM ${table.name} WHERE NOT (${fits}) ORDER BY line`;
  for await (const rows of database.stream(query))
    yield rows.map(([line, which, ...found]): RejectedItem => {
      const { field, use } = strict[Number(which)]!;
      const value = String(found[Number(which)]);
      ledger.count('rejected', 1, `${field}: ${use.wanted}`);
      return {
        kind: 'rejected',
        at: { file, line: Number(line), ...(counts === undefined ? {} : { counts }) },
        field,
        reason: `${use.wanted}, got ${JSON.stringify(shorten(value).slice(0, 60))}`,
        raw: shorten(value),
      };
    });
}
