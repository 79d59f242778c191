import { isIdentityType } from '@rapport/domain';
import { type Position, type RecordedEvent, subjectOf } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import type { Regrouped } from '../identity/regroup';
import { type CustomerUpdate, CustomerUpdater, type CustomerUpdaterOptions, type Work } from './customer-update';
import type { Outcome } from './projection';

export interface CustomerFoldsOptions extends CustomerUpdaterOptions {
  readonly readModel: ReadModel;
}

/** For customers about whom the log has decisions already: the instant that they were folded as of. */
export type FoldedBefore = ReadonlyMap<string, number>;

interface Instants {
  readonly now: number;
  readonly until?: number;
  readonly before?: FoldedBefore;
}

/**
 * Brings customers from what is stored to a position of the log and an instant: which customers, in which order. How one
 * customer is folded is for `CustomerUpdater` to choose.
 */
export class CustomerFolds {
  private readonly updater: CustomerUpdater;

  /** The present is `identity.asOf`: what lies ahead of it waits. */
  constructor(private readonly options: CustomerFoldsOptions) {
    this.updater = new CustomerUpdater(options);
  }

  /** Folds the customers of one run of a page (see `runsOf`). */
  run(run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]> {
    return isIdentityType(run[0]!.type) ? this.foldLinks(run, before) : this.foldTouchpoints(run, before);
  }

  /** Takes in the links that come due next, and folds their customers. The present is then the instant at which they do. */
  async links(before?: FoldedBefore): Promise<readonly Outcome[]> {
    const { identity, saver } = this.options;
    const until = identity.nextDueAt;
    const regrouped = identity.takeDue();
    await this.letTimePass(regrouped, until);
    identity.moveTo(until);
    return this.foldRegrouped(regrouped, saver.checkpoint as Position, until, before);
  }

  /**
   * Folds customers again, as of a position: with time passed up to `until`, and with what has come due by then.
   * Without `until`, parked customers are folded from the log.
   */
  again(customers: readonly string[], position: Position, until?: number): Promise<readonly Outcome[]> {
    const work = customers.map((customer) => ({ customer, events: [] }));
    return this.foldAll(work, position, { now: until ?? this.options.identity.asOf, until });
  }

  private foldTouchpoints(run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]> {
    const { identity } = this.options;
    const byCustomer = new Map<string, RecordedEvent[]>();
    for (const event of run) {
      const customer = identity.survivorOf(subjectOf(event.stream));
      const events = byCustomer.get(customer);
      if (events === undefined) byCustomer.set(customer, [event]);
      else events.push(event);
    }
    const work = [...byCustomer].map(([customer, events]) => ({ customer, events }));
    return this.foldAll(work, run.at(-1)!.position, { now: identity.asOf, before });
  }

  /**
   * Takes in links, and folds whole every customer whose history they change. What time has changed until then is
   * decided before, as on any other day. So only what the links change has the cause `merge`.
   */
  private async foldLinks(run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]> {
    const { identity } = this.options;
    const recorded = run.reduce((latest, { recordedAt }) => Math.max(latest, recordedAt), Number.NEGATIVE_INFINITY);
    const until = Math.min(recorded, identity.asOf);
    const regrouped = identity.takeIn(run);
    await this.letTimePass(regrouped, until);
    return this.foldRegrouped(regrouped, run.at(-1)!.position, until, before);
  }

  private async foldAll(work: readonly Work[], position: Position, instants: Instants): Promise<readonly Outcome[]> {
    const { readModel } = this.options;
    const customers = work.map(({ customer }) => customer);
    const stored = await readModel.load(customers);
    const due = await readModel.dueAt(customers);
    const outcomes: Outcome[] = [];
    for (const [i, { customer, events, was }] of work.entries()) {
      const decidedAsOf = instants.before?.get(customer);
      const now = decidedAsOf ?? instants.now;
      // A customer whose touchpoints wait now may have had changes by time then.
      const until = decidedAsOf ?? instants.until;
      const dueAt = due.size === 0 ? undefined : due.get(customer);
      const update: CustomerUpdate = { customer, events, was, stored: stored[i], dueAt, position, now, until };
      // An `await` costs more than most folds, so only those that read the log have one.
      outcomes.push(this.updater.fromStored(update) ?? (await this.updater.fromLog(update)));
    }
    return outcomes;
  }

  /** Saves what time has changed for these customers, as they were grouped before, before anything else changes. */
  private async letTimePass(regrouped: readonly Regrouped[], until: number): Promise<void> {
    const { saver } = this.options;
    const { checkpoint } = saver;
    if (checkpoint === undefined) return;
    const due = await this.dueBy(
      regrouped.filter(({ membersBefore }) => membersBefore.length > 0),
      until,
    );
    const work = due.map((was) => ({ customer: was.customer, events: [], was }));
    if (work.length > 0) await saver.save(await this.foldAll(work, checkpoint, { now: until, until }), checkpoint);
  }

  /** The customers among these for whom something is due by an instant: a change by time, or what lay ahead. */
  private async dueBy(regrouped: readonly Regrouped[], instant: number): Promise<readonly Regrouped[]> {
    if (regrouped.length === 0) return [];
    const { readModel, saver } = this.options;
    const customers = regrouped.map(({ customer }) => customer);
    const stored = await readModel.load(customers);
    const dueAt = await readModel.dueAt(customers);
    return regrouped.filter(({ customer }, i) => {
      const at = Math.min(stored[i]?.nextReviewAt ?? Number.POSITIVE_INFINITY, dueAt.get(customer) ?? instant + 1);
      return at <= instant && !saver.parked.has(customer);
    });
  }

  /** Folds every customer whose history is made up of other streams than before; those merged into another are removed. */
  private async foldRegrouped(
    regrouped: readonly Regrouped[],
    position: Position,
    until: number,
    before: FoldedBefore | undefined,
  ): Promise<readonly Outcome[]> {
    const { readModel, identity, saver } = this.options;
    const stored = await readModel.load(regrouped.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    for (const [i, { customer, link, membersBefore, standsAlone }] of regrouped.entries()) {
      if (!standsAlone) {
        outcomes.push({ save: { kind: 'removed', customer }, decisions: [] });
        continue;
      }
      const why = membersBefore.length === 0 ? 'merged' : undefined;
      const decided = stored[i]?.decided ?? (await identity.lastDecided(customer, saver.checkpoint, why));
      const standing = { customer, stored: stored[i], decided, mergesAsOf: identity.mergesAsOf(customer) };
      const now = before?.get(customer) ?? identity.asOf;
      const past = { cause: 'merge' as const, touchpoint: { source: link.source, id: link.id } };
      outcomes.push(await this.updater.whole(standing, { position, now, until }, past));
    }
    return outcomes;
  }
}
