import type { Database } from 'better-sqlite3';
import { rowInserter, type Value } from './row-inserter';

export type Rows = readonly (readonly Value[])[];

export interface OwnedRows {
  /**
   * Makes these the customer's rows. `stored`: the present ones, where they are known. Returns the rows, the ones given as
   * stored where they are the same: objects that are kept for long should not be replaced each time.
   */
  put(key: number, stored: Rows | undefined, rows: Rows): Rows;
  remove(key: number): void;
}

/**
 * Rows of a table with primary key (`key`, first of `columns`) that are replaced as a whole. Rows that are the same
 * are left alone: reading them is cheap, writing them touches the table and an index. Rows are given in order of the
 * first column; in another order they are written once more than needed, no worse.
 */
export const ownedRows = (db: Database, table: string, columns: readonly string[]): OwnedRows => {
  const select = db
    .prepare<[number], readonly Value[]>(`SELECT ${columns.join(', ')} FROM ${table} WHERE key = ?`)
    .raw();
  const remove = db.prepare(`DELETE FROM ${table} WHERE key = ?`);
  const insert = rowInserter(db, table, ['key', ...columns]);
  return {
    put: (key, known, rows) => {
      const stored = known ?? select.all(key);
      if (sameRows(stored, rows)) return stored;
      if (stored.length > 0) remove.run(key);
      const values: Value[] = [];
      for (const row of rows) values.push(key, ...row);
      insert(values);
      return rows;
    },
    remove: (key) => void remove.run(key),
  };
};

const sameRows = (a: Rows, b: Rows): boolean =>
  a.length === b.length && a.every((row, i) => row.every((value, j) => (value ?? null) === (b[i]?.[j] ?? null)));
