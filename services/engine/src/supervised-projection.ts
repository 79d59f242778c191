import type { Ruleset } from '@rapport/domain';
import {
  type LiveProjection,
  type LiveProjectionOptions,
  type LiveStatus,
  NOTHING_DONE,
  ProjectionUnavailable,
  RebuildNeeded,
  startLiveProjection,
} from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { sleep } from '@rapport/runtime';
import type { Telemetry } from '@rapport/telemetry';
import { match } from 'ts-pattern';

export interface SupervisedOptions {
  readonly log: LiveProjectionOptions['log'];
  readonly readModel: LiveProjectionOptions['readModel'];
  /** Called before each start: finishes pending work on the read model; returns the ruleset to project with. */
  readonly prepare: () => Promise<Ruleset>;
  readonly today?: number;
  readonly logger: Telemetry['logger'];
  /** Rebuilds the read model and has it opened again; called when it cannot be continued. */
  readonly rebuild: (reason: string) => Promise<void>;
  /** What is wrong with the read model's file, where that needs a rebuild; undefined for any other error. */
  readonly unusable: (error: unknown) => string | undefined;
  /** Starts the projection itself; for tests. */
  readonly start?: typeof startLiveProjection;
}

/** The live projection, started again when it fails. */
export interface SupervisedProjection {
  status(): LiveStatus;
  /** Rejects with ProjectionUnavailable while it does not project. */
  whenCaughtUp(position: Position): Promise<void>;
  /** Rejects with ProjectionUnavailable while it does not project. */
  retryParked(): Promise<readonly string[]>;
  /** Why it does not project at the moment, in words. */
  problem(): string | undefined;
  /** Stops, lets `work` have the read model for itself, and goes on, also when `work` fails. */
  pauseFor(work: () => Promise<void>): Promise<void>;
  /** May be called twice. */
  stop(): Promise<void>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** A run of at least this long resets the restart back-off. */
const SOUND_MS = 60_000;

const NOTHING: LiveStatus = { ...NOTHING_DONE, checkpoint: undefined, behind: 0 };

/** Counts go on over restarts; the checkpoint and the lag are those of the present projection. */
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

/** @throws the error (the promise rejects) that prevents the first start */
export const superviseProjection = async (options: SupervisedOptions): Promise<SupervisedProjection> => {
  const supervisor = new ProjectionSupervisor(options);
  await supervisor.start();
  return supervisor;
};

type State =
  | { readonly kind: 'running'; readonly live: LiveProjection }
  /** It failed, and starts again after a wait. */
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'rebuilding'; readonly reason: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'stopped' };

const problemIn = (state: State): string | undefined =>
  match(state)
    .with({ kind: 'running' }, { kind: 'stopped' }, () => undefined)
    .with({ kind: 'failed' }, ({ error }) => `the projection failed and is tried again: ${error.message}`)
    .with({ kind: 'rebuilding' }, ({ reason }) => `the read model is being rebuilt: ${reason}`)
    .with({ kind: 'paused' }, () => 'a ruleset is being put in force')
    .exhaustive();

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

class ProjectionSupervisor implements SupervisedProjection {
  private state: State = { kind: 'stopped' };
  /** What the projections that have ended did. */
  private before = NOTHING;
  /** The first failure since it last ran. */
  private failedAt: number | undefined;
  private stopRequested = false;
  /** Ends the loop that keeps a projection running; a pause ends one loop and begins another. */
  private halting = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(private readonly options: SupervisedOptions) {}

  /** The first start. Rejects where it fails: nothing is tried again then. */
  async start(): Promise<void> {
    this.loop = this.keepRunning(await this.begin(), this.halting.signal);
  }

  status(): LiveStatus {
    if (this.state.kind === 'running') return added(this.before, this.state.live.status());
    return { ...this.before, behind: this.failedAt === undefined ? 0 : Date.now() - this.failedAt };
  }

  async whenCaughtUp(position: Position): Promise<void> {
    return this.running().whenCaughtUp(position);
  }

