import type { DecodeContext } from '@rapport/domain';
import type { FileLedger } from './account';
import type { Database } from './database';
import { decodeItem } from './decode-item';
import { ImportError } from './import-error';
import type { ImportItem, Place } from './import-item';
import { shorten } from './lines';
import { type MappedRow, mappingQuery, type RowRules, rowOf } from './mapped-row';
import { markSet } from './mark-set';

/** An input as a mapping knows it: its table, the file's name, and where its lines are counted. */
export interface MappedSource {
  readonly table: string;
  readonly file: string;
  readonly ledger: FileLedger;
}

export interface MappingRun {
  readonly database: Database;
  readonly rules: RowRules;
  /** The first source is meant where a row names no table. */
  readonly sources: readonly MappedSource[];
  readonly context: DecodeContext;
  /** Where the row with a mark stands. */
  readonly placeOf?: (mark: number) => Place;
}

/** How many lines of which table a row counts. A row of a file that several rows come from counts once. */
const lineCounter = (first: string) => {
  const seen = markSet();
  return ({ lines, table, mark }: MappedRow): readonly (readonly [string, number])[] => {
    if (lines === undefined) return [[table ?? first, mark === undefined || seen.add(mark) ? 1 : 0]];
    return typeof lines === 'number' ? [[table ?? first, lines]] : Object.entries(lines);
  };
};

/** The items that the view `mapping` yields, decoded and counted, in chunks. */
export async function* readMapping({
  database,
  rules,
  sources,
  context,
  placeOf,
}: MappingRun): AsyncGenerator<readonly ImportItem[]> {
  const { name } = rules;
  const byTable = new Map(sources.map((source) => [source.table, source]));
  const sourceOf = (table: string): MappedSource => {
    const source = byTable.get(table);
    if (source !== undefined) return source;
    throw new ImportError(
      'mapping',
      `${name}: a row names the file "${table}". Known are ${[...byTable.keys()].join(', ')}.`,
      { file: name, field: 'file' },
    );
  };
  const linesOf = lineCounter(sources[0]!.table);
  let number = 0;
  const placeIn = (row: MappedRow): Place => {
    const { file } = sourceOf(row.table ?? sources[0]!.table);
    if (row.line !== undefined) return { file, line: row.line };
    if (row.mark !== undefined && placeOf !== undefined) return placeOf(row.mark);
    return { file, line: number, counts: 'rows of the result' };
  };
  for await (const rows of database.stream(await mappingQuery(database, name))) {
    const items: ImportItem[] = [];
    for (const values of rows) {
      number++;
      const row = rowOf(values, rules);
      const at = placeIn(row);
      let outcome = row.outcome;
      let reason = row.reason;
      if (outcome === 'touchpoint') {
        const { item, countedAs } = decodeItem(row.input, at, context, () => row.raw ?? JSON.stringify(row.input));
        if (countedAs !== undefined) {
          outcome = 'rejected';
          reason = countedAs;
        }
        items.push(item);
      } else if (outcome === 'rejected')
        items.push({ kind: 'rejected', at, field: row.field, reason, raw: shorten(row.raw ?? '') });
      const countedAs = row.outcome === 'rejected' && row.field !== '' ? `${row.field}: ${reason}` : reason;
      for (const [table, lines] of linesOf(row)) {
        if (!Number.isSafeInteger(lines) || lines < 0)
          throw new ImportError(
            'mapping',
            `${name}: "lines" must be a whole number of at least 0, or such numbers by file; got ${lines}.`,
            {
              file: name,
              field: 'lines',
            },
          );
        sourceOf(table).ledger.count(outcome, lines, countedAs);
      }
    }
    yield items;
  }
}
