import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Starts a module as a worker thread: as compiled where its file lies beside the caller's, and under test from its
 * source, so that the thread runs the same code as the test.
 *
 * @param module the module's file without its ending
 * @throws Error where the source does not compile
 * @example const thread = startThread(join(__dirname, 'log-thread'), { workerData: { path } });
 */
export const startThread = (module: string, options: WorkerOptions): Worker => {
  const compiled = `${module}.js`;
  return new Worker(existsSync(compiled) ? compiled : fromSource(`${module}.ts`), options);
};

/** Loaded by a name that compilers do not follow: what tests use is not compiled with the package. */
const fromSource = (file: string): string =>
  (require(join(__dirname, 'testing/from-source.cjs')) as { fromSource(file: string): string }).fromSource(file);
