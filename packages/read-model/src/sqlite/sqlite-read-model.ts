import { rmSync } from 'node:fs';
import { acquireWriter, openStore, type Store, type WriterLock } from '@rapport/sqlite';
import type { Database } from 'better-sqlite3';
import { guarded, guardedCalls } from '../guarded';
import type { FactorParameters, ReadModel } from '../read-model';
import { queries } from './queries';
import { Saving } from './saving';
import { APPLICATION_ID, MIGRATIONS, UNFINISHED_ID } from './schema';

export interface SqliteReadModelOptions {
  /** `write` creates and migrates, and there is one writer; `read` may be opened by many beside it. */
  readonly mode: 'read' | 'write';
  /** Of the ruleset in force; needed to ask for customers by score. */
  readonly factors: Readonly<Record<string, FactorParameters>>;
  /**
   * Builds a fresh model, beside the live one: what was at the path is removed, nothing is durable and no one else
   * can read it before `finish()`. A kill or an error before that leaves a file to throw away.
   */
  readonly bulk?: boolean;
}

export interface SqliteReadModel extends ReadModel {
  /** Ends a bulk build: creates the indexes and makes all durable; from then on it is a model like any other. */
  finish(): Promise<void>;
}

/**
 * A read model in a SQLite file; `:memory:` for one that lives as long as it is open.
 *
 * @throws StoreError for everything that is wrong with the file, the disk, the version, or a second writer.
 * @example
 * const model = await openSqliteReadModel('data/read-model.sqlite', { mode: 'read', factors: {} });
 * const page = await model.customers({ stage: 'partner' });
 */
export const openSqliteReadModel = async (path: string, options: SqliteReadModelOptions): Promise<SqliteReadModel> => {
  const lock = options.mode === 'write' && path !== ':memory:' ? acquireWriter(path) : undefined;
  let store: Store | undefined;
  try {
    return guarded(path, () => {
      store = open(path, options);
      return guardedCalls(path, readModel(store, options, lock));
    });
  } catch (error) {
    store?.close();
    lock?.release();
    throw error;
  }
};

const open = (path: string, { mode, bulk }: SqliteReadModelOptions): Store => {
  if (bulk) for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true });
  return openStore(path, {
    applicationId: APPLICATION_ID,
    version: MIGRATIONS.length,
    migrations: MIGRATIONS,
    mode,
    // A save waits for the disk: after a loss of power as after a kill, one page of decisions at most is not saved.
    synchronous: bulk ? 'off' : 'full',
  });
};

const readModel = (
  store: Store,
  { factors, bulk, mode }: SqliteReadModelOptions,
  lock?: WriterLock,
): SqliteReadModel => {
  const { db, path } = store;
  let build = bulk ? beginBuild(db) : undefined;
  const writing = mode === 'write' ? new Saving(db, bulk === true) : undefined;
  const transaction = mode === 'write' ? openTransaction(db) : undefined;
  const asked = queries(db, factors);

  return {
    ...asked,
    load: async (customers) => {
      const known = customers.map((customer) => writing?.known(customer));
      const unknown = customers.filter((_, i) => known[i] === undefined);
      const loaded = unknown.length === 0 ? [] : await asked.load(unknown);
      let next = 0;
      return known.map((one) => one ?? loaded[next++]);
    },
    save: async (changes, checkpoint, after) => {
      if (writing === undefined || transaction === undefined)
        throw new Error(`The read model ${path} is open for reading only; open it with mode "write" to save.`);
      try {
        if (build === undefined) transaction.begin();
        writing.save(changes, checkpoint);
        if (after !== undefined) await after;
        if (build === undefined) transaction.commit();
      } catch (error) {
        writing.forget();
        if (build === undefined) transaction.rollback();
        // Half a batch is in the build's one transaction, so the build is lost.
        if (build !== undefined) store.close();
        throw error;
      }
    },
    finish: async () => {
      if (build === undefined) return;
      finishBuild(db, build.indexes);
      build = undefined;
    },
    close: async () => {
      store.close();
      lock?.release();
    },
  };
};

/** A transaction that may stay open while something else is waited for, which better-sqlite3's own may not. */
const openTransaction = (db: Database) => {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  return {
    begin: () => void begin.run(),
    commit: () => void commit.run(),
    /** SQLite ends the transaction by itself on some errors of the disk. */
    rollback: () => {
      if (db.inTransaction) db.exec('ROLLBACK');
    },
  };
};

interface Build {
  /** SQL of the indexes left out until the end. */
  readonly indexes: readonly string[];
}

/**
 * One transaction for the whole build: pages that change often are written once. Until it ends the file is marked as
 * something that is not a read model, so that what a kill left is not taken for one.
 */
const beginBuild = (db: Database): Build => {
  db.pragma('journal_mode = MEMORY');
  db.pragma(`application_id = ${UNFINISHED_ID}`);
  const indexes = db
    .prepare<[], { name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql <> ''",
    )
    .all();
  db.exec('BEGIN EXCLUSIVE');
  for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
  return { indexes: indexes.map(({ sql }) => sql) };
};

const finishBuild = (db: Database, indexes: readonly string[]): void => {
  for (const sql of indexes) db.exec(sql);
  db.exec('COMMIT');
  // With the next commit SQLite brings the whole file to the disk; only then is it called a read model.
  db.pragma('synchronous = FULL');
  db.pragma('journal_mode = WAL');
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma('wal_checkpoint(TRUNCATE)');
};
