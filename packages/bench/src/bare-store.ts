import Database from 'better-sqlite3';

/**
 * The bare driver with the very tables, indexes and settings of the event log's file, to measure beside it. Rows are
 * copied from that file, ready to be bound: what is measured is the driver's and the disk's work alone.
 */
export interface BareStore {
  /** Inserts rows of the log from a position to a position, inclusive, in one durable transaction. */
  insert(rows: BareRows): void;
  /** Takes over the names that rows refer to; not part of what is measured. */
  name(names: BareNames): void;
  readonly db: Database.Database;
  close(): void;
}

export interface BareRows {
  readonly events: readonly (readonly unknown[])[];
  readonly streams: readonly (readonly unknown[])[];
  readonly commits: readonly (readonly unknown[])[];
}

/** Rows of the small tables that number names, by table. */
export type BareNames = Readonly<Record<string, readonly (readonly unknown[])[]>>;

const NAMES = ['categories', 'sources', 'types'];

const columnsOf = (db: Database.Database, table: string): number =>
  (db.prepare(`SELECT count(*) AS n FROM pragma_table_info('${table}')`).get() as { n: number }).n;

const settings = ['page_size', 'auto_vacuum'] as const;

export const createBareStore = (path: string, like: string): BareStore => {
  const model = new Database(like, { readonly: true });
  const schema = model
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .pluck()
    .all();
  const values = settings.map((name) => [name, model.pragma(name, { simple: true })] as const);
  const insertInto = (table: string, db: Database.Database, verb = 'INSERT') =>
    db.prepare(`${verb} INTO ${table} VALUES (${Array(columnsOf(model, table)).fill('?').join(', ')})`);
  const db = new Database(path);
  for (const [name, value] of values) db.pragma(`${name} = ${value}`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  for (const sql of schema) db.exec(sql);
  const [event, stream, commit] = ['events', 'streams', 'commits'].map((table) => insertInto(table, db));
  const named = NAMES.map((table) => [table, insertInto(table, db, 'INSERT OR REPLACE')] as const);
  model.close();
  return {
    db,
    name: (names) => {
      for (const [table, statement] of named) for (const row of names[table]!) statement.run(...row);
    },
    insert: db.transaction(({ events, streams, commits }: BareRows) => {
      for (const row of streams) stream!.run(...row);
      for (const row of events) event!.run(...row);
      for (const row of commits) commit!.run(...row);
    }),
    close: () => db.close(),
  };
};

/** Reads what a log has gained since it was asked last, as rows for {@link BareStore.insert}. */
export interface RowReader {
  next(): BareRows & { readonly names: BareNames };
  close(): void;
}

export const rowReader = (path: string): RowReader => {
  const db = new Database(path, { readonly: true });
  const names = NAMES.map((table) => [table, db.prepare(`SELECT * FROM ${table}`).raw()] as const);
  const events = db.prepare<[number, number]>('SELECT * FROM events WHERE position > ? AND position <= ?').raw();
  const streams = db.prepare<[number]>('SELECT * FROM streams WHERE no > ?').raw();
  const commits = db.prepare<[number]>('SELECT * FROM commits WHERE last_position > ?').raw();
  let position = 0;
  let stream = 0;
  let commit = 0;
  return {
    next: () => {
      const rows = {
        names: Object.fromEntries(names.map(([table, all]) => [table, all.all() as unknown[][]])),
        events: events.all(position, Number.MAX_SAFE_INTEGER) as unknown[][],
        streams: streams.all(stream) as unknown[][],
        commits: commits.all(commit) as unknown[][],
      };
      position = (rows.events.at(-1)?.[0] as number | undefined) ?? position;
      stream = (rows.streams.at(-1)?.[0] as number | undefined) ?? stream;
      commit = (rows.commits.at(-1)?.[0] as number | undefined) ?? commit;
      return rows;
    },
    close: () => db.close(),
  };
};
