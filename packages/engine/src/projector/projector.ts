import { type Program, rulesetHash } from '@rapport/domain';
import type { EventLogWithHistory, Position, RecordedEvent } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import { onAbort } from '@rapport/runtime';
import { Mutex } from 'async-mutex';
import { positionOf } from '../checkpoint';
import { type Clock, systemClock } from '../clock';
import { rulesetName } from '../decisions';
import { foldedParts } from '../fold/foldable';
import { IdentityResolver } from '../identity/identity-resolver';
import { runsOf } from '../identity/runs';
import { CustomerFolds } from './customer-folds';
import { PositionWaiters } from './position-waiters';
import { Projection } from './projection';
import { mustBeContinuable, RebuildNeeded } from './rebuild-needed';
import { redoUnsaved } from './redo';
import { newTotals, type ProjectionReport } from './report';
import { Saver } from './saver';

export interface ProjectorOptions {
  readonly log: EventLogWithHistory;
  readonly readModel: ReadModel;
  readonly program: Program;
  readonly clock?: Clock;
  /**
   * Whether decisions are recorded, from which all announcements are made. An import records none: what it changes
   * counts as known. True when absent.
   */
  readonly announce?: boolean;
  /** Touchpoints read at once; 1,000 when absent. */
  readonly pageSize?: number;
  /** Called before a page is folded, with the instant at which its first touchpoint was recorded. */
  onWork?(recordedAt: number): void;
  /** Called after every save with the new checkpoint. */
  onSaved?(checkpoint: Position): void;
}

const CUSTOMERS_PER_REVIEW = 500;
/** How often an idle projector looks at the clock, which may have been set back. */
const LOOKS_AT_LEAST_EVERY = 60_000;

/**
 * Takes touchpoints from the log into the read model and records what changed as decisions, each exactly once.
 *
 * A page is folded (`CustomerFolds`), its decisions are appended to the log, and only then are relationships and
 * checkpoint saved in one transaction (`Saver`). After a kill in between, the same page is folded again from the
 * same state (`redoUnsaved`). That gives the same decisions, and the log, which knows them by their ids, records none
 * twice.
 * Only one projector may write to a read model at a time; the writer lock of the read model enforces that.
 */
export class Projector {
  private readonly clock: Clock;
  private readonly hash: string;
  private readonly identity: IdentityResolver;
  private readonly saver: Saver;
  private readonly folds: CustomerFolds;
  private readonly total = newTotals();
  /** `stale`: what is known in memory may differ from what is saved, so `resume` reads the read model. */
  private memory: 'stale' | 'current' = 'stale';
  private readonly turn = new Mutex();
  private readonly waiters = new PositionWaiters();

  constructor(private readonly options: ProjectorOptions) {
    const { log, readModel, program, clock = systemClock, announce = true } = options;
    const { total } = this;
    this.clock = clock;
    this.hash = rulesetHash(program.ruleset);
    const projection = new Projection(program, rulesetName(program.ruleset, this.hash));
    const identity = new IdentityResolver(log, projection, foldedParts([program]));
    const onSaved = (checkpoint: Position): void => {
      this.waiters.reached(checkpoint);
      options.onSaved?.(checkpoint);
    };
    const asOf = () => identity.asOf;
    const saver = new Saver({ log, readModel, ruleset: this.hash, announce, asOf, total, onSaved });
    this.identity = identity;
    this.saver = saver;
    this.folds = new CustomerFolds({ readModel, projection, identity, saver, clock, total });
  }

  get report(): ProjectionReport {
    return { ...this.total };
  }

  /** Everything that is in the log now, and then everything that time has changed up to now. */
  async catchUp(signal?: AbortSignal, onProgress?: (report: ProjectionReport) => void): Promise<ProjectionReport> {
    await this.resume();
    const { log, pageSize = 1_000 } = this.options;
    for await (const page of log.readAll({ after: this.saver.checkpoint, category: 'customer', pageSize, signal })) {
      await this.take(page);
      onProgress?.(this.report);
      if (signal?.aborted) return this.report;
    }
    await this.review(signal);
    return this.report;
  }

  /** Projects until the signal aborts: touchpoints as they are recorded, and changes by time as they fall due. */
  async run(signal: AbortSignal): Promise<void> {
    await this.catchUp(signal);
    const { log, pageSize = 1_000 } = this.options;
    const ended = new AbortController();
    const stop = onAbort(signal, () => ended.abort());
    const pages = log
      .subscribeAll({ after: this.saver.checkpoint, category: 'customer', pageSize, signal: ended.signal })
      [Symbol.asyncIterator]();
    try {
      let next = pages.next();
      while (!signal.aborted) {
        const timer = new AbortController();
        const nextLook = await this.nextLook();
        const waited = this.clock.until(nextLook, AbortSignal.any([timer.signal, signal]));
        const page = await Promise.race([next, waited.then(() => undefined)]);
        timer.abort();
        if (page === undefined) await this.review(signal);
        else if (page.done) return;
        else {
          await this.take(page.value);
          next = pages.next();
        }
      }
    } finally {
      stop();
      ended.abort();
      await pages.return?.();
    }
  }

