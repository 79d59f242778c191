import type { Database } from 'better-sqlite3';

/**
 * Types of events that some readers look for among all others. Each set has an index of its own, which holds nothing
 * else: to find the merges of a log costs what the merges are, not what the log is. The sets never change, because the
 * indexes stand in files; new ones take another migration.
 */
const RARE_TYPES = {
  events_of_identity: ['customer.merged', 'customer.unmerged', 'customer.erased'],
  events_of_decisions: ['relationship.stageChanged', 'relationship.signalRaised', 'relationship.signalCleared'],
} as const;

/** An index for types, and the condition that SQLite must be shown, as it was written, to use it. */
export interface RareTypesIndex {
  readonly name: string;
  readonly condition: string;
}

/** Spelt out: every append has to look at it, and a list would be made into a table each time. */
const conditionOn = (numbers: readonly number[], table = ''): string =>
  `(${numbers.map((no) => `${table}type = ${no}`).join(' OR ')})`;

/** Gives the types their numbers and makes the indexes. */
export const indexRareTypes = (db: Database): void => {
  const register = db.prepare<[string]>('INSERT OR IGNORE INTO types (name) VALUES (?)');
  for (const [index, types] of Object.entries(RARE_TYPES)) {
    for (const type of types) register.run(type);
    db.exec(`CREATE INDEX ${index} ON events (position) WHERE ${conditionOn(numbersOf(db, types))}`);
  }
};

/** The index that holds all events of these types; undefined where none does. */
export const rareTypesIndex = (db: Database, types: readonly string[]): RareTypesIndex | undefined => {
  for (const [name, rare] of Object.entries<readonly string[]>(RARE_TYPES))
    if (types.length > 0 && types.every((type) => rare.includes(type)))
      return { name, condition: conditionOn(numbersOf(db, rare), 'e.') };
  return undefined;
};

/** In the order of the names: what was registered keeps its number, so the condition is always the same. */
const numbersOf = (db: Database, types: readonly string[]): readonly number[] => {
  const number = db.prepare<[string], number>('SELECT no FROM types WHERE name = ?').pluck();
  return types.map((type) => number.get(type) as number);
};
