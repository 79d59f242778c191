import type { Database } from 'better-sqlite3';

/** Writes when the next touchpoint of a customer that lies ahead comes due. Costs nothing while no customer has one. */
export interface AheadWriter {
  /** Before the first of each transaction: looks whether anybody has one. */
  begin(): void;
  /** @param dueAt undefined where nothing of theirs lies ahead */
  put(customer: string, dueAt: number | undefined): void;
}

export const aheadWriter = (db: Database): AheadWriter => {
  const any = db.prepare('SELECT 1 FROM ahead LIMIT 1');
  const put = db.prepare<[string, number]>('INSERT OR REPLACE INTO ahead (customer, due_at) VALUES (?, ?)');
  const remove = db.prepare<[string]>('DELETE FROM ahead WHERE customer = ?');
  let some = true;
  return {
    begin: () => {
      some = any.get() !== undefined;
    },
    put: (customer, dueAt) => {
      if (dueAt !== undefined) {
        put.run(customer, dueAt);
        some = true;
      } else if (some) remove.run(customer);
    },
  };
};
