import { resolve } from 'node:path';
import { fileLedger } from './account';
import { assertFile } from './chunks';
import { type Database, lock, openDatabase } from './database';
import { defineInputs } from './define-inputs';
import { adviceOn, messageOf } from './duckdb-error';
import { ImportError } from './import-error';
import type { ImportItem, Place } from './import-item';
import { formatOf } from './input-format';
import { type InputRun, type Inputs, stageInputs } from './inputs';
import { readLines } from './lines';
import { copyOf, type MappingTree, type SqlNode, statementOf, tablesIn, topOf, treeOf } from './mapping-tree';
import { readMapping } from './read-mapping';
import type { Reading } from './reading';
import { markRows, ROWS_IN_A_FILE } from './row-marks';
import { dataReader } from './touchpoint-data';
import { type TypedPlaces, typePlaces } from './typed-places';

/** Reads a text file to its end once, because DuckDB takes an archive that is cut short for a shorter one. */
const assertReadable = async (file: string, signal?: AbortSignal): Promise<void> => {
  for await (const _ of readLines(file, { signal })) signal?.throwIfAborted();
};

/** What DuckDB says of a file, with the file in front. */
const unreadable = (file: string, error: unknown): ImportError =>
  new ImportError(
    'unreadable',
    `${file}: ${messageOf(error)}\nRepair the file, or read it in the mapping with read_csv, read_json or read_parquet and the options it needs.`,
    { file },
    { cause: error },
  );

/** The files that a mapping reads as `input` or by number, by their places; all where its tree is not known. */
const usedFiles = (tree: SqlNode | undefined, count: number): readonly number[] => {
  const all = Array.from({ length: count }, (_, i) => i);
  if (tree === undefined) return all;
  const tables = tablesIn(tree);
  return tables.has('input') ? all : all.filter((i) => tables.has(`input_${i + 1}`));
};

const assertSelect = async (database: Database, sql: string, name: string): Promise<void> => {
  const refuse = (what: string) => new ImportError('mapping', `${name}: ${what}`, { file: name });
  if (sql.replace(/--.*$/gm, '').replace(/[\s;]/g, '') === '') throw refuse('the mapping is empty. Write one SELECT.');
  const statements = await database.connection.extractStatements(sql);
  if (statements.count !== 1) throw refuse(`expected one SELECT, found ${statements.count} statements.`);
  const { StatementType } = await import('@duckdb/node-api');
  const statement = await statements.prepare(0);
  const type = statement.statementType;
  statement.destroySync();
  if (type !== StatementType.SELECT)
    throw refuse(`expected a SELECT, found another statement (${StatementType[type]}).`);
};

