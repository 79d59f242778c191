import type { Database } from 'better-sqlite3';
import type { ReadModel } from '../read-model';

type Due = readonly [customer: string, at: number];

/** Reviewing a customer who cannot be folded would be tried again without end. */
const notParked = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM parked WHERE parked.customer = ${table}.customer)`;

const NONE: ReadonlyMap<string, number> = new Map();

const before = (a: Due, b: Due): number => a[1] - b[1] || (a[0] < b[0] ? -1 : Number(a[0] > b[0]));

/** What is due in one table, by its index. */
const dueIn = (db: Database, table: string, at: string) => ({
  due: db
    .prepare<[number, number], Due>(
      `SELECT customer, ${at} FROM ${table} WHERE ${at} <= ? AND ${notParked(table)} ORDER BY ${at}, customer LIMIT ?`,
    )
    .raw(),
  next: db
    .prepare<[], number>(
      `SELECT ${at} FROM ${table} WHERE ${at} IS NOT NULL AND ${notParked(table)} ORDER BY ${at} LIMIT 1`,
    )
    .pluck(),
});

/** Customers to be looked at because time has come: time changes something by itself, or a touchpoint that lay ahead comes due. */
export const dueQueries = (db: Database): Pick<ReadModel, 'due' | 'nextReviewAt' | 'dueAt' | 'beyond'> => {
  // Of two tables, each by its index: together in one statement all customers who are due would be sorted each time.
  const reviews = dueIn(db, 'customers', 'next_review_at');
  const arrivals = dueIn(db, 'ahead', 'due_at');
  const anyAhead = db.prepare('SELECT 1 FROM ahead LIMIT 1');
  const dueAt = db.prepare<[string], number>('SELECT due_at FROM ahead WHERE customer = ?').pluck();
  const beyond = db
    .prepare<[number, number], string>(
      `SELECT customer FROM customers WHERE instant > ? AND ${notParked('customers')} ORDER BY customer LIMIT ?`,
    )
    .pluck();

  return {
    due: async (instant, limit) => {
      const [first, second] = [reviews.due.all(instant, limit), arrivals.due.all(instant, limit)];
      if (second.length === 0) return first.map(([customer]) => customer);
      const all = [...first, ...second].sort(before).map(([customer]) => customer);
      return [...new Set(all)].slice(0, limit);
    },
    nextReviewAt: async () => {
      const [first, second] = [reviews.next.get(), arrivals.next.get()];
      return first === undefined || second === undefined ? (first ?? second) : Math.min(first, second);
    },
    dueAt: async (customers) => {
      if (anyAhead.get() === undefined) return NONE;
      return new Map(
        customers.flatMap((customer) => {
          const at = dueAt.get(customer);
          return at === undefined ? [] : [[customer, at] as const];
        }),
      );
    },
    beyond: async (instant, limit) => beyond.all(instant, limit),
  };
};
