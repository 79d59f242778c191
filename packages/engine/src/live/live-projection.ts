import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Ruleset } from '@rapport/domain';
import type { Position, SharedEventLog } from '@rapport/event-log';
import type { ReadModelLocation } from '@rapport/read-model';
import { type CarriedError, carriedError, startThread } from '@rapport/runtime';
import { match } from 'ts-pattern';
import { PositionWaiters } from '../projector/position-waiters';
import { RebuildNeeded } from '../projector/rebuild-needed';
import { NOTHING_DONE, type ProjectionReport } from '../projector/report';
import { decodeFromLiveWorker, type FromLiveWorker, type LiveWorkerData, type ToLiveWorker } from './messages';
import { ProjectionUnavailable } from './projection-unavailable';

export interface LiveProjectionOptions {
  /** The log of this process that is open for writing: the thread reads it, and records decisions through it. */
  readonly log: Pick<SharedEventLog, 'share'>;
  /** The thread is its only writer. It must exist. */
  readonly readModel: ReadModelLocation;
  readonly ruleset: Ruleset;
  /** An instant at which time stands still, for a store of simulated history; the clock's time when absent. */
  readonly today?: number;
}

/** How far the projection is, and what it has done since it was started. */
export interface LiveStatus extends ProjectionReport {
  /** Everything up to here is in the read model. */
  readonly checkpoint: Position | undefined;
  /** Milliseconds since the oldest touchpoint of the page in work was recorded; 0 when there is none. */
  readonly behind: number;
}

/** The projector at work on a thread of its own, so that folding never delays an answer. */
export interface LiveProjection {
  status(): LiveStatus;
  /** Resolves when everything up to a position is in the read model; rejects when the projection has ended. */
  whenCaughtUp(position: Position): Promise<void>;
  /**
   * Folds parked customers again. Returns those that could be folded. Rejects with {@link ProjectionUnavailable} when
   * the projection has ended, or ends meanwhile.
   */
  retryParked(): Promise<readonly string[]>;
  /**
   * Settles when the projection has ended and nothing of it is on its way into the log any more: undefined after
   * `stop`, else the error it failed with.
   */
  readonly ended: Promise<Error | undefined>;
  /** Finishes the page in work and closes its stores. May be called twice. */
  stop(): Promise<void>;
}

/** Most memory that a fold allocates is free again soon: with enough room it is never copied. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 192 };

/**
 * Starts projecting: catches up with the log, then follows it, and follows time. Resolves when its stores are open.
 *
 * @throws RebuildNeeded when the read model cannot be continued; StoreError when something is wrong with its file. Both
 *   may also come later, by `ended`
 * @example
 * const live = await startLiveProjection({ log, readModel, ruleset });
 * await live.whenCaughtUp(position);
 */
export const startLiveProjection = async (options: LiveProjectionOptions): Promise<LiveProjection> => {
  const { log, readModel, ruleset, today } = options;
  const { access, transfer, ended } = log.share();
  const workerData: LiveWorkerData = { log: access, readModel, ruleset, today };
  const worker = startThread(join(__dirname, 'live-worker'), {
    workerData,
    transferList: [...transfer],
    resourceLimits: WORKER_LIMITS,
  });
  const projection = new ThreadProjection(worker, ended);
  await projection.opened;
  return projection;
};

interface Retry {
  readonly resolve: (released: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

/** `running` from the start, also while its stores are being opened. */
type State = { readonly kind: 'running' } | { readonly kind: 'ended'; readonly why: Error };

class ThreadProjection implements LiveProjection {
  /** Settles when the thread has opened its stores, or has failed to. */
  readonly opened: Promise<void>;
  readonly ended: Promise<Error | undefined>;
  private readonly opening = Promise.withResolvers<void>();
  private state: State = { kind: 'running' };
  private failure: Error | undefined;
  private report: ProjectionReport = NOTHING_DONE;
  private checkpoint: Position | undefined;
  /** When the first touchpoint of the page in work was recorded. */
  private workingSince: number | undefined;
  private readonly waiters = new PositionWaiters();
  private readonly retries = new Map<number, Retry>();
  private lastRetry = 0;

  /** @param disconnected resolves when nothing of the thread is on its way into the log any more */
  constructor(
    private readonly worker: Worker,
    disconnected: Promise<void>,
  ) {
    this.opened = this.opening.promise;
    worker.on('message', (message: unknown) => this.receive(message));
    worker.on('error', (error) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
    });
    this.ended = new Promise((resolve) => {
      worker.on('exit', () => {
        this.end();
        // Wait for pending appends: the next projector must find them in the log.
        void disconnected.then(() => resolve(this.failure));
      });
    });
  }

  status(): LiveStatus {
    const { report, checkpoint, workingSince } = this;
    return { ...report, checkpoint, behind: workingSince === undefined ? 0 : Date.now() - workingSince };
  }

  async whenCaughtUp(position: Position): Promise<void> {
    if (this.checkpoint !== undefined && position <= this.checkpoint) return;
    if (this.state.kind === 'ended') throw this.state.why;
    await this.waiters.wait(position);
  }

  retryParked(): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      if (this.state.kind === 'ended') return reject(new ProjectionUnavailable(this.state.why));
      const id = ++this.lastRetry;
      this.retries.set(id, { resolve, reject });
      this.post({ kind: 'retry', id });
    });
  }

  async stop(): Promise<void> {
    if (this.state.kind === 'running') this.post({ kind: 'stop' });
    await this.ended;
  }

  private post(message: ToLiveWorker): void {
    this.worker.postMessage(message);
  }

  private receive(message: unknown): void {
    try {
      this.handle(decodeFromLiveWorker(message));
    } catch (error) {
      // An error thrown in a listener would end the process. So the projection ends with it, and may be started again.
      this.failure = error as Error;
      void this.worker.terminate();
    }
  }

  private handle(received: FromLiveWorker): void {
    match(received)
      .with({ kind: 'open' }, ({ checkpoint }) => {
        this.checkpoint = checkpoint;
        this.opening.resolve();
      })
      .with({ kind: 'working' }, ({ since }) => {
        this.workingSince = since;
      })
      .with({ kind: 'saved' }, ({ report, checkpoint }) => {
        this.report = report;
        this.checkpoint = checkpoint;
        this.workingSince = undefined;
        this.waiters.reached(checkpoint);
      })
      .with({ kind: 'retried' }, ({ id, released }) => this.takeRetry(id)?.resolve(released))
      .with({ kind: 'retry-failed' }, ({ id, error }) => this.takeRetry(id)?.reject(revived(error)))
      .with({ kind: 'failed' }, ({ error }) => {
        this.failure = revived(error);
      })
      .exhaustive();
  }

  private takeRetry(id: number): Retry | undefined {
    const retry = this.retries.get(id);
    this.retries.delete(id);
    return retry;
  }

  private end(): void {
    const why = this.failure ?? new Error('the projection was stopped');
    this.state = { kind: 'ended', why };
    this.opening.reject(why);
    this.waiters.fail(why);
    for (const { reject } of this.retries.values()) reject(new ProjectionUnavailable(why));
    this.retries.clear();
  }
}

/** An error of the thread as one of this thread. */
const revived = (carried: CarriedError): Error =>
  carried.name === 'RebuildNeeded'
    ? new RebuildNeeded(carried.details.reason ?? carried.message)
    : carriedError(carried);
