import { isIdentityType } from '@rapport/domain';
import { type Position, type RecordedEvent, subjectOf } from '@rapport/event-log';
import type { ReadModel, StoredRelationship } from '@rapport/read-model';
import type { Clock } from '../clock';
import type { ChangedPast } from '../decision';
import type { Regrouped } from '../identity/regroup';
import type { WhoIsWho } from '../identity/who-is-who';
import { firstLate, type Outcome, type Projection, parkedFor, type Standing } from '../projection';
import type { Totals } from './report';
import type { Saver } from './saver';
import { type Taking, takeArrived, takeDue } from './taking';

export interface CustomerFoldsOptions {
  readonly readModel: ReadModel;
  readonly projection: Projection;
  /** Its `asOf` is the present: what lies ahead of it waits. */
  readonly whoIsWho: WhoIsWho;
  readonly saver: Saver;
  readonly clock: Clock;
  readonly total: Totals;
}

/** For customers of whom the log has decisions already: the instant that they were folded as of. */
export type FoldedBefore = ReadonlyMap<string, number>;

/** Brings customers from how they are stored to how they stand at a position, in the shortest way there is. */
export interface CustomerFolds {
  /** What a run of a page (see `runsOf`) makes of its customers. */
  run(run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]>;
  /** What the links that come due next make of theirs; the present is then the instant at which they do. */
  links(before?: FoldedBefore): Promise<readonly Outcome[]>;
  /**
   * These customers again, as of a position: with time passed up to `until`, and with what has come due by then; or,
   * without it, from the log where they are parked.
   */
  again(customers: readonly string[], position: Position, until?: number): Promise<readonly Outcome[]>;
}

/** What is to be done at once for one customer, so that they are never folded twice at a time. */
interface Work {
  /** A survivor, where customers are merged. */
  readonly customer: string;
  /** Of all customers merged into this one. */
  readonly events: readonly RecordedEvent[];
  /** Who they were, where that is not as it is known now. */
  readonly was?: Regrouped;
}

/** Work with all that is known of it. */
interface Task extends Work {
  readonly stored: StoredRelationship | undefined;
  /** When the first of their touchpoints that wait comes due. */
  readonly dueAt: number | undefined;
  readonly position: Position;
  /** What lies ahead of it waits. */
  readonly now: number;
  /** Where time is to pass, up to when. */
  readonly until: number | undefined;
}

const isDue = ({ dueAt, now }: Task): boolean => dueAt !== undefined && dueAt <= now;

/** Whether the clock was set back, so that they stand at an instant that lies ahead. */
const liesAhead = ({ stored, until }: Task): boolean => until !== undefined && (stored?.instant ?? until) > until;

