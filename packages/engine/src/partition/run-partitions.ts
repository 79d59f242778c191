import type { Worker } from 'node:worker_threads';
import { type BucketRange, bucketRanges } from '@rapport/domain';
import { type EventLogLocation, openEventLog } from '@rapport/event-log';
import { onAbort, startThread } from '@rapport/runtime';
import { match } from 'ts-pattern';
import { Interrupted } from './interrupted';
import type { Job } from './job';
import { decodeFromWorker, type ToWorker } from './messages';

export interface PartitionOptions<Piece, Result> {
  readonly log: EventLogLocation;
  /** Makes the job, to work in this thread. */
  job(): Job;
  /** The module of a worker thread that does the same job (see `servePartitions`), and what it is started with. */
  readonly thread: { readonly module: string; readonly data: unknown };
  /** 1 works in this thread; more start worker threads. */
  readonly workers: number;
  readonly signal?: AbortSignal;
  onPiece?(piece: Piece): void | Promise<void>;
  onResult(result: Result): void;
  onProgress?(touchpoints: number, customers: number): void;
}

/** Ranges per worker: enough that a worker with large customers does not keep the others waiting. */
const RANGES_PER_WORKER = 16;

/** Memory that a fold allocates is free again soon: a larger young generation costs memory and saves no time. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 16 };

/**
 * Does a job over all customers, divided among worker threads by hash of the customer. Memory does not grow with the
 * log.
 *
 * @throws Interrupted when the signal aborts, and the first error of a worker
 */
export const runPartitions = async <Piece, Result>(options: PartitionOptions<Piece, Result>): Promise<void> => {
  if (options.signal?.aborted) throw new Interrupted();
  await (options.workers <= 1 ? runHere(options) : runInWorkers(options));
  if (options.signal?.aborted) throw new Interrupted();
};

const runHere = async <Piece, Result>(options: PartitionOptions<Piece, Result>): Promise<void> => {
  const log = await openEventLog(options.log, { mode: 'read' });
  try {
    const { run, result } = options.job()({
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

const runInWorkers = async <Piece, Result>(options: PartitionOptions<Piece, Result>): Promise<void> => {
  const ranges = [...bucketRanges(RANGES_PER_WORKER * options.workers)];
  const workers = Array.from({ length: options.workers }, () =>
    startThread(options.thread.module, { workerData: options.thread.data, resourceLimits: WORKER_LIMITS }),
  );
  const stop = () => {
    for (const worker of workers) void worker.terminate();
  };
  const stopListening = options.signal === undefined ? undefined : onAbort(options.signal, stop);
  try {
    await Promise.all(workers.map((worker) => new PartitionWorker(worker, ranges, options).ended));
  } finally {
    stopListening?.();
    stop();
  }
};

/** One worker thread: gives it ranges until none are left, and takes its pieces and its result. */
class PartitionWorker<Piece, Result> {
  private readonly ending = Promise.withResolvers<void>();
  /** `finished`: the thread has given its result. It may end while its last pieces are still being taken. */
  private state: 'working' | 'finished' = 'working';
  /** Pieces are taken one after another, although messages come as they come. */
  private taking: Promise<void> = Promise.resolve();

  constructor(
    private readonly thread: Worker,
    private readonly ranges: BucketRange[],
    private readonly options: PartitionOptions<Piece, Result>,
  ) {
    thread.on('message', (message: unknown) => {
      try {
        this.handle(message);
      } catch (error) {
        this.ending.reject(error);
      }
    });
    thread.on('error', this.ending.reject);
    thread.on('exit', (code) => {
      if (options.signal?.aborted) this.ending.resolve();
      else if (this.state === 'working') this.ending.reject(new Error(`A worker stopped with code ${code}.`));
    });
  }

  /** Resolves when the result is taken, or when the signal has aborted; rejects with the error of the thread. */
  get ended(): Promise<void> {
    return this.ending.promise;
  }

  private handle(message: unknown): void {
    match(decodeFromWorker(message))
      .with({ kind: 'ready' }, () => {
        const range = this.ranges.shift();
        this.post(range === undefined ? { kind: 'finish' } : { kind: 'range', range });
      })
      .with({ kind: 'piece' }, ({ piece }) => {
        this.taking = this.taking.then(() => this.take(piece as Piece));
        this.taking.catch(this.ending.reject);
      })
      .with({ kind: 'progress' }, ({ touchpoints, customers }) => this.options.onProgress?.(touchpoints, customers))
      .with({ kind: 'result' }, ({ result }) => {
        this.state = 'finished';
        this.taking.then(() => this.options.onResult(result as Result)).then(this.ending.resolve, this.ending.reject);
      })
      .exhaustive();
  }

  private async take(piece: Piece): Promise<void> {
    await this.options.onPiece?.(piece);
    this.post({ kind: 'taken' });
  }

  private post(message: ToWorker): void {
    this.thread.postMessage(message);
  }
}
