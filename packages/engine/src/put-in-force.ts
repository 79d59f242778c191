import { compileRuleset, type Ruleset, rulesetHash } from '@rapport/domain';
import { type AppendRequest, type EventLog, type Position, relationshipStream } from '@rapport/event-log';
import type { ReadModel, RelationshipSave, StoredRelationship } from '@rapport/read-model';
import { isLeft } from 'fp-ts/Either';
import { systemClock } from './clock';
import { type Decision, decisionEvent, rulesetName } from './decision';
import { foldedParts } from './foldable';
import { createIdentityIndex } from './identity/identity-index';
import { readMembers } from './identity/united-streams';
import { createProjection } from './projection';
import { Projector } from './projector/projector';

export interface PutInForceOptions {
  /** Open for writing: what is announced is recorded there. */
  readonly log: EventLog;
  /** Folded with the rules so far. Nobody may write to it meanwhile. */
  readonly before: ReadModel;
  /** Built with the new rules, open for writing, not further than `before`. */
  readonly after: ReadModel;
  readonly ruleset: Ruleset;
  /** Whether what differs for a customer is recorded as decisions, from which announcements are made. */
  readonly announce: boolean;
  /** When it comes into force, in milliseconds. Done again with the same instant, the same is decided. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

export interface PutInForceReport {
  /** Customers whose stage or signals differ under the new rules. */
  readonly changed: number;
  /** Decisions recorded, now or by an attempt before that was cut short. */
  readonly announced: number;
}

const PAGE = 500;

const sameSignals = (a: readonly string[], b: Readonly<Record<string, number>>): boolean =>
  a.length === Object.keys(b).length && a.every((signal) => b[signal] !== undefined);

/** Whether the last that was decided about her still says where she stands. */
const differs = ({ decided }: StoredRelationship, now: StoredRelationship): boolean =>
  decided.stage !== now.stage || !sameSignals(decided.signals, now.signals);

/**
 * The touchpoints of a log as it was at a position. Decisions are left out: those taken by the old rules while the build
 * was made are not for the new ones to take again.
 */
const touchpointsUpTo = (log: EventLog, position: Position): EventLog => ({
  ...log,
  readAll: (options) =>
    options?.category === 'relationship' ? nothing() : log.readAll({ ...options, until: position }),
});

async function* nothing(): AsyncGenerator<never> {}

/**
 * Brings a read model that was built with other rules to where the present one stands, takes over the numbers of
 * decisions, and, where that is asked for, records what differs for each customer as decisions with cause `ruleset`.
 * Afterwards it can be switched in.
 *
 * Cut short at any moment and done again from a fresh build, it records nothing twice.
 *
 * @throws Interrupted when the signal aborts
 */
export const putInForce = async (options: PutInForceOptions): Promise<PutInForceReport> => {
  const { log, before, after, ruleset, announce, at, signal } = options;
  const position = (await before.checkpoint())?.position as Position | undefined;
  if (position === undefined) return { changed: 0, announced: 0 };
  const program = compileRuleset(ruleset);
  const hash = rulesetHash(ruleset);
  const checkpoint = { position, ruleset: hash };
  const clock = { ...systemClock, now: () => at };
  const touchpoints = touchpointsUpTo(log, position);
  await new Projector({ log: touchpoints, readModel: after, program, clock, announce: false }).catchUp(signal);
  await after.save([], checkpoint);

  const projection = createProjection(program, rulesetName(ruleset, hash));
  const identity = createIdentityIndex(log);
  await identity.refresh(position);
  const wanted = { ...foldedParts([program]), until: position };
  const historyOf = (customer: string) =>
    readMembers(log, identity.knows(customer) ? identity.identities(customer).membersOf(customer) : [customer], wanted);

  let changed = 0;
  let announced = 0;
  for (let next: string | undefined, more = true; more; ) {
    signal?.throwIfAborted();
    const page = await before.customers({ after: next, limit: PAGE });
    const now = await after.load(page.customers.map(({ customer }) => customer));
    const saves: RelationshipSave[] = [];
    const decisions: (readonly Decision[])[] = [];
    for (const [i, was] of page.customers.entries()) {
      const is = now[i];
      // Parked under the new rules: nothing is known of her to be told.
      if (is === undefined) continue;
      const different = differs(was, is);
      if (different) changed++;
      if (!different && was.decided.sequence === is.decided.sequence) continue;
      const decided =
        different && announce
          ? was.decided
          : { stage: is.stage, signals: Object.keys(is.signals), sequence: was.decided.sequence };
      const standing = { customer: was.customer, stored: undefined, decided };
      const events = await historyOf(was.customer);
      const outcome = projection.whole(standing, events, position, { past: { cause: 'ruleset' }, until: at });
      saves.push(outcome.save);
      if (outcome.decisions.length > 0) decisions.push(outcome.decisions);
    }
    announced += await record(log, decisions);
    if (saves.length > 0) await after.save(saves, checkpoint);
    next = page.next;
    more = next !== undefined;
    // Others have their turn: requests are answered meanwhile.
    await new Promise(setImmediate);
  }
  return { changed, announced };
};

const record = async (log: EventLog, decisions: readonly (readonly Decision[])[]): Promise<number> => {
  if (decisions.length === 0) return 0;
  const requests = decisions.map(
    (ofOne): AppendRequest => ({
      stream: relationshipStream(ofOne[0].customer),
      expected: 'any',
      events: ofOne.map(decisionEvent),
    }),
  );
  const results = await log.appendMany(requests);
  const refused = results.findIndex(isLeft);
  if (refused >= 0)
    throw new Error(`The log refused a decision about ${decisions[refused][0].customer} under a new ruleset.`);
  return decisions.reduce((sum, { length }) => sum + length, 0);
};