/** Functions of DuckDB that read files take names for patterns; `input` does not. */
const patternAdvice = (files: readonly string[]): string => {
  const pattern = files.find((file) => /[*?[]/.test(file));
  return pattern === undefined
    ? ''
    : `To read_csv and its like ${pattern} is a pattern: rename it, or read it as input. `;
};

/** Only a single SELECT may be a mapping, so that nothing it says can change anything. */
const defineMapping = async (
  database: Database,
  sql: string,
  { trees, writes }: Trees,
  name: string,
  files: readonly string[],
): Promise<void> => {
  let failure: unknown;
  for (const tree of trees) {
    const statement = await statementOf(database, tree, writes);
    failure = await database.run(`CREATE TEMP VIEW mapping AS ${statement}`).catch((error: unknown) => error);
    if (failure === undefined) return;
  }
  try {
    await assertSelect(database, sql, name);
    // What is wrong with it is said best in its own words.
    await database.run(`CREATE TEMP VIEW mapping AS ${sql}`);
    // Whose columns cannot be converted must not run with text: it would compare numbers as text.
    if (failure !== undefined) throw failure;
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw new ImportError(
      'mapping',
      `${name}: ${messageOf(error)}\nA mapping is one SELECT from input (the file) and may read only the files named on the command line. ` +
        `${patternAdvice(files)}A column whose values are not all of one kind is text; rapport import --dry-run shows what each column is.`,
      { file: name },
      { cause: error },
    );
  }
};

const NOTHING: TypedPlaces = { strict: [], numberFields: new Set() };

/** The trees of a mapping that convert its columns where it calculates with them: with the marks of rows, and without. */
interface Trees {
  readonly trees: readonly SqlNode[];
  readonly writes: boolean;
  readonly places: TypedPlaces;
}

const typedTrees = (mapping: MappingTree | undefined, { columns }: Inputs, name: string): Trees => {
  if (mapping === undefined) return { trees: [], writes: false, places: NOTHING };
  const typed = copyOf(mapping.tree);
  const places = typePlaces(topOf(typed), columns, name);
  const marked = copyOf(typed);
  markRows(topOf(marked));
  return { trees: [marked, typed], writes: mapping.writes, places };
};

/**
 * A mapping of the user's own: a SELECT from `input`, which is the file, or all of them by column name; each is also
 * there by itself as `input_1`, `input_2`, in the order given.
 */
export const readSql = (files: readonly string[], sql: string, name: string): Reading =>
  async function* ({ context, format, signal, begun, found }) {
    for (const file of files) {
      assertFile(file);
      formatOf(file);
    }
    const database = await openDatabase(signal);
    try {
      const tree = await treeOf(database, sql);
      const used = usedFiles(tree?.tree, files.length);
      for (const [i, file] of files.entries())
        if (!used.includes(i) && formatOf(file) !== 'parquet') await assertReadable(file, signal);
      // Which row came from which file is lost in a SELECT, so the files have one account together.
      const all = (used.length === 0 ? files : used.map((i) => files[i])).join(', ');
      const ledger = fileLedger(all, 'row');
      const run: InputRun = { database, format, ledger, signal };
      const inputs = yield* staged(files, used, run);
      for (const { report } of inputs.list) found(report);
      // The number of rows of a file that the mapping reads by itself is unknown.
      if (used.length > 0) ledger.expect(inputs.list.reduce((sum, { report }) => sum + report.rows, 0));
      begun(ledger);
      const typed = typedTrees(tree, inputs, name);
      yield* defineInputs(inputs, typed.places.strict, run);
      await lock(database, [
        ...files.flatMap((file) => [file, resolve(file)]),
        ...inputs.list.flatMap(({ opened }) => opened ?? []),
      ]);
      await defineMapping(database, sql, typed, name, files);
      const unclear = inputs.columns.find(({ ask }) => ask?.includes('--decimal'));
      const data = dataReader({
        catalogue: context.catalogue,
        format,
        numberFields: typed.places.numberFields,
        ask: unclear?.ask,
      });
      const sources = [{ table: all, file: all, ledger }];
      const placeOf = placesIn(files, inputs);
      try {
        yield* readMapping({ database, rules: { name, format, data }, sources, context, placeOf });
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof ImportError) throw error;
        throw new ImportError(
          'mapping',
          `${name}: ${messageOf(error)}\n${adviceOn(error, 'Use TRY_CAST where a value may be of another kind, so that one row is rejected and not all.')}`,
          { file: name },
          { cause: error },
        );
      }
    } finally {
      await database.close();
    }
  };

async function* staged(
  files: readonly string[],
  used: readonly number[],
  run: InputRun,
): AsyncGenerator<readonly ImportItem[], Inputs> {
  try {
    return yield* stageInputs(files, used, run);
  } catch (error) {
    run.signal?.throwIfAborted();
    throw error instanceof ImportError ? error : unreadable(files[used[0]!]!, error);
  }
}

/** Where the row with a mark stands: in which file, and on which line. */
const placesIn =
  (files: readonly string[], { list }: Inputs) =>
  (mark: number): Place => {
    const index = Math.floor(mark / ROWS_IN_A_FILE);
    const counts = list.find((input) => input.index === index)?.counts;
    return { file: files[index]!, line: mark % ROWS_IN_A_FILE, ...(counts === undefined ? {} : { counts }) };
  };