export const createCustomerFolds = ({
  readModel,
  projection,
  whoIsWho,
  saver,
  clock,
  total,
}: CustomerFoldsOptions): CustomerFolds => {
  /** One bad touchpoint parks its customer, never the projection. */
  const orParked = <T>(customer: string, fold: () => T): T | Outcome => {
    try {
      return fold();
    } catch (error) {
      return { save: { kind: 'parked', parked: parkedFor(customer, error, clock.now()) }, decisions: [] };
    }
  };

  const carryOn = (
    standing: Standing,
    { position, until }: Pick<Task, 'position' | 'until'>,
    take: () => Taking,
  ): Outcome | undefined =>
    orParked(standing.customer, () => {
      const taking = take();
      const { customer } = standing;
      if (until === undefined && taking.events.length === 0 && taking.dueAt !== undefined)
        return { save: { kind: 'ahead' as const, customer, dueAt: taking.dueAt }, decisions: [] };
      return projection.continue(standing, taking, position, until);
    });

  const foldWhole = async (
    standing: Standing,
    { position, now, until, was }: Pick<Task, 'position' | 'now' | 'until' | 'was'>,
    past: ChangedPast | undefined,
  ): Promise<Outcome> => {
    const all = await whoIsWho.history(standing.customer, position, was?.membersBefore);
    return orParked(standing.customer, () => projection.whole(standing, all, position, { now, past, until }));
  };

  const mergesAsOf = ({ customer, was }: Pick<Task, 'customer' | 'was'>): number | undefined =>
    was === undefined || was.namedBefore ? whoIsWho.mergesAsOf(customer) : undefined;

  /** Goes on from what is stored; undefined where the log must be read. */
  const continued = (task: Task): Outcome | undefined => {
    const { customer, events, stored, dueAt, now } = task;
    if (stored === undefined || stored.state.length === 0 || saver.parked.has(customer)) return undefined;
    if (isDue(task) || liesAhead(task)) return undefined;
    const standing = { customer, stored, decided: stored.decided, mergesAsOf: mergesAsOf(task) };
    return carryOn(standing, task, () => takeArrived(events, now, dueAt));
  };

  /** Why the past of a customer is another than it was stored. */
  const changedPast = (task: Task): ChangedPast | undefined => {
    const { events, stored } = task;
    const late = stored === undefined ? undefined : firstLate(stored, events);
    if (stored !== undefined && late !== undefined) {
      total.late += events.filter(({ occurredAt }) => occurredAt < stored.instant).length;
      return { cause: 'late', touchpoint: late };
    }
    return liesAhead(task) ? { cause: 'time' } : undefined;
  };

  const foldAnew = async (task: Task): Promise<Outcome> => {
    const { customer, events, stored, dueAt, position, now, was } = task;
    const why = dueAt === undefined ? undefined : 'ahead';
    const decided = stored?.decided ?? (await whoIsWho.lastDecided(customer, saver.checkpoint, why));
    const standing: Standing = { customer, stored, decided, mergesAsOf: mergesAsOf(task) };
    // Nothing stored and yet something decided: the customer was merged, or parted, and nothing was left for a while.
    const goesOn = stored === undefined ? decided.sequence === 0 : stored.state.length > 0 && !liesAhead(task);
    if (goesOn && !saver.parked.has(customer)) {
      const history = isDue(task) ? await whoIsWho.history(customer, position, was?.membersBefore) : undefined;
      const begun = carryOn(standing, task, () =>
        history === undefined ? takeArrived(events, now, dueAt) : takeDue(events, history, now, dueAt as number),
      );
      if (begun !== undefined) return begun;
    }
    return foldWhole(standing, task, changedPast(task));
  };

  const foldAll = async (
    work: readonly Work[],
    position: Position,
    instants: { readonly now: number; readonly until?: number; readonly before?: FoldedBefore },
  ): Promise<readonly Outcome[]> => {
    const customers = work.map(({ customer }) => customer);
    const stored = await readModel.load(customers);
    const due = await readModel.dueAt(customers);
    const outcomes: Outcome[] = [];
    // Waiting costs more than most folds, so only those wait that read the log.
    for (const [i, { customer, events, was }] of work.entries()) {
      const decidedAsOf = instants.before?.get(customer);
      const now = decidedAsOf ?? instants.now;
      // What waits now may have let time pass then.
      const until = decidedAsOf ?? instants.until;
      const dueAt = due.size === 0 ? undefined : due.get(customer);
      const task: Task = { customer, events, was, stored: stored[i], dueAt, position, now, until };
      outcomes.push(continued(task) ?? (await foldAnew(task)));
    }
    return outcomes;
  };

  const again: CustomerFolds['again'] = (customers, position, until) =>
    foldAll(
      customers.map((customer) => ({ customer, events: [] })),
      position,
      { now: until ?? whoIsWho.asOf, until },
    );

  const foldTouchpoints = (run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]> => {
    const byCustomer = new Map<string, RecordedEvent[]>();
    for (const event of run) {
      const customer = whoIsWho.survivorOf(subjectOf(event.stream));
      const events = byCustomer.get(customer);
      if (events === undefined) byCustomer.set(customer, [event]);
      else events.push(event);
    }
    return foldAll(
      [...byCustomer].map(([customer, events]) => ({ customer, events })),
      run[run.length - 1].position,
      { now: whoIsWho.asOf, before },
    );
  };

  /** Changes by time of these customers, as who they were, saved before anything else changes. */
  const letTimePass = async (regrouped: readonly Regrouped[], until: number): Promise<void> => {
    const { checkpoint } = saver;
    const standing = regrouped.filter(({ membersBefore }) => membersBefore.length > 0);
    if (checkpoint === undefined || standing.length === 0) return;
    const customers = standing.map(({ customer }) => customer);
    const stored = await readModel.load(customers);
    const dueAt = await readModel.dueAt(customers);
    const due = standing.filter(({ customer }, i) => {
      const at = Math.min(stored[i]?.nextReviewAt ?? Number.POSITIVE_INFINITY, dueAt.get(customer) ?? until + 1);
      return at <= until && !saver.parked.has(customer);
    });
    const work = due.map((was) => ({ customer: was.customer, events: [], was }));
    if (work.length > 0) await saver.save(await foldAll(work, checkpoint, { now: until, until }), checkpoint);
  };

  /** Everyone whose history is made up of other streams than before; who was merged has nothing of their own any more. */
  const foldRegrouped = async (
    regrouped: readonly Regrouped[],
    position: Position,
    until: number,
    before: FoldedBefore | undefined,
  ): Promise<readonly Outcome[]> => {
    const stored = await readModel.load(regrouped.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    for (const [i, { customer, link, membersBefore, standsAlone }] of regrouped.entries()) {
      if (!standsAlone) {
        outcomes.push({ save: { kind: 'removed', customer }, decisions: [] });
        continue;
      }
      const why = membersBefore.length === 0 ? 'merged' : undefined;
      const decided = stored[i]?.decided ?? (await whoIsWho.lastDecided(customer, saver.checkpoint, why));
      const standing = { customer, stored: stored[i], decided, mergesAsOf: whoIsWho.mergesAsOf(customer) };
      const now = before?.get(customer) ?? whoIsWho.asOf;
      const past = { cause: 'merge' as const, touchpoint: { source: link.source, id: link.id } };
      outcomes.push(await foldWhole(standing, { position, now, until }, past));
    }
    return outcomes;
  };

  /**
   * Whose history is made up of other streams than before is folded whole again. What time has changed until then is
   * decided before, as on any other day: only what the links change is theirs.
   */
  const foldLinks = async (run: readonly RecordedEvent[], before?: FoldedBefore): Promise<readonly Outcome[]> => {
    const recorded = run.reduce((latest, { recordedAt }) => Math.max(latest, recordedAt), Number.NEGATIVE_INFINITY);
    const until = Math.min(recorded, whoIsWho.asOf);
    const regrouped = whoIsWho.takeIn(run);
    await letTimePass(regrouped, until);
    return foldRegrouped(regrouped, run[run.length - 1].position, until, before);
  };

  return {
    run: (run, before) => (isIdentityType(run[0].type) ? foldLinks(run, before) : foldTouchpoints(run, before)),
    links: async (before) => {
      const until = whoIsWho.nextDueAt;
      const regrouped = whoIsWho.takeDue();
      await letTimePass(regrouped, until);
      whoIsWho.moveTo(until);
      return foldRegrouped(regrouped, saver.checkpoint as Position, until, before);
    },
    again,
  };
};
