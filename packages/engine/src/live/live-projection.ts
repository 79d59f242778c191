import { join } from 'node:path';
import type { Ruleset } from '@rapport/domain';
import type { Position, SharedEventLog } from '@rapport/event-log';
import type { ReadModelLocation } from '@rapport/read-model';
import { type CarriedError, carriedError, startThread } from '@rapport/runtime';
import { RebuildNeeded } from '../projector/rebuild-needed';
import type { ProjectionReport } from '../projector/report';
import type { FromLiveWorker, LiveWorkerData, ToLiveWorker } from './messages';
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
  /** Milliseconds since the oldest touchpoint of the current page was recorded; 0 when there is none. */
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
  /** Finishes the current page and closes its stores. May be called twice. */
  stop(): Promise<void>;
}

interface Waiting {
  readonly resolve: (released: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

const NOTHING: ProjectionReport = { touchpoints: 0, customers: 0, decisions: 0, parked: 0, late: 0, reviewed: 0 };

/** Most of what a fold makes dies young: with room for it, it is never copied. */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 192 };

/**
 * Starts projecting: catches up with the log, then follows it, and follows time. Resolves when its stores are open.
 *
 * @throws RebuildNeeded when the read model cannot be continued; StoreError for what is wrong with its file (both may
 * also come later, by `ended`)
 * @example
 * const live = await startLiveProjection({ log, readModel, ruleset });
 * await live.whenCaughtUp(position);
 */
export const startLiveProjection = async (options: LiveProjectionOptions): Promise<LiveProjection> => {
  const { log, readModel, ruleset, today } = options;
  const { access, transfer, ended: disconnected } = log.share();
  const workerData: LiveWorkerData = { log: access, readModel, ruleset, today };
  const worker = startThread(join(__dirname, 'live-worker'), {
    workerData,
    transferList: [...transfer],
    resourceLimits: WORKER_LIMITS,
  });
  const post = (message: ToLiveWorker): void => worker.postMessage(message);

  let report = NOTHING;
  let checkpoint: Position | undefined;
  let workingSince: number | undefined;
  let failure: Error | undefined;
  let over = false;
  let lastId = 0;
  const whyOver = (): Error => failure ?? new Error('the projection was stopped');
  let waiting: { readonly position: Position; readonly resolve: () => void; readonly reject: (e: Error) => void }[] =
    [];
  const retries = new Map<number, Waiting>();
  let opened: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;
  const open = new Promise<void>((resolve, reject) => {
    opened = { resolve, reject };
  });

  const wake = (): void => {
    if (waiting.length === 0) return;
    const reached = waiting.filter(({ position }) => checkpoint !== undefined && position <= checkpoint);
    waiting = waiting.filter((one) => !reached.includes(one));
    for (const { resolve } of reached) resolve();
  };

  const settleRetry = (id: number, settle: (one: Waiting) => void): void => {
    const one = retries.get(id);
    retries.delete(id);
    if (one !== undefined) settle(one);
  };

  worker.on('message', (message: FromLiveWorker) => {
    switch (message.kind) {
      case 'open':
        checkpoint = message.checkpoint;
        return opened?.resolve();
      case 'working':
        workingSince = message.since;
        return;
      case 'saved':
        ({ report, checkpoint } = message);
        workingSince = undefined;
        return wake();
      case 'retried':
        return settleRetry(message.id, ({ resolve }) => resolve(message.released));
      case 'retry-failed':
        return settleRetry(message.id, ({ reject }) => reject(received(message.error)));
      case 'failed':
        failure = received(message.error);
    }
  });
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  const ended = new Promise<Error | undefined>((resolve) => {
    worker.on('exit', () => {
      over = true;
      const why = whyOver();
      opened?.reject(why);
      for (const { reject } of waiting) reject(why);
      for (const { reject } of retries.values()) reject(new ProjectionUnavailable(why));
      waiting = [];
      // Wait for pending appends: the next projector must see them.
      void disconnected.then(() => resolve(failure));
    });
  });

  await open;
  return {
    status: () => ({ ...report, checkpoint, behind: workingSince === undefined ? 0 : Date.now() - workingSince }),
    whenCaughtUp: (position) =>
      new Promise((resolve, reject) => {
        if (checkpoint !== undefined && position <= checkpoint) return resolve();
        if (over) return reject(whyOver());
        waiting.push({ position, resolve, reject });
      }),
    retryParked: () =>
      new Promise((resolve, reject) => {
        if (over) return reject(new ProjectionUnavailable(whyOver()));
        const id = ++lastId;
        retries.set(id, { resolve, reject });
        post({ kind: 'retry', id });
      }),
    ended,
    stop: async () => {
      if (!over) post({ kind: 'stop' });
      await ended;
    },
  };
};

/** An error of the thread as one of this thread. */
const received = (carried: CarriedError): Error =>
  carried.name === 'RebuildNeeded' ? new RebuildNeeded(carried.details.reason) : carriedError(carried);
