import type { Database, Statement } from 'better-sqlite3';

export type Value = string | number | null | undefined;

const MOST_ROWS = 8;

/**
 * Inserts rows given as one flat list of values, several rows a statement: calling a statement costs about as much
 * as writing a small row.
 *
 * @example rowInserter(db, 'points', ['x', 'y'])([1, 2, 3, 4]) // the rows (1, 2) and (3, 4)
 */
export const rowInserter = (
  db: Database,
  table: string,
  columns: readonly string[],
): ((values: readonly Value[]) => void) => {
  const width = columns.length;
  const row = `(${columns.map(() => '?').join(', ')})`;
  const byRows: Statement[] = [];
  const statementFor = (rows: number): Statement => {
    byRows[rows] ??= db.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${Array.from({ length: rows }, () => row).join(', ')}`,
    );
    return byRows[rows];
  };
  return (values) => {
    const rows = values.length / width;
    if (rows === 0) return;
    if (rows <= MOST_ROWS) {
      statementFor(rows).run(values);
      return;
    }
    for (let start = 0; start < rows; start += MOST_ROWS) {
      const count = Math.min(MOST_ROWS, rows - start);
      statementFor(count).run(values.slice(start * width, (start + count) * width));
    }
  };
};
