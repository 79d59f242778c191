import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { type BucketRange, bucketRanges } from '@rapport/domain';
import { type EventLogLocation, openEventLog } from '@rapport/event-log';
import { onAbort, startThread } from '@rapport/runtime';
import { Interrupted } from './interrupted';
import type { Job } from './job';
import { type JobName, type JobOptions, jobs } from './jobs';

export interface PartitionOptions<Name extends JobName, Piece, Result> {
  readonly log: EventLogLocation;
  readonly job: Name;
  readonly options: JobOptions<Name>;
  /** 1 works in this thread; more start worker threads. */
  readonly workers: number;
  readonly signal?: AbortSignal;
  onPiece?(piece: Piece): void | Promise<void>;
  onResult(result: Result): void;
  onProgress?(touchpoints: number, customers: number): void;
}

/** Ranges per worker: enough that a worker with large customers does not keep the others waiting. */
const RANGES_PER_WORKER = 16;
/** Pieces on their way to the receiver before a worker waits: bounds memory when the receiver is the slower one. */
export const PIECES_IN_FLIGHT = 4;

/** What a fold allocates dies young: a larger nursery costs memory in every worker and saves no time. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 16 };

export type ToWorker =
  | { readonly kind: 'range'; readonly range: BucketRange }
  | { readonly kind: 'taken' }
  | { readonly kind: 'finish' };
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'piece'; readonly piece: unknown }
  | { readonly kind: 'progress'; readonly touchpoints: number; readonly customers: number }
  | { readonly kind: 'result'; readonly result: unknown };

/**
 * Does a job over all customers, divided among worker threads by hash of the customer. Memory does not grow with the
 * log. Rejects with Interrupted when the signal aborts, and with the first error of a worker.
 */
export const runPartitions = async <Name extends JobName, Piece, Result>(
  options: PartitionOptions<Name, Piece, Result>,
): Promise<void> => {
  if (options.signal?.aborted) throw new Interrupted();
  await (options.workers <= 1 ? runHere(options) : runInWorkers(options));
  if (options.signal?.aborted) throw new Interrupted();
};

const runHere = async <Name extends JobName, Piece, Result>(
  options: PartitionOptions<Name, Piece, Result>,
): Promise<void> => {
  const log = await openEventLog(options.log, { mode: 'read' });
  try {
    const job: Job = (jobs[options.job] as (given: JobOptions<Name>) => Job)(options.options);
    const { run, result } = job({
      log,
      signal: options.signal ?? new AbortController().signal,
      emit: async (piece) => options.onPiece?.(piece as Piece),
      progress: (touchpoints, customers) => options.onProgress?.(touchpoints, customers),
    });
    for (const range of bucketRanges(RANGES_PER_WORKER)) {
      if (options.signal?.aborted) return;
      await run(range);
    }
    options.onResult(result() as Result);
  } finally {
    await log.close();
  }
};

const runInWorkers = async <Name extends JobName, Piece, Result>(
  options: PartitionOptions<Name, Piece, Result>,
): Promise<void> => {
  const ranges = [...bucketRanges(RANGES_PER_WORKER * options.workers)];
  const workers = Array.from({ length: options.workers }, () =>
    startThread(join(__dirname, 'worker'), {
      workerData: { log: options.log, job: options.job, options: options.options },
      resourceLimits: WORKER_LIMITS,
    }),
  );
  const stop = () => {
    for (const worker of workers) void worker.terminate();
  };
  const stopListening = options.signal === undefined ? undefined : onAbort(options.signal, stop);
  try {
    await Promise.all(workers.map((worker) => serve(worker, ranges, options)));
  } finally {
    stopListening?.();
    stop();
  }
};

/** Feeds one worker ranges until none are left, and takes what it has to say. */
const serve = <Name extends JobName, Piece, Result>(
  worker: Worker,
  ranges: BucketRange[],
  options: PartitionOptions<Name, Piece, Result>,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const post = (message: ToWorker) => worker.postMessage(message);
    // Pieces are taken one after another, though messages come as they come.
    let taking = Promise.resolve();
    // A thread that has given its result ends while its last pieces are still being taken.
    let finished = false;
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'ready': {
          const range = ranges.shift();
          return post(range === undefined ? { kind: 'finish' } : { kind: 'range', range });
        }
        case 'piece':
          taking = taking.then(async () => {
            await options.onPiece?.(message.piece as Piece);
            post({ kind: 'taken' });
          });
          taking.catch(reject);
          return;
        case 'progress':
          return options.onProgress?.(message.touchpoints, message.customers);
        case 'result':
          finished = true;
          taking.then(() => {
            options.onResult(message.result as Result);
            resolve();
          }, reject);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (options.signal?.aborted) resolve();
      else if (!finished) reject(new Error(`a worker stopped with code ${code}`));
    });
  });
