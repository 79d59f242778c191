import type { Ruleset } from '@rapport/domain';
import {
  type LiveProjection,
  type LiveProjectionOptions,
  type LiveStatus,
  ProjectionUnavailable,
  RebuildNeeded,
  startLiveProjection,
} from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { sleep } from '@rapport/runtime';
import type { Telemetry } from '@rapport/telemetry';

export interface SupervisedOptions {
  readonly log: LiveProjectionOptions['log'];
  readonly readModel: LiveProjectionOptions['readModel'];
  /** Called before each start: does what must be done before anything is projected; the ruleset to project with. */
  readonly prepare: () => Promise<Ruleset>;
  readonly today?: number;
  readonly logger: Telemetry['logger'];
  /** Rebuilds the read model and has it opened again; called when it cannot be continued. */
  readonly rebuild: (reason: string) => Promise<void>;
  /** What is wrong with the read model's file, if it must be rebuilt because of that. */
  readonly unusable: (error: unknown) => string | undefined;
  /** Starts the projection proper; for tests. */
  readonly start?: typeof startLiveProjection;
}

/** The live projection, started again when it fails. */
export interface SupervisedProjection {
  status(): LiveStatus;
  whenCaughtUp(position: Position): Promise<void>;
  /** Rejects with ProjectionUnavailable while it does not project. */
  retryParked(): Promise<readonly string[]>;
  /** Why it does not project at the moment, in words. */
  problem(): string | undefined;
  /** Stops, lets `work` do what needs the read model for itself, and goes on. */
  pauseFor(work: () => Promise<void>): Promise<void>;
  /** May be called twice. */
  stop(): Promise<void>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A run of at least this long resets the restart back-off. */
const SOUND_MS = 60_000;

const NOTHING: LiveStatus = {
  touchpoints: 0,
  customers: 0,
  decisions: 0,
  parked: 0,
  late: 0,
  reviewed: 0,
  checkpoint: undefined,
  behind: 0,
};

/** Counts go on over restarts; where it stands is where the present one stands. */
const added = (before: LiveStatus, now: LiveStatus): LiveStatus => ({
  touchpoints: before.touchpoints + now.touchpoints,
  customers: before.customers + now.customers,
  decisions: before.decisions + now.decisions,
  late: before.late + now.late,
  reviewed: before.reviewed + now.reviewed,
  parked: now.parked,
  checkpoint: now.checkpoint ?? before.checkpoint,
  behind: now.behind,
});

/** @throws whatever keeps the projection from starting for the first time */
export const superviseProjection = async (options: SupervisedOptions): Promise<SupervisedProjection> => {
  const { log, readModel, prepare, today, logger, rebuild, unusable, start = startLiveProjection } = options;
  let before = NOTHING;
  let live: LiveProjection | undefined;
  let problem: string | undefined;
  let failedAt = 0;
  let stopping = new AbortController();
  let stopped = false;
  let running: Promise<void>;

  const begin = async (): Promise<LiveProjection> => {
    live = await start({ log, readModel, ruleset: await prepare(), today });
    problem = undefined;
    return live;
  };

  const end = (): void => {
    if (live !== undefined) before = added(before, live.status());
    live = undefined;
  };

  /** Does what can be done about a failure; waits where only time helps. */
  const mend = async (error: Error, wait: number, signal: AbortSignal): Promise<void> => {
    const anew = error instanceof RebuildNeeded ? error.reason : unusable(error);
    failedAt ||= Date.now();
    if (anew !== undefined) {
      problem = `the read model is being made anew: ${anew}`;
      logger.warn(`${problem}; what it had not decided yet is not announced`);
      await rebuild(anew);
      return;
    }
    problem = `the projection failed and is tried again: ${error.message}`;
    logger.error({ err: error, wait }, 'the projection failed and is tried again');
    await sleep(wait, signal);
  };

  const keepRunning = async (first: LiveProjection, signal: AbortSignal): Promise<void> => {
    let wait = FIRST_WAIT_MS;
    let since = Date.now();
    let present: LiveProjection | undefined = first;
    while (!signal.aborted) {
      let failure: Error | undefined;
      if (present !== undefined) failure = await present.ended;
      end();
      if (signal.aborted) return;
      if (Date.now() - since > SOUND_MS) wait = FIRST_WAIT_MS;
      try {
        await mend(failure ?? new Error('the projection ended by itself'), wait, signal);
        if (signal.aborted) return;
        present = await begin();
        // Stopped while it was starting: waiting callers must not find it at work.
        if (signal.aborted) return await present.stop();
        failedAt = 0;
        logger.info('the projection goes on');
      } catch (error) {
        present = endedWith(error instanceof Error ? error : new Error(String(error)));
      }
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
      since = Date.now();
    }
  };

  const halt = async (): Promise<void> => {
    stopping.abort();
    await live?.stop();
    await running;
    end();
  };

  running = keepRunning(await begin(), stopping.signal);

  const needed = (): LiveProjection => {
    if (live === undefined) throw new ProjectionUnavailable(problem ?? 'the projection is stopped');
    return live;
  };

  return {
    status: () => {
      if (live !== undefined) return added(before, live.status());
      return { ...before, behind: failedAt === 0 ? 0 : Date.now() - failedAt };
    },
    whenCaughtUp: async (position) => needed().whenCaughtUp(position),
    retryParked: async () => needed().retryParked(),
    problem: () => problem,
    pauseFor: async (work) => {
      await halt();
      stopping = new AbortController();
      problem = 'a ruleset is being put in force';
      try {
        await work();
      } finally {
        // A projection that was stopped meanwhile stays stopped.
        if (!stopped) running = keepRunning(await begin().catch(endedWith), stopping.signal);
      }
    },
    stop: () => {
      stopped = true;
      return halt();
    },
  };
};

/** A start that failed, as a projection that has ended. */
const endedWith = (error: Error): LiveProjection => ({
  status: () => NOTHING,
  whenCaughtUp: () => Promise.reject(error),
  retryParked: () => Promise.reject(new ProjectionUnavailable(error)),
  ended: Promise.resolve(error),
  stop: async () => undefined,
});
