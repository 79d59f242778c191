import { identitiesOf } from '@rapport/domain';
import type { EventLogWithHistory, Position, RecordedEvent, StreamEvent } from '@rapport/event-log';
import type { foldedParts } from '../foldable';
import type { Projection } from '../projection';
import { createIdentityIndex, linksAmong, type RecordedLink, readLinks } from './identity-index';
import { lastAlone, wasAhead } from './last-alone';
import { type Decided, lastDecided, UNDECIDED } from './last-decided';
import { type Regrouped, regroup } from './regroup';
import { readMembers } from './united-streams';

/**
 * Identities as a projector knows them: up to its checkpoint, and no further. Links that lie ahead are known, and wait.
 */
export interface WhoIsWho {
  /** Links that occurred up to here are in force. */
  readonly asOf: number;
  /** When the first of those that lie ahead comes due; Infinity where none does. */
  readonly nextDueAt: number;
  /** Learns them again from the log, up to a checkpoint, and an instant. */
  learn(checkpoint: Position | undefined, asOf: number): Promise<void>;
  /** Takes for now another instant, by which no link has come due. */
  moveTo(instant: number): void;
  /**
   * Takes in a run of events that unite or part histories, and says for whom that changes anything: those that
   * occurred by now, for the others wait.
   */
  takeIn(run: readonly RecordedEvent[]): readonly Regrouped[];
  /** Takes in those that come due at the next instant at which any does; the present is the caller's to move there. */
  takeDue(): readonly Regrouped[];
  /** Whether any link that is in force occurred after an instant. */
  anyAfter(instant: number): boolean;
  /** The instant up to which links count, for a customer whom any names; undefined for all others. */
  mergesAsOf(customer: string): number | undefined;
  /** Whose relationship a customer's touchpoints belong to. */
  survivorOf(customer: string): string;
  /** All customers without a relationship of their own. */
  merged(): readonly string[];
  /**
   * All events, up to a position, that a survivor's relationship is made of.
   *
   * @param members whose histories make it up, where it is not as of now
   */
  history(customer: string, until: Position, members?: readonly string[]): Promise<readonly StreamEvent[]>;
  /**
   * What was last decided about a customer of whom nothing is stored.
   *
   * @param why `merged`: because they were merged until now; `ahead`: because all of theirs lay ahead
   */
  lastDecided(customer: string, checkpoint: Position | undefined, why?: 'merged' | 'ahead'): Promise<Decided>;
}

export const createWhoIsWho = (
  log: EventLogWithHistory,
  projection: Pick<Projection, 'stands'>,
  wanted: ReturnType<typeof foldedParts>,
): WhoIsWho => {
  let index = createIdentityIndex(log);
  let asOf = Number.NEGATIVE_INFINITY;
  /** Recorded, and not in force yet; in no order. */
  let ahead: RecordedLink[] = [];
  let nextDueAt = Number.POSITIVE_INFINITY;
  /** Whom they name, and whom those did that came in force since it was learned. */
  const awaited = new Set<string>();
  const isNamed = (customer: string): boolean =>
    (index.links > 0 && index.knows(customer)) || (awaited.size > 0 && awaited.has(customer));

  const forgetAhead = (): void => {
    ahead = [];
    nextDueAt = Number.POSITIVE_INFINITY;
  };

  const wait = (link: RecordedLink): void => {
    ahead.push(link);
    nextDueAt = Math.min(nextDueAt, link.occurredAt);
    awaited.add(link.customer).add(link.into ?? link.customer);
  };

  /** Takes in those that are in force at an instant, with everything up to a position; the others wait. */
  const takeAsOf = (instant: number, links: readonly RecordedLink[], position: Position): readonly Regrouped[] => {
    const inForce = links.filter(({ occurredAt }) => occurredAt <= instant);
    const regrouped = regroup(index, inForce, position, isNamed);
    for (const link of links) if (link.occurredAt > instant) wait(link);
    return regrouped;
  };

  /** Where no decisions were recorded: the state when the customer's relationship ended. */
  const takenForKnown = async (customer: string, checkpoint: Position) => {
    const alone = lastAlone(index, customer, checkpoint);
    if (alone === undefined) return undefined;
    const { takenBy, members } = alone;
    const { position, recordedAt, occurredAt } = takenBy;
    // Until a link that lay ahead came due, more was recorded.
    const [until, at] = wasAhead(takenBy) ? [checkpoint, occurredAt] : [position, recordedAt];
    const read = await readMembers(log, members, { ...wanted, lean: wanted.lean && !wasAhead(takenBy), until });
    const events = wasAhead(takenBy) ? read.filter((event) => event.recordedAt <= at) : read;
    try {
      return projection.stands(events, at);
    } catch {
      // The customer could not be folded then: nothing was known of them.
      return undefined;
    }
  };

  return {
    get asOf() {
      return asOf;
    },
    get nextDueAt() {
      return nextDueAt;
    },
    learn: async (checkpoint, instant) => {
      index = createIdentityIndex(log);
      asOf = instant;
      forgetAhead();
      awaited.clear();
      if (checkpoint === undefined) return;
      const links = await readLinks(log, { until: checkpoint });
      index.add(
        links.filter(({ occurredAt }) => occurredAt <= asOf),
        checkpoint,
      );
      for (const link of links) if (link.occurredAt > asOf) wait(link);
    },
    moveTo: (instant) => {
      asOf = instant;
    },
    takeIn: (run) => takeAsOf(asOf, linksAmong(run), run[run.length - 1].position),
    takeDue: () => {
      const [links, instant] = [ahead, nextDueAt];
      forgetAhead();
      return takeAsOf(instant, links, index.position as Position);
    },
    anyAfter: (instant) => index.all().some(({ occurredAt }) => occurredAt > instant),
    mergesAsOf: (customer) => (isNamed(customer) ? asOf : undefined),
    survivorOf: (customer) => (index.links === 0 ? customer : index.identities(customer).survivorOf(customer)),
    merged: () => identitiesOf(index.all()).united.flatMap(({ members }) => members.slice(1)),
    history: (customer, until, members) => {
      const united = index.knows(customer) ? index.identities(customer).membersOf(customer) : [customer];
      return readMembers(log, members ?? united, { ...wanted, until });
    },
    lastDecided: async (customer, checkpoint, why) =>
      why === 'ahead' || index.knows(customer)
        ? lastDecided(log, customer, checkpoint, async () =>
            why === 'merged' && checkpoint !== undefined ? takenForKnown(customer, checkpoint) : undefined,
          )
        : UNDECIDED,
  };
};