  async retryParked(): Promise<readonly string[]> {
    return this.running().retryParked();
  }

  problem(): string | undefined {
    return problemIn(this.state);
  }

  async pauseFor(work: () => Promise<void>): Promise<void> {
    await this.halt({ kind: 'paused' });
    try {
      await work();
    } finally {
      // A stop during the work is final.
      if (!this.stopRequested) await this.resume();
    }
  }

  stop(): Promise<void> {
    this.stopRequested = true;
    return this.halt({ kind: 'stopped' });
  }

  private running(): LiveProjection {
    if (this.state.kind === 'running') return this.state.live;
    throw new ProjectionUnavailable(this.problem() ?? 'the projection is stopped');
  }

  /** Every change of state passes here, so that what a projection did is counted once. */
  private enter(next: State): void {
    if (this.state.kind === 'running') this.before = added(this.before, this.state.live.status());
    this.state = next;
  }

  private async begin(): Promise<LiveProjection> {
    const { log, readModel, prepare, today, start = startLiveProjection } = this.options;
    const live = await start({ log, readModel, ruleset: await prepare(), today });
    this.enter({ kind: 'running', live });
    this.failedAt = undefined;
    return live;
  }

  private async resume(): Promise<void> {
    this.halting = new AbortController();
    const { signal } = this.halting;
    const first = this.begin().catch((error: unknown) => endedWith(asError(error)));
    // Already while it starts: a stop that comes meanwhile waits for it.
    this.loop = first.then((live) => this.keepRunning(live, signal));
    await first;
  }

  private async halt(next: State): Promise<void> {
    this.halting.abort();
    if (this.state.kind === 'running') await this.state.live.stop();
    await this.loop;
    this.enter(this.stopRequested ? { kind: 'stopped' } : next);
  }

  private async keepRunning(first: LiveProjection, signal: AbortSignal): Promise<void> {
    let live = first;
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      const since = Date.now();
      const failure = (await live.ended) ?? new Error('the projection ended by itself');
      if (signal.aborted) return;
      if (Date.now() - since > SOUND_MS) wait = FIRST_WAIT_MS;
      const next = await this.recover(failure, wait, signal);
      if (next === undefined) return;
      live = next;
      wait = Math.min(LONGEST_WAIT_MS, wait * 2);
    }
    // It was asked to stop while it was starting: it must not be left at work.
    await live.stop();
  }

  /** The next projection; one that has ended where the attempt failed; undefined when it was asked to stop. */
  private async recover(failure: Error, wait: number, signal: AbortSignal): Promise<LiveProjection | undefined> {
    try {
      await this.prepareRestart(failure, wait, signal);
      if (signal.aborted) return undefined;
      const live = await this.begin();
      if (!signal.aborted) this.options.logger.info('the projection goes on');
      return live;
    } catch (error) {
      return endedWith(asError(error));
    }
  }

  /** Rebuilds the read model where that helps; otherwise waits, because only time can help. */
  private async prepareRestart(failure: Error, wait: number, signal: AbortSignal): Promise<void> {
    const { logger, rebuild, unusable } = this.options;
    const reason = failure instanceof RebuildNeeded ? failure.reason : unusable(failure);
    this.failedAt ??= Date.now();
    if (reason !== undefined) {
      this.enter({ kind: 'rebuilding', reason });
      logger.warn(`${this.problem()}; what it had not decided yet is not announced`);
      await rebuild(reason);
      return;
    }
    this.enter({ kind: 'failed', error: failure });
    logger.error({ err: failure, wait }, 'the projection failed and is tried again');
    await sleep(wait, signal);
  }
}

/** A start that failed, as a projection that has ended. */
const endedWith = (error: Error): LiveProjection => ({
  status: () => NOTHING,
  whenCaughtUp: () => Promise.reject(error),
  retryParked: () => Promise.reject(new ProjectionUnavailable(error)),
  ended: Promise.resolve(error),
  stop: async () => undefined,
});
