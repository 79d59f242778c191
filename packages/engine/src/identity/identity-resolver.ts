import { identitiesOf } from '@rapport/domain';
import type { EventLogWithHistory, Position, RecordedEvent, StreamEvent } from '@rapport/event-log';
import type { foldedParts } from '../fold/foldable';
import { createIdentityIndex, type IdentityIndex, linksAmong, type RecordedLink, readLinks } from './identity-index';
import { lastAlone, wasAhead } from './last-alone';
import { type Decided, lastDecided, UNDECIDED } from './last-decided';
import { type Regrouped, regroup } from './regroup';
import { readMembers } from './united-streams';

/** Folds events and says what holds at an instant. */
export interface StandsAt {
  stands(events: readonly StreamEvent[], at: number): Pick<Decided, 'stage' | 'signals'>;
}

/**
 * Identity resolution as a projector needs it: which customers are one and the same, up to its checkpoint and its
 * present. Links that occur after the present are kept, and wait until they come due.
 */
export class IdentityResolver {
  private index: IdentityIndex;
  private present = Number.NEGATIVE_INFINITY;
  /** Recorded, and not in force yet; in no order. */
  private waiting: RecordedLink[] = [];
  private firstDueAt = Number.POSITIVE_INFINITY;
  /** Customers whom waiting links name, and those that came in force since `learn`. */
  private readonly awaited = new Set<string>();

  /** @param wanted the parts of events that folds look at */
  constructor(
    private readonly log: EventLogWithHistory,
    private readonly projection: StandsAt,
    private readonly wanted: ReturnType<typeof foldedParts>,
  ) {
    this.index = createIdentityIndex(log);
  }

  /** The present: links that occurred up to here are in force. */
  get asOf(): number {
    return this.present;
  }

  /** When the first link that waits comes due; Infinity where none waits. */
  get nextDueAt(): number {
    return this.firstDueAt;
  }

  /** Starts again from the log, as it was at a checkpoint, and from a present. */
  async learn(checkpoint: Position | undefined, asOf: number): Promise<void> {
    this.index = createIdentityIndex(this.log);
    this.present = asOf;
    this.forgetWaiting();
    this.awaited.clear();
    if (checkpoint === undefined) return;
    this.take(await readLinks(this.log, { until: checkpoint }), asOf, (inForce) => this.index.add(inForce, checkpoint));
  }

  /** Moves the present to an instant. No link may come due in between. */
  moveTo(instant: number): void {
    this.present = instant;
  }

  /**
   * Takes in a run of links, and says for which customers that changes anything. Links that occur after the present
   * wait.
   */
  takeIn(run: readonly RecordedEvent[]): readonly Regrouped[] {
    return this.regroup(linksAmong(run), this.present, run.at(-1)!.position);
  }

  /** Takes in the links that come due at `nextDueAt`. The caller moves the present there afterwards. */
  takeDue(): readonly Regrouped[] {
    const { waiting, firstDueAt } = this;
    this.forgetWaiting();
    return this.regroup(waiting, firstDueAt, this.index.position as Position);
  }

  /** Whether any link that is in force occurred after an instant. */
  anyAfter(instant: number): boolean {
    return this.index.all().some(({ occurredAt }) => occurredAt > instant);
  }

  /** The instant up to which links count, for a customer whom any link names; undefined for all others. */
  mergesAsOf(customer: string): number | undefined {
    return this.isNamed(customer) ? this.present : undefined;
  }

  /** The customer to whose relationship the touchpoints of a customer belong. */
  survivorOf(customer: string): string {
    return this.index.links === 0 ? customer : this.index.identities(customer).survivorOf(customer);
  }

  /** All customers who are merged into another, and so have no relationship of their own. */
  merged(): readonly string[] {
    return identitiesOf(this.index.all()).united.flatMap(({ members }) => members.slice(1));
  }

  /**
   * All events, up to a position, that make up the relationship of a survivor.
   *
   * @param members the customers whose histories make it up, where these are others than now
   */
  history(customer: string, until: Position, members?: readonly string[]): Promise<readonly StreamEvent[]> {
    const united = this.index.knows(customer) ? this.index.identities(customer).membersOf(customer) : [customer];
    return readMembers(this.log, members ?? united, { ...this.wanted, until });
  }

  /**
   * The last decisions about a customer who is not in the read model.
   *
   * @param why `merged`: they were merged into another until now; `ahead`: all their touchpoints lay ahead
   */
  async lastDecided(customer: string, checkpoint: Position | undefined, why?: 'merged' | 'ahead'): Promise<Decided> {
    if (why !== 'ahead' && !this.index.knows(customer)) return UNDECIDED;
    return lastDecided(this.log, customer, checkpoint, async () =>
      why === 'merged' && checkpoint !== undefined ? this.stoodWhenMerged(customer, checkpoint) : undefined,
    );
  }

  private isNamed(customer: string): boolean {
    return (
      (this.index.links > 0 && this.index.knows(customer)) || (this.awaited.size > 0 && this.awaited.has(customer))
    );
  }

  private forgetWaiting(): void {
    this.waiting = [];
    this.firstDueAt = Number.POSITIVE_INFINITY;
  }

  /** Adds the links that are in force at an instant, with everything up to a position; the others wait. */
  private regroup(links: readonly RecordedLink[], instant: number, position: Position): readonly Regrouped[] {
    return this.take(links, instant, (inForce) =>
      regroup(this.index, inForce, position, (customer) => this.isNamed(customer)),
    );
  }

  /** Adds first and lets wait afterwards: a customer whom only a waiting link names was not named before. */
  private take<T>(links: readonly RecordedLink[], instant: number, add: (inForce: readonly RecordedLink[]) => T): T {
    const added = add(links.filter(({ occurredAt }) => occurredAt <= instant));
    for (const link of links) {
      if (link.occurredAt <= instant) continue;
      this.waiting.push(link);
      this.firstDueAt = Math.min(this.firstDueAt, link.occurredAt);
      this.awaited.add(link.customer).add(link.into ?? link.customer);
    }
    return added;
  }

  /** Stage and signals of a customer when they were merged, where no decisions about them were recorded. */
  private async stoodWhenMerged(customer: string, checkpoint: Position) {
    const alone = lastAlone(this.index, customer, checkpoint);
    if (alone === undefined) return undefined;
    const { takenBy, members } = alone;
    const { position, recordedAt, occurredAt } = takenBy;
    const { log, wanted } = this;
    // Until a link that lay ahead came due, more was recorded.
    const [until, at] = wasAhead(takenBy) ? [checkpoint, occurredAt] : [position, recordedAt];
    const read = await readMembers(log, members, { ...wanted, lean: wanted.lean && !wasAhead(takenBy), until });
    const events = wasAhead(takenBy) ? read.filter((event) => event.recordedAt <= at) : read;
    try {
      return this.projection.stands(events, at);
    } catch {
      // Their touchpoints could not be folded then, so nothing was known.
      return undefined;
    }
  }
}
