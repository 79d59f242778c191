import type { Store } from '@rapport/sqlite';

/** How many events and streams each category has: counted as they are written, stored with each commit. */
export interface CategoryCounts {
  numberOf(name: string): number;
  add(category: number, events: number, streams: number): void;
  /** Writes what changed, within the transaction. */
  save(): void;
  /** Forgets what was not saved, after a transaction that failed. */
  reset(): void;
}

interface Count {
  events: number;
  streams: number;
}

export const categoryCounts = ({ db }: Store): CategoryCounts => {
  const numbers = new Map<string, number>();
  const changes = new Map<number, Count>();
  const select = db.prepare<[string], number>('SELECT no FROM categories WHERE name = ?').pluck();
  const insert = db.prepare<[string]>('INSERT INTO categories (name, events, streams) VALUES (?, 0, 0)');
  const update = db.prepare<[number, number, number]>(
    'UPDATE categories SET events = events + ?, streams = streams + ? WHERE no = ?',
  );

  return {
    numberOf: (name) => {
      const known = numbers.get(name) ?? select.get(name);
      const no = known ?? Number(insert.run(name).lastInsertRowid);
      numbers.set(name, no);
      return no;
    },
    add: (category, events, streams) => {
      const change = changes.get(category);
      if (change === undefined) changes.set(category, { events, streams });
      else {
        change.events += events;
        change.streams += streams;
      }
    },
    save: () => {
      for (const [no, { events, streams }] of changes) update.run(events, streams, no);
      changes.clear();
    },
    reset: () => {
      numbers.clear();
      changes.clear();
    },
  };
};
