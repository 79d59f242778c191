import { isIdentityType, type Program, rulesetHash } from '@rapport/domain';
import {
  type AppendRequest,
  type EventLog,
  type Position,
  type RecordedEvent,
  relationshipStream,
  subjectOf,
} from '@rapport/event-log';
import type { ReadModel, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { isLeft } from 'fp-ts/Either';
import { isBeyond } from './beyond';
import { type Clock, systemClock } from './clock';
import { type Decision, decisionEvent, type RecordedDecision, rulesetName } from './decision';
import { foldedParts } from './foldable';
import type { Regrouped } from './identity/regroup';
import { runsOf } from './identity/runs';
import { createWhoIsWho, type WhoIsWho } from './identity/who-is-who';
import { createProjection, firstLate, type Outcome, parkedFor, type Standing, type WholeOptions } from './projection';
import { unsavedDecisions } from './unsaved-decisions';

export interface ProjectorOptions {
  readonly log: EventLog;
  readonly readModel: ReadModel;
  readonly program: Program;
  readonly clock?: Clock;
  /**
   * Whether decisions are recorded, from which all announcements are made. Imports do not: what they change is taken
   * for known. True when absent.
   */
  readonly announce?: boolean;
  /** Touchpoints read at once; 1,000 when absent. */
  readonly pageSize?: number;
  /** Called before a page is folded, with when its first touchpoint was recorded. */
  onWork?(recordedAt: number): void;
  /** Called after every save with the new checkpoint. */
  onSaved?(checkpoint: Position): void;
}

export interface ProjectionReport {
  readonly touchpoints: number;
  /** Saves of customers; one customer may be saved more than once. */
  readonly customers: number;
  readonly decisions: number;
  readonly parked: number;
  /** Touchpoints that came in the past of their customer. */
  readonly late: number;
  /** Customers looked at because time had come. */
  readonly reviewed: number;
}

/** The read model cannot be continued, only made anew. */
export class RebuildNeeded extends Error {
  constructor(readonly reason: string) {
    super(`${reason}; rebuild it from the log`);
    this.name = 'RebuildNeeded';
  }
}

/** A page of what is to be done, so that one customer is never folded twice at a time. */
interface Work {
  /** A survivor, where customers are merged. */
  readonly customer: string;
  /** Of all who are merged into her. */
  readonly events: readonly RecordedEvent[];
}

const CUSTOMERS_PER_REVIEW = 500;

/**
 * Takes touchpoints from the log into the read model and records what changed as decisions, each once and only once.
 *
 * A page is folded, its decisions are appended to the log, and only then are relationships and checkpoint saved in
 * one transaction. After a kill in between, the same page is folded again from the same state: it gives the same
 * decisions, and the log, which knows them by their ids, records none twice.
 * Only one projector may write to a read model at a time; its writer lock sees to that.
 */
export class Projector {
  private readonly clock: Clock;
  private readonly announce: boolean;
  private readonly projection;
  private readonly hash: string;
  private readonly wanted;
  private checkpoint: Position | undefined;
  private resumed = false;
  private turn: Promise<void> = Promise.resolve();
  private parkedCustomers = new Set<string>();
  private readonly whoIsWho: WhoIsWho;
  private readonly total = { touchpoints: 0, customers: 0, decisions: 0, parked: 0, late: 0, reviewed: 0 };
  private readonly waiting: { readonly position: Position; readonly resolve: () => void }[] = [];

  constructor(private readonly options: ProjectorOptions) {
    this.clock = options.clock ?? systemClock;
    this.announce = options.announce ?? true;
    this.hash = rulesetHash(options.program.ruleset);
    this.wanted = foldedParts([options.program]);
    this.projection = createProjection(options.program, rulesetName(options.program.ruleset, this.hash));
    this.whoIsWho = createWhoIsWho(options.log, this.projection, this.wanted);
  }

  get report(): ProjectionReport {
    return { ...this.total };
  }

  /** Everything that is in the log now, and then everything that time has changed up to now. */
  async catchUp(signal?: AbortSignal, onProgress?: (report: ProjectionReport) => void): Promise<ProjectionReport> {
    await this.resume();
    const { log, pageSize = 1_000 } = this.options;
    for await (const page of log.readAll({ after: this.checkpoint, category: 'customer', pageSize, signal })) {
      await this.take(page);
      onProgress?.(this.report);
      if (signal?.aborted) return this.report;
    }
    await this.review(this.clock.now(), signal);
    return this.report;
  }

  /** Projects until the signal aborts: touchpoints as they are recorded, and changes by time as they fall due. */
  async run(signal: AbortSignal): Promise<void> {
    await this.catchUp(signal);
    const { log, readModel, pageSize = 1_000 } = this.options;
    const ended = new AbortController();
    const stop = () => ended.abort();
    signal.addEventListener('abort', stop);
    const pages = log
      .subscribeAll({ after: this.checkpoint, category: 'customer', pageSize, signal: ended.signal })
      [Symbol.asyncIterator]();
    try {
      let next = pages.next();
      while (!signal.aborted) {
        const due = (await readModel.nextReviewAt()) ?? Number.POSITIVE_INFINITY;
        const timer = new AbortController();
        const waited = this.clock.until(due, AbortSignal.any([timer.signal, signal]));
        const page = await Promise.race([next, waited.then(() => undefined)]);
        timer.abort();
        if (page === undefined) await this.review(this.clock.now(), signal);
        else if (page.done) return;
        else {
          await this.take(page.value);
          next = pages.next();
        }
      }
    } finally {
      stop();
      signal.removeEventListener('abort', stop);
      await pages.return?.();
    }
  }

  /** Resolves when everything up to a position is in the read model. */
  async whenCaughtUp(position: Position): Promise<void> {
    if (this.checkpoint !== undefined && this.checkpoint >= position) return;
    await new Promise<void>((resolve) => this.waiting.push({ position, resolve }));
  }

  /** Folds parked customers again from the log. Returns those that could be folded. */
  retryParked(): Promise<readonly string[]> {
    return this.inTurn(() => this.foldParked());
  }

  private async foldParked(): Promise<readonly string[]> {
    if (!this.resumed) await this.resume();
    const position = this.checkpoint;
    const parked = [...this.parkedCustomers];
    if (position === undefined || parked.length === 0) return [];
    await this.save(
      await this.foldAll(
        parked.map((customer) => ({ customer, events: [] })),
        position,
      ),
      position,
    );
    return parked.filter((customer) => !this.parkedCustomers.has(customer));
  }

  /** Learns where the last run ended, and does again what a kill kept it from saving. */
  private async resume(): Promise<void> {
    const { log, readModel } = this.options;
    const checkpoint = await readModel.checkpoint();
    if (checkpoint !== undefined && checkpoint.ruleset !== this.hash)
      throw new RebuildNeeded(
        `the read model was built with ruleset ${checkpoint.ruleset.slice(0, 12)}, not with ${this.hash.slice(0, 12)}`,
      );
    if (checkpoint !== undefined && isBeyond(checkpoint.position, await log.head()))
      throw new RebuildNeeded('the read model has seen more than the log holds: an older log was put back beside it');
    const known = this.resumed ? this.checkpoint : undefined;
    this.checkpoint = checkpoint?.position as Position | undefined;
    if (known === undefined || known !== this.checkpoint) {
      await this.whoIsWho.learn(this.checkpoint);
      const merged = await readModel.load(this.whoIsWho.merged());
      if (merged.some((one) => one !== undefined))
        throw new RebuildNeeded(
          'the read model has relationships of merged customers: it was built before they united',
        );
    }
    this.parkedCustomers = new Set((await readModel.parked()).map(({ customer }) => customer));
    if (!this.resumed) await this.redo(await unsavedDecisions(log, readModel, this.checkpoint));
    this.resumed = true;
  }

  /**
   * Decisions that were recorded but not saved came from one page, or from one review. Folding the same again from
   * the same state gives the same decisions, which the log knows already.
   */
  private async redo(unsaved: ReadonlyMap<string, readonly RecordedDecision[]>): Promise<void> {
    const last = [...unsaved.values()].map((decisions) => decisions[decisions.length - 1]);
    const reviewed = last.filter((decision) => decision.foldedUpTo === this.checkpoint);
    for (const { customer, effectiveAt } of reviewed)
      await this.saveAnnounced(
        await this.foldAll([{ customer, events: [] }], this.checkpoint as Position, effectiveAt),
        this.checkpoint as Position,
      );
    const paged = last.filter(({ foldedUpTo }) => foldedUpTo !== this.checkpoint);
    if (paged.length === 0) return;
    const [{ foldedUpTo }] = paged;
    if (paged.some((decision) => decision.foldedUpTo !== foldedUpTo))
      throw new RebuildNeeded('the read model is older than the decisions in the log: it was dropped or put back');
    const page: RecordedEvent[] = [];
    const range = { after: this.checkpoint, until: foldedUpTo, category: 'customer' };
    for await (const part of this.options.log.readAll(range)) page.push(...part);
    for (const run of runsOf(page)) await this.saveAnnounced(await this.foldRun(run), run[run.length - 1].position);
  }

  private take(page: readonly RecordedEvent[]): Promise<void> {
    return this.inTurn(async () => {
      this.options.onWork?.(page[0].recordedAt);
      try {
        for (const run of runsOf(page)) {
          const outcomes = await this.foldRun(run);
          this.total.touchpoints += run.length;
          await this.save(outcomes, run[run.length - 1].position);
        }
      } catch (error) {
        // What is known in memory may be ahead of what is saved.
        this.resumed = false;
        throw error;
      }
    });
  }

  /** One after another: who saves must not set the checkpoint back for another who saved meanwhile. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  private foldRun(run: readonly RecordedEvent[]): Promise<readonly Outcome[]> {
    return isIdentityType(run[0].type) ? this.foldLinks(run) : this.foldTouchpoints(run);
  }

  private async foldTouchpoints(run: readonly RecordedEvent[]): Promise<readonly Outcome[]> {
    const byCustomer = new Map<string, RecordedEvent[]>();
    for (const event of run) {
      const customer = this.whoIsWho.survivorOf(subjectOf(event.stream));
      const events = byCustomer.get(customer);
      if (events === undefined) byCustomer.set(customer, [event]);
      else events.push(event);
    }
    return this.foldAll(
      [...byCustomer].map(([customer, events]) => ({ customer, events })),
      run[run.length - 1].position,
    );
  }

  /**
   * Whose history is made up of other streams than before is folded whole again; who was merged has nothing of her own
   * any more. What time has changed until then is decided before, as on any other day: only what the links change is
   * theirs.
   */
  private async foldLinks(run: readonly RecordedEvent[]): Promise<readonly Outcome[]> {
    const { readModel } = this.options;
    const { position } = run[run.length - 1];
    const now = run.reduce((latest, { recordedAt }) => Math.max(latest, recordedAt), Number.NEGATIVE_INFINITY);
    const regrouped = this.whoIsWho.takeIn(run);
    const standing = regrouped.filter(({ stoodAlone }) => stoodAlone).map(({ customer }) => customer);
    await this.letTimePass(standing, now);

    const stored = await readModel.load(regrouped.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    for (const [i, one] of regrouped.entries())
      outcomes.push(
        one.standsAlone
          ? await this.foldUnited(one, stored[i], position, now)
          : { save: { kind: 'removed', customer: one.customer }, decisions: [] },
      );
    return outcomes;
  }

  private async foldUnited(
    { customer, link, stoodAlone }: Regrouped,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number,
  ): Promise<Outcome> {
    const decided = stored?.decided ?? (await this.whoIsWho.lastDecided(customer, this.checkpoint, !stoodAlone));
    const past = { cause: 'merge' as const, touchpoint: { source: link.source, id: link.id } };
    return this.foldWhole({ customer, stored, decided }, position, { past, until });
  }

  /** Changes by time of these customers, saved before anything else changes. */
  private async letTimePass(customers: readonly string[], until: number): Promise<void> {
    if (this.checkpoint === undefined) return;
    const stored = await this.options.readModel.load(customers);
    const due = stored.flatMap((one) =>
      one?.nextReviewAt == null || one.nextReviewAt > until || this.parkedCustomers.has(one.customer)
        ? []
        : [{ customer: one.customer, events: [] }],
    );
    if (due.length > 0) await this.save(await this.foldAll(due, this.checkpoint, until), this.checkpoint);
  }

  /** Changes by time, up to and including `now`. Works from the read model: touchpoints come first. */
  private review(now: number, signal?: AbortSignal): Promise<void> {
    return this.inTurn(() => this.foldDue(now, signal));
  }

  private async foldDue(now: number, signal?: AbortSignal): Promise<void> {
    const position = this.checkpoint;
    if (position === undefined) return;
    for (;;) {
      const customers = await this.options.readModel.due(now, CUSTOMERS_PER_REVIEW);
      if (customers.length === 0 || signal?.aborted) return;
      const outcomes = await this.foldAll(
        customers.map((customer) => ({ customer, events: [] })),
        position,
        now,
      );
      this.total.reviewed += customers.length;
      await this.save(outcomes, position);
    }
  }

  private async foldAll(work: readonly Work[], position: Position, until?: number): Promise<readonly Outcome[]> {
    const stored = await this.options.readModel.load(work.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    // Waiting costs more than most folds, so only those wait that read the log.
    for (const [i, one] of work.entries())
      outcomes.push(
        this.continued(one, stored[i], position, until) ?? (await this.foldAnew(one, stored[i], position, until)),
      );
    return outcomes;
  }

  /** Goes on from what is stored; undefined where the log must be read. */
  private continued(
    { customer, events }: Work,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number | undefined,
  ): Outcome | undefined {
    if (stored === undefined || this.parkedCustomers.has(customer)) return undefined;
    return this.carryOn({ customer, stored, decided: stored.decided }, events, position, until);
  }

  private carryOn(
    standing: Standing,
    events: readonly RecordedEvent[],
    position: Position,
    until: number | undefined,
  ): Outcome | undefined {
    return this.orParked(standing.customer, () =>
      until === undefined
        ? this.projection.continue(standing, events, position)
        : this.projection.advance(standing, until, position),
    );
  }

  private async foldAnew(
    { customer, events }: Work,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number | undefined,
  ): Promise<Outcome> {
    const decided = stored?.decided ?? (await this.whoIsWho.lastDecided(customer, this.checkpoint));
    const standing: Standing = { customer, stored, decided };
    // Nothing stored and yet something decided: she was merged, or parted, and nothing was left of her for a while.
    if (stored === undefined && decided.sequence === 0 && !this.parkedCustomers.has(customer)) {
      const begun = this.carryOn(standing, events, position, until);
      if (begun !== undefined) return begun;
    }
    const late = stored === undefined ? undefined : firstLate(stored, events);
    if (stored !== undefined && late !== undefined)
      this.total.late += events.filter(({ occurredAt }) => occurredAt < stored.instant).length;
    const past = late === undefined ? undefined : { cause: 'late' as const, touchpoint: late };
    return this.foldWhole(standing, position, { past });
  }

  private async foldWhole(standing: Standing, position: Position, options: WholeOptions): Promise<Outcome> {
    const all = await this.whoIsWho.history(standing.customer, position);
    return this.orParked(standing.customer, () => this.projection.whole(standing, all, position, options));
  }

  /** One bad touchpoint parks its customer, never the projection. */
  private orParked<T>(customer: string, fold: () => T): T | Outcome {
    try {
      return fold();
    } catch (error) {
      return { save: { kind: 'parked', parked: parkedFor(customer, error, this.clock.now()) }, decisions: [] };
    }
  }

  private async save(outcomes: readonly Outcome[], position: Position): Promise<void> {
    if (this.announce) return this.saveAnnounced(outcomes, position);
    await this.saveAll(
      outcomes.map(({ save, decisions }) => unannounced(save, decisions.length)),
      position,
    );
  }

  private async saveAnnounced(outcomes: readonly Outcome[], position: Position): Promise<void> {
    await this.record(outcomes.flatMap(({ decisions }) => (decisions.length > 0 ? [decisions] : [])));
    await this.saveAll(
      outcomes.map(({ save }) => save),
      position,
    );
  }

  private async saveAll(saves: readonly RelationshipSave[], position: Position): Promise<void> {
    await this.options.readModel.save(saves, { position, ruleset: this.hash });
    this.checkpoint = position;
    for (const save of saves) this.count(save);
    this.wake(position);
    this.options.onSaved?.(position);
  }

  private count(save: RelationshipSave): void {
    this.total.customers++;
    const customer =
      save.kind === 'relationship'
        ? save.relationship.customer
        : save.kind === 'parked'
          ? save.parked.customer
          : save.customer;
    if (save.kind === 'parked') {
      if (!this.parkedCustomers.has(customer)) this.total.parked++;
      this.parkedCustomers.add(customer);
    } else this.parkedCustomers.delete(customer);
  }

  /** All decisions of one customer in one request: they are there together or not at all. */
  private async record(decisions: readonly (readonly Decision[])[]): Promise<void> {
    if (decisions.length === 0) return;
    const requests = decisions.map(
      (ofOne): AppendRequest => ({
        stream: relationshipStream(ofOne[0].customer),
        expected: 'any',
        events: ofOne.map(decisionEvent),
      }),
    );
    const results = await this.options.log.appendMany(requests);
    for (const [i, result] of results.entries()) {
      if (isLeft(result))
        throw new Error(
          `The log refused a decision about ${decisions[i][0].customer} (${result.left.kind}): is another projector at work on this log?`,
        );
      this.total.decisions += result.right.recorded;
    }
  }

  private wake(position: Position): void {
    for (let i = this.waiting.length - 1; i >= 0; i--)
      if (this.waiting[i].position <= position) this.waiting.splice(i, 1)[0].resolve();
  }
}

/** A save whose changes were not recorded as decisions: the sequence stays where it was. */
const unannounced = (save: RelationshipSave, decisions: number): RelationshipSave =>
  save.kind !== 'relationship'
    ? save
    : {
        ...save,
        relationship: {
          ...save.relationship,
          decided: { ...save.relationship.decided, sequence: save.relationship.decided.sequence - decisions },
        },
      };