  /** Resolves when everything up to a position is in the read model. */
  async whenCaughtUp(position: Position): Promise<void> {
    const { checkpoint } = this.saver;
    if (checkpoint === undefined || checkpoint < position) await this.waiters.wait(position);
  }

  /** Folds parked customers again from the log. Returns those that could be folded. */
  retryParked(): Promise<readonly string[]> {
    return this.inTurn(async () => {
      if (this.memory !== 'current') await this.resume();
      const position = this.saver.checkpoint;
      const parked = [...this.saver.parked];
      if (position === undefined || parked.length === 0) return [];
      await this.comeToPresent();
      await this.saver.save(await this.folds.again(parked, position), position);
      return parked.filter((customer) => !this.saver.parked.has(customer));
    });
  }

  /** Learns where the last run ended, and does again what a kill kept it from saving. */
  private async resume(): Promise<void> {
    const { log, readModel } = this.options;
    const { folds, saver, identity } = this;
    const stored = await readModel.checkpoint();
    if (stored !== undefined) mustBeContinuable(stored, this.hash, await log.head());
    const known = this.memory === 'current' ? saver.checkpoint : undefined;
    const checkpoint = stored && positionOf(stored);
    await saver.learn(checkpoint);
    if (known === undefined || known !== checkpoint) {
      await identity.learn(checkpoint, stored?.asOf ?? Number.NEGATIVE_INFINITY);
      await this.mustHaveNoneMerged();
    }
    if (this.memory !== 'current') await redoUnsaved({ log, readModel, folds, identity, saver });
    this.memory = 'current';
  }

  /** @throws RebuildNeeded where merged customers still have relationships of their own */
  private async mustHaveNoneMerged(): Promise<void> {
    const merged = await this.options.readModel.load(this.identity.merged());
    if (merged.some((one) => one !== undefined))
      throw new RebuildNeeded('the read model has relationships of merged customers: it was built before they united');
  }

  private take(page: readonly RecordedEvent[]): Promise<void> {
    return this.inTurn(async () => {
      this.options.onWork?.(page[0]!.recordedAt);
      await this.comeToPresent();
      for (const run of runsOf(page)) {
        const outcomes = await this.folds.run(run);
        this.total.touchpoints += run.length;
        await this.saver.save(outcomes, run.at(-1)!.position);
      }
    });
  }

  /** When there is work although nothing is recorded: at the next change by time, or when something comes due. */
  private async nextLook(): Promise<number> {
    const due = (await this.options.readModel.nextReviewAt()) ?? Number.POSITIVE_INFINITY;
    return Math.min(due, this.identity.nextDueAt, this.clock.now() + LOOKS_AT_LEAST_EVERY);
  }

  /**
   * Makes the clock's time the present. Links that have come due by then are taken in, one instant after another. Where
   * the clock was set back, what lies ahead again is taken out.
   *
   * @throws RebuildNeeded where that would part merged customers
   */
  private async comeToPresent(): Promise<void> {
    const { identity, saver, folds } = this;
    const now = Math.floor(this.clock.now());
    const position = saver.checkpoint;
    if (position !== undefined && now < identity.asOf) await this.goBack(now, position);
    while (position !== undefined && identity.nextDueAt <= now) await saver.save(await folds.links(), position);
    identity.moveTo(now);
  }

  private async goBack(now: number, position: Position): Promise<void> {
    const { identity, saver, folds } = this;
    if (identity.anyAfter(now))
      throw new RebuildNeeded('the clock was set back to before a merge of customers that is in force');
    for (;;) {
      const customers = await this.options.readModel.beyond(now, CUSTOMERS_PER_REVIEW);
      if (customers.length === 0) break;
      await saver.save(await folds.again(customers, position, now), position);
    }
    identity.moveTo(now);
    await saver.save([], position);
  }

  /** Changes by time, and what has come due, up to and including now. Works from the read model, so take pages first. */
  private review(signal?: AbortSignal): Promise<void> {
    return this.inTurn(async () => {
      const position = this.saver.checkpoint;
      if (position === undefined) return;
      await this.comeToPresent();
      const now = this.identity.asOf;
      for (;;) {
        const customers = await this.options.readModel.due(now, CUSTOMERS_PER_REVIEW);
        if (customers.length === 0 || signal?.aborted) return;
        const outcomes = await this.folds.again(customers, position, now);
        this.total.reviewed += customers.length;
        await this.saver.save(outcomes, position);
      }
    });
  }

  /** One piece of work after another, so that no save sets the checkpoint back behind another save. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turn.runExclusive(async () => {
      try {
        return await work();
      } catch (error) {
        // Memory may be ahead of what is saved.
        this.memory = 'stale';
        throw error;
      }
    });
  }
}
