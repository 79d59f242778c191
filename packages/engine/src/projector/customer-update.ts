import type { Position, RecordedEvent } from '@rapport/event-log';
import type { StoredRelationship } from '@rapport/read-model';
import type { Clock } from '../clock';
import type { ChangedPast } from '../decisions';
import type { IdentityResolver } from '../identity/identity-resolver';
import type { Regrouped } from '../identity/regroup';
import { firstLate, type Outcome, type Projection, parkedFor, type Standing } from './projection';
import type { Totals } from './report';
import type { Saver } from './saver';
import { type Taking, takeArrived, takeDue } from './taking';

/** All that happens to one customer at once: a customer is never folded by two updates at a time. */
export interface Work {
  /** A survivor, where customers are merged. */
  readonly customer: string;
  /** Of the survivor, and of all customers merged into them. */
  readonly events: readonly RecordedEvent[];
  /** The members of the relationship before, where they are others than now. */
  readonly was?: Regrouped;
}

/** Work with what is stored of the customer, and the instants that matter. */
export interface CustomerUpdate extends Work {
  readonly stored: StoredRelationship | undefined;
  /** When the first of their touchpoints that wait comes due. */
  readonly dueAt: number | undefined;
  readonly position: Position;
  /** The present: what lies ahead of it waits. */
  readonly now: number;
  /** The instant up to which time is to pass; absent where time does not matter. */
  readonly until: number | undefined;
}

export interface CustomerUpdaterOptions {
  readonly projection: Projection;
  readonly identity: IdentityResolver;
  readonly saver: Saver;
  readonly clock: Clock;
  readonly total: Totals;
}

const isDue = ({ dueAt, now }: CustomerUpdate): boolean => dueAt !== undefined && dueAt <= now;

/** Whether the clock was set back, so that what is stored stands at an instant that lies ahead. */
const liesAhead = ({ stored, until }: CustomerUpdate): boolean =>
  until !== undefined && (stored?.instant ?? until) > until;

/** Folds one customer after another, each in the shortest way: from what is stored, or from their whole history. */
export class CustomerUpdater {
  constructor(private readonly options: CustomerUpdaterOptions) {}

  /** Continues from what is stored. Undefined where the log must be read: then call `fromLog`. */
  fromStored(update: CustomerUpdate): Outcome | undefined {
    const { customer, events, stored, dueAt, now } = update;
    if (stored === undefined || stored.state.length === 0 || this.options.saver.parked.has(customer)) return undefined;
    if (isDue(update) || liesAhead(update)) return undefined;
    const standing = { customer, stored, decided: stored.decided, mergesAsOf: this.mergesAsOf(update) };
    return this.continue(standing, update, () => takeArrived(events, now, dueAt));
  }

  /** Reads what is needed from the log: what has come due, or the whole history. */
  async fromLog(update: CustomerUpdate): Promise<Outcome> {
    const { identity, saver } = this.options;
    const { customer, events, stored, dueAt, position, now, was } = update;
    const why = dueAt === undefined ? undefined : 'ahead';
    const decided = stored?.decided ?? (await identity.lastDecided(customer, saver.checkpoint, why));
    const standing: Standing = { customer, stored, decided, mergesAsOf: this.mergesAsOf(update) };
    // Decided about and yet not stored: merges, or their undoing, had left nothing of the customer for a while.
    const goesOn = stored === undefined ? decided.sequence === 0 : stored.state.length > 0 && !liesAhead(update);
    if (goesOn && !saver.parked.has(customer)) {
      const history = isDue(update) ? await identity.history(customer, position, was?.membersBefore) : undefined;
      const continued = this.continue(standing, update, () =>
        history === undefined ? takeArrived(events, now, dueAt) : takeDue(events, history, now, dueAt as number),
      );
      if (continued !== undefined) return continued;
    }
    return this.whole(standing, update, this.changedPast(update));
  }

  /** Folds the whole history of a customer. */
  async whole(
    standing: Standing,
    { position, now, until, was }: Pick<CustomerUpdate, 'position' | 'now' | 'until' | 'was'>,
    past: ChangedPast | undefined,
  ): Promise<Outcome> {
    const { identity, projection } = this.options;
    const all = await identity.history(standing.customer, position, was?.membersBefore);
    return this.orParked(standing.customer, () => projection.whole(standing, all, position, { now, past, until }));
  }

  private continue(
    standing: Standing,
    { position, until }: Pick<CustomerUpdate, 'position' | 'until'>,
    take: () => Taking,
  ): Outcome | undefined {
    const { customer } = standing;
    return this.orParked(customer, (): Outcome | undefined => {
      const taking = take();
      if (until === undefined && taking.events.length === 0 && taking.dueAt !== undefined)
        return { save: { kind: 'ahead', customer, dueAt: taking.dueAt }, decisions: [] };
      return this.options.projection.continue(standing, taking, position, until);
    });
  }

  /** One bad touchpoint parks its customer, never the projection. */
  private orParked<Folded extends Outcome | undefined>(customer: string, fold: () => Folded): Folded | Outcome {
    try {
      return fold();
    } catch (error) {
      return { save: { kind: 'parked', parked: parkedFor(customer, error, this.options.clock.now()) }, decisions: [] };
    }
  }

  private mergesAsOf({ customer, was }: CustomerUpdate): number | undefined {
    return was === undefined || was.namedBefore ? this.options.identity.mergesAsOf(customer) : undefined;
  }

  /** Why the past of a customer differs from what was stored; counts late touchpoints. */
  private changedPast(update: CustomerUpdate): ChangedPast | undefined {
    const { events, stored } = update;
    const late = stored === undefined ? undefined : firstLate(stored, events);
    if (stored !== undefined && late !== undefined) {
      this.options.total.late += events.filter(({ occurredAt }) => occurredAt < stored.instant).length;
      return { cause: 'late', touchpoint: late };
    }
    return liesAhead(update) ? { cause: 'time' } : undefined;
  }
}
