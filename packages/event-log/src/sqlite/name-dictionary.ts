import type { Store } from '@rapport/sqlite';

/** Numbers for names that repeat (sources, types). Few enough to be held in memory. */
export interface NameDictionary {
  /** The number of a name, given to it now if it has none. Only for the writer, within its transaction. */
  numberOf(name: string): number;
  /** The name of a number, looked up in the store when new; undefined where the store has none. */
  nameOf(no: number): string | undefined;
  /** All that the store has by now. */
  entries(): ReadonlyMap<number, string>;
  /** Forgets everything, after a transaction that failed. */
  reset(): void;
}

export const nameDictionary = ({ db }: Store, table: 'sources' | 'types'): NameDictionary => {
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  const since = db.prepare<[number], [number, string]>(`SELECT no, name FROM ${table} WHERE no > ?`).raw();
  const insert = db.readonly ? undefined : db.prepare<[number, string]>(`INSERT INTO ${table} VALUES (?, ?)`);
  let last = 0;

  const remember = (no: number, name: string): void => {
    numbers.set(name, no);
    names.set(no, name);
    if (no > last) last = no;
  };
  const refresh = (): void => {
    for (const [no, name] of since.all(last)) remember(no, name);
  };

  const add = (name: string): number => {
    if (last === 0) refresh();
    const known = numbers.get(name);
    if (known !== undefined) return known;
    const no = last + 1;
    insert?.run(no, name);
    remember(no, name);
    return no;
  };

  return {
    numberOf: (name) => numbers.get(name) ?? add(name),
    nameOf: (no) => {
      if (!names.has(no)) refresh();
      return names.get(no);
    },
    entries: () => {
      refresh();
      return names;
    },
    reset: () => {
      numbers.clear();
      names.clear();
      last = 0;
    },
  };
};
