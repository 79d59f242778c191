import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the shared number says. */
export const OPEN = 0;
const CLOSING = 1;
export const ENDED = 2;

export interface CheckpointThreadData {
  readonly path: string;
  /** One 32-bit integer. */
  readonly state: SharedArrayBuffer;
}

/** The compiled thread, also when this file runs from its sources under test. */
const threadFile = (): string => {
  const beside = join(__dirname, 'checkpoint-thread.js');
  return existsSync(beside) ? beside : join(__dirname, '../dist/checkpoint-thread.js');
};

/** A checkpoint that has begun is waited for: tens of milliseconds, on slow disks more. */
const LONGEST_END_MS = 30_000;

/**
 * Copies what the write-ahead log of a store holds into its file, on a thread of its own: a commit that has to do it
 * would take twenty times as long as the others. If the thread fails, as on a full disk, the writer does it all.
 *
 * @returns ends the thread, and waits until it has closed the store
 */
export const checkpointsAside = (path: string): (() => void) => {
  const state = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const phase = new Int32Array(state);
  const thread = new Worker(threadFile(), { workerData: { path, state } satisfies CheckpointThreadData });
  // What is wrong with the disk is said of the writer's next commit.
  thread.on('error', () => Atomics.store(phase, 0, ENDED));
  thread.unref();
  return () => {
    if (Atomics.compareExchange(phase, 0, OPEN, CLOSING) !== OPEN) return;
    Atomics.notify(phase, 0);
    Atomics.wait(phase, 0, CLOSING, LONGEST_END_MS);
  };
};
