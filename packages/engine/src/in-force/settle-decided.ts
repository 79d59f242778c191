import { compileRuleset, type Ruleset, rulesetHash } from '@rapport/domain';
import type { EventLogWithHistory } from '@rapport/event-log';
import type { Checkpoint, ReadModel, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { positionOf } from '../checkpoint';
import { type Decision, recordDecisions, rulesetName } from '../decisions';
import { foldedParts } from '../fold/foldable';
import { identityIndexAt, readLinks } from '../identity/identity-index';
import type { Decided } from '../identity/last-decided';
import { readMembers } from '../identity/united-streams';
import { Projection } from '../projector/projection';

/** The last announced state of a customer, from a read model or from the log. */
export interface LastSaid {
  readonly customer: string;
  readonly decided: Decided;
}

export interface SettleDecidedOptions {
  /** Open for writing: what is announced is recorded there. */
  readonly log: EventLogWithHistory;
  /** Open for writing, folded up to the checkpoint. */
  readonly after: ReadModel;
  readonly ruleset: Ruleset;
  readonly checkpoint: Checkpoint;
  /** Whether what differs from what was last said is recorded as decisions, with cause `ruleset`. */
  readonly announce: boolean;
  /** The present: time has passed up to it, and what lies ahead waits. Done again with the same one, the same is decided. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

export interface SettleReport {
  /** Customers whose stage or signals differ from what was last said. */
  readonly changed: number;
  /** Decisions recorded, now or by an attempt before that was cut short. */
  readonly announced: number;
}

const sameSignals = (a: readonly string[], b: Readonly<Record<string, number>>): boolean =>
  a.length === Object.keys(b).length && a.every((signal) => b[signal] !== undefined);

const differs = (decided: Decided, { stage, signals }: StoredRelationship): boolean =>
  decided.stage !== stage || !sameSignals(decided.signals, signals);

/**
 * Compares what was last said about customers with where a read model says they stand, and takes over the numbers of
 * decisions, so that their next change goes on from there. Where that is asked for, what differs is recorded as
 * decisions first, from which it is announced.
 *
 * @throws Interrupted when the signal aborts
 */
export const settleDecided = async (
  pages: AsyncIterable<readonly LastSaid[]>,
  options: SettleDecidedOptions,
): Promise<SettleReport> => {
  const { log, after, ruleset, checkpoint, announce, at, signal } = options;
  const position = positionOf(checkpoint);
  const program = compileRuleset(ruleset);
  const projection = new Projection(program, rulesetName(ruleset, rulesetHash(ruleset)));
  const identity = await identityIndexAt(log, position, at);
  const named = new Set((await readLinks(log, { until: position })).flatMap(({ customer, into }) => [customer, into]));
  const wanted = { ...foldedParts([program]), until: position };
  const historyOf = (customer: string) =>
    readMembers(log, identity.knows(customer) ? identity.identities(customer).membersOf(customer) : [customer], wanted);

  let changed = 0;
  let announced = 0;
  for await (const page of pages) {
    signal?.throwIfAborted();
    const now = await after.load(page.map(({ customer }) => customer));
    const saves: RelationshipSave[] = [];
    const decisions: (readonly Decision[])[] = [];
    for (const [i, { customer, decided: said }] of page.entries()) {
      const is = now[i];
      // Parked: nothing is known of the customer to announce.
      if (is === undefined) continue;
      const different = differs(said, is);
      if (different) changed++;
      if (!different && said.sequence === is.decided.sequence) continue;
      const decided =
        different && announce ? said : { stage: is.stage, signals: Object.keys(is.signals), sequence: said.sequence };
      const mergesAsOf = named.has(customer) ? at : undefined;
      const standing = { customer, stored: undefined, decided, mergesAsOf };
      const events = await historyOf(customer);
      const outcome = projection.whole(standing, events, position, { past: { cause: 'ruleset' }, now: at, until: at });
      saves.push(outcome.save);
      if (outcome.decisions.length > 0) decisions.push(outcome.decisions);
    }
    await recordDecisions(log, decisions);
    announced += decisions.reduce((sum, { length }) => sum + length, 0);
    if (saves.length > 0) await after.save(saves, checkpoint);
    // Others have their turn: requests are answered meanwhile.
    await new Promise(setImmediate);
  }
  return { changed, announced };
};
