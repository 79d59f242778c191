import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { onAbort } from '@rapport/runtime';

/** What DuckDB may take; the rest goes to disk. */
export const MEMORY_LIMIT = '1GB';

/** Milliseconds between interruptions of a query that goes on. */
const INTERRUPT_EVERY = 50;
/** Milliseconds that an interrupted query may take to end. */
const PATIENCE = 2_000;

/** A private DuckDB in a temporary folder; what does not fit into memory goes to disk there. */
export interface Database {
  /** Temporary folder of this database, removed by `close`. */
  readonly folder: string;
  readonly connection: DuckDBConnection;
  readonly run: (sql: string) => Promise<void>;
  /** All rows; for small answers. */
  readonly rows: (sql: string) => Promise<readonly (readonly DuckDBValue[])[]>;
  /** Rows in chunks of up to 2,048, in bounded memory. */
  readonly stream: (sql: string) => AsyncGenerator<readonly (readonly DuckDBValue[])[]>;
  readonly close: () => Promise<void>;
}

/** A text as an SQL literal. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A name as an SQL identifier. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * Opens a database that can install and load nothing. DuckDB itself is loaded here and not at the top: it takes a
 * tenth of a second, which commands without files should not pay.
 */
export const openDatabase = async (signal?: AbortSignal): Promise<Database> => {
  signal?.throwIfAborted();
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const folder = await mkdtemp(join(tmpdir(), 'rapport-files-'));
  try {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: MEMORY_LIMIT,
      temp_directory: join(folder, 'spill'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    // DuckDB takes no notice of an interruption that comes before a query has begun, so it is repeated until it does;
    // who waits for the query is not kept waiting for that.
    let interrupting: NodeJS.Timeout | undefined;
    /** Ends the waiting for a query. Each wait has its own: waiters on a promise that never settles stay in memory. */
    const waits = new Set<() => void>();
    const interrupt = () => {
      connection.interrupt();
      interrupting ??= setInterval(() => connection.interrupt(), INTERRUPT_EVERY);
      for (const stop of waits) stop();
    };
    const stopListening = signal === undefined ? undefined : onAbort(signal, interrupt);
    /** The last query, settled whichever way it ends. */
    let running: Promise<unknown> = Promise.resolve();
    /** Asks nothing of DuckDB once the signal is aborted, and fails with the signal's reason. */
    const unlessAborted = async <T>(query: () => Promise<T>): Promise<T> => {
      signal?.throwIfAborted();
      const answer = query();
      const settled = answer.then(
        () => undefined,
        () => undefined,
      );
      running = settled;
      await new Promise<void>((resolve) => {
        const stop = () => {
          waits.delete(stop);
          resolve();
        };
        waits.add(stop);
        settled.then(stop);
      });
      signal?.throwIfAborted();
      return answer;
    };
    let closed = false;
    return {
      folder,
      connection,
      run: async (sql) => {
        await unlessAborted(() => connection.run(sql));
      },
      rows: async (sql) => (await unlessAborted(() => connection.runAndReadAll(sql))).getRows(),
      stream: async function* (sql) {
        const result = await unlessAborted(() => connection.stream(sql));
        for (;;) {
          const chunk = await unlessAborted(() => result.fetchChunk());
          if (chunk === null || chunk.rowCount === 0) return;
          yield chunk.getRows();
        }
      },
      close: async () => {
        if (closed) return;
        closed = true;
        stopListening?.();
        const isQuiet = await Promise.race([running.then(() => true), delay(PATIENCE, false, { ref: false })]);
        clearInterval(interrupting);
        // A connection that is at work cannot be closed without waiting for it; it ends with the process.
        if (isQuiet) {
          connection.closeSync();
          instance.closeSync();
        }
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};

/**
 * From here on the database reads only `files` and its own folder, and no statement can loosen that: a mapping is
 * data from another person, it must not write files or reach the network.
 */
export const lock = async (database: Database, files: readonly string[]): Promise<void> => {
  await database.run(`SET allowed_paths = [${files.map(literal).join(', ')}]`);
  await database.run('SET enable_external_access = false');
  await database.run('SET lock_configuration = true');
};
