import { isIdentityType } from '@rapport/domain';
import { type Position, type RecordedEvent, subjectOf } from '@rapport/event-log';
import type { ReadModel, StoredRelationship } from '@rapport/read-model';
import type { Clock } from '../clock';
import type { Regrouped } from '../identity/regroup';
import type { WhoIsWho } from '../identity/who-is-who';
import { firstLate, type Outcome, type Projection, parkedFor, type Standing, type WholeOptions } from '../projection';
import type { Totals } from './report';
import type { Saver } from './saver';

export interface CustomerFoldsOptions {
  readonly readModel: ReadModel;
  readonly projection: Projection;
  readonly whoIsWho: WhoIsWho;
  readonly saver: Saver;
  readonly clock: Clock;
  readonly total: Totals;
}

/** Brings customers from how they are stored to how they stand at a position, in the shortest way there is. */
export interface CustomerFolds {
  /** What a run of a page (see `runsOf`) makes of its customers. */
  run(run: readonly RecordedEvent[]): Promise<readonly Outcome[]>;
  /**
   * These customers again, as of a position: with time passed up to `until`, or, without it, from the log where they
   * are parked.
   */
  again(customers: readonly string[], position: Position, until?: number): Promise<readonly Outcome[]>;
}

/** What is to be done at once for one customer, so that she is never folded twice at a time. */
interface Work {
  /** A survivor, where customers are merged. */
  readonly customer: string;
  /** Of all who are merged into her. */
  readonly events: readonly RecordedEvent[];
}

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
    events: readonly RecordedEvent[],
    position: Position,
    until: number | undefined,
  ): Outcome | undefined =>
    orParked(standing.customer, () =>
      until === undefined
        ? projection.continue(standing, events, position)
        : projection.advance(standing, until, position),
    );

  const foldWhole = async (standing: Standing, position: Position, options: WholeOptions): Promise<Outcome> => {
    const all = await whoIsWho.history(standing.customer, position);
    return orParked(standing.customer, () => projection.whole(standing, all, position, options));
  };

  /** Goes on from what is stored; undefined where the log must be read. */
  const continued = (
    { customer, events }: Work,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number | undefined,
  ): Outcome | undefined =>
    stored === undefined || stored.state.length === 0 || saver.parked.has(customer)
      ? undefined
      : carryOn({ customer, stored, decided: stored.decided }, events, position, until);

  const foldAnew = async (
    { customer, events }: Work,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number | undefined,
  ): Promise<Outcome> => {
    const decided = stored?.decided ?? (await whoIsWho.lastDecided(customer, saver.checkpoint));
    const standing: Standing = { customer, stored, decided };
    // Nothing stored and yet something decided: she was merged, or parted, and nothing was left of her for a while.
    if (stored === undefined && decided.sequence === 0 && !saver.parked.has(customer)) {
      const begun = carryOn(standing, events, position, until);
      if (begun !== undefined) return begun;
    }
    const late = stored === undefined ? undefined : firstLate(stored, events);
    if (stored !== undefined && late !== undefined)
      total.late += events.filter(({ occurredAt }) => occurredAt < stored.instant).length;
    const past = late === undefined ? undefined : { cause: 'late' as const, touchpoint: late };
    return foldWhole(standing, position, { past, until });
  };

  const foldAll = async (work: readonly Work[], position: Position, until?: number): Promise<readonly Outcome[]> => {
    const stored = await readModel.load(work.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    // Waiting costs more than most folds, so only those wait that read the log.
    for (const [i, one] of work.entries())
      outcomes.push(continued(one, stored[i], position, until) ?? (await foldAnew(one, stored[i], position, until)));
    return outcomes;
  };

  const again: CustomerFolds['again'] = (customers, position, until) =>
    foldAll(
      customers.map((customer) => ({ customer, events: [] })),
      position,
      until,
    );

  const foldTouchpoints = (run: readonly RecordedEvent[]): Promise<readonly Outcome[]> => {
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
    );
  };

  /** Changes by time of these customers, saved before anything else changes. */
  const letTimePass = async (customers: readonly string[], until: number): Promise<void> => {
    const { checkpoint } = saver;
    if (checkpoint === undefined) return;
    const stored = await readModel.load(customers);
    const due = stored.flatMap((one) =>
      one?.nextReviewAt == null || one.nextReviewAt > until || saver.parked.has(one.customer) ? [] : [one.customer],
    );
    if (due.length > 0) await saver.save(await again(due, checkpoint, until), checkpoint);
  };

  const foldUnited = async (
    { customer, link, stoodAlone }: Regrouped,
    stored: StoredRelationship | undefined,
    position: Position,
    until: number,
  ): Promise<Outcome> => {
    const decided = stored?.decided ?? (await whoIsWho.lastDecided(customer, saver.checkpoint, !stoodAlone));
    const past = { cause: 'merge' as const, touchpoint: { source: link.source, id: link.id } };
    return foldWhole({ customer, stored, decided }, position, { past, until });
  };

  /**
   * Whose history is made up of other streams than before is folded whole again; who was merged has nothing of her own
   * any more. What time has changed until then is decided before, as on any other day: only what the links change is
   * theirs.
   */
  const foldLinks = async (run: readonly RecordedEvent[]): Promise<readonly Outcome[]> => {
    const { position } = run[run.length - 1];
    const now = run.reduce((latest, { recordedAt }) => Math.max(latest, recordedAt), Number.NEGATIVE_INFINITY);
    const regrouped = whoIsWho.takeIn(run);
    const standing = regrouped.filter(({ stoodAlone }) => stoodAlone).map(({ customer }) => customer);
    await letTimePass(standing, now);

    const stored = await readModel.load(regrouped.map(({ customer }) => customer));
    const outcomes: Outcome[] = [];
    for (const [i, one] of regrouped.entries())
      outcomes.push(
        one.standsAlone
          ? await foldUnited(one, stored[i], position, now)
          : { save: { kind: 'removed', customer: one.customer }, decisions: [] },
      );
    return outcomes;
  };

  return { run: (run) => (isIdentityType(run[0].type) ? foldLinks(run) : foldTouchpoints(run)), again };
};
