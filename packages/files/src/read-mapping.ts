import type { DecodeContext } from '@rapport/domain';
import type { FileLedger } from './account';
import type { Database } from './database';
import { decodeItem } from './decode-item';
import { ImportError } from './import-error';
import type { ImportItem } from './import-item';
import { shorten } from './lines';
import { type MappedRow, mappingQuery, rowOf } from './mapped-row';

/** An input as a mapping knows it: its table, the file's name, and where its lines are counted. */
export interface MappedSource {
  readonly table: string;
  readonly file: string;
  readonly ledger: FileLedger;
}

const linesByTable = ({ lines = 1, table }: MappedRow, first: string): readonly (readonly [string, number])[] =>
  typeof lines === 'number' ? [[table ?? first, lines]] : Object.entries(lines);

/**
 * The items that the view `mapping` yields, decoded and counted, in chunks. The first source is meant where a row names
 * no table.
 */
export async function* readMapping(
  database: Database,
  name: string,
  sources: readonly MappedSource[],
  context: DecodeContext,
): AsyncGenerator<readonly ImportItem[]> {
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
  let number = 0;
  for await (const rows of database.stream(await mappingQuery(database, name))) {
    const items: ImportItem[] = [];
    for (const values of rows) {
      number++;
      const row = rowOf(values, name);
      const at = { file: sourceOf(row.table ?? sources[0].table).file, line: row.line ?? number };
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
      for (const [table, lines] of linesByTable(row, sources[0].table)) {
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
