import { identitiesOf } from '@rapport/domain';
import type { EventLog, Position, RecordedEvent, StreamEvent } from '@rapport/event-log';
import type { foldedParts } from '../foldable';
import type { Projection } from '../projection';
import { createIdentityIndex, linksAmong } from './identity-index';
import { lastAlone } from './last-alone';
import { type Decided, lastDecided, UNDECIDED } from './last-decided';
import { type Regrouped, regroup } from './regroup';
import { readMembers } from './united-streams';

/** Who is who as a projector knows it: up to its checkpoint, and no further. */
export interface WhoIsWho {
  /** Learns it anew from the log, up to a checkpoint. */
  learn(checkpoint: Position | undefined): Promise<void>;
  /** Takes in a run of events that unite or part histories, and says for whom that changes anything. */
  takeIn(run: readonly RecordedEvent[]): readonly Regrouped[];
  /** Whose relationship a customer's touchpoints belong to. */
  survivorOf(customer: string): string;
  /** Everyone who has no relationship of her own. */
  merged(): readonly string[];
  /** All events, up to a position, that a survivor's relationship is made of. */
  history(customer: string, until: Position): Promise<readonly StreamEvent[]>;
  /**
   * What was last decided about a customer of whom nothing is stored.
   *
   * @param wasMerged whether that is because she was merged until now
   */
  lastDecided(customer: string, checkpoint: Position | undefined, wasMerged?: boolean): Promise<Decided>;
}

export const createWhoIsWho = (
  log: EventLog,
  projection: Pick<Projection, 'stands'>,
  wanted: ReturnType<typeof foldedParts>,
): WhoIsWho => {
  let index = createIdentityIndex(log);

  /** Where no decisions were recorded: how she stood when her relationship was taken from her. */
  const takenForKnown = async (customer: string, checkpoint: Position) => {
    const alone = lastAlone(index, customer, checkpoint);
    if (alone === undefined) return undefined;
    const { position: until, recordedAt } = alone.takenBy;
    const events = await readMembers(log, alone.members, { ...wanted, until });
    try {
      return projection.stands(events, recordedAt);
    } catch {
      // She could not be folded then: nothing was known of her.
      return undefined;
    }
  };

  return {
    learn: async (checkpoint) => {
      index = createIdentityIndex(log);
      if (checkpoint !== undefined) await index.refresh(checkpoint);
    },
    takeIn: (run) => regroup(index, linksAmong(run), run[run.length - 1].position),
    survivorOf: (customer) => (index.links === 0 ? customer : index.identities(customer).survivorOf(customer)),
    merged: () => identitiesOf(index.all()).united.flatMap(({ members }) => members.slice(1)),
    history: (customer, until) => {
      const members = index.knows(customer) ? index.identities(customer).membersOf(customer) : [customer];
      return readMembers(log, members, { ...wanted, until });
    },
    lastDecided: async (customer, checkpoint, wasMerged = false) =>
      index.knows(customer)
        ? lastDecided(log, customer, checkpoint, async () =>
            wasMerged && checkpoint !== undefined ? takenForKnown(customer, checkpoint) : undefined,
          )
        : UNDECIDED,
  };
};
