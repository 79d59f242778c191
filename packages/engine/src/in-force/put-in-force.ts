import { compileRuleset, MODEL_VERSION, type Ruleset, rulesetHash } from '@rapport/domain';
import type { EventLogWithHistory, Position } from '@rapport/event-log';
import type { ReadModel } from '@rapport/read-model';
import { positionOf } from '../checkpoint';
import { systemClock } from '../clock';
import { Projector } from '../projector/projector';
import { type LastSaid, type SettleReport, settleDecided } from './settle-decided';

export interface PutInForceOptions {
  /** Open for writing: what is announced is recorded there. */
  readonly log: EventLogWithHistory;
  /** Folded with the rules so far. No other writer is allowed meanwhile. */
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

/** How many customers differ under the new rules, and how many decisions were announced. */
export type PutInForceReport = SettleReport;

const PAGE = 500;

/**
 * The touchpoints of a log as it was at a position. Decisions are left out: those taken by the old rules while the build
 * was made are not for the new ones to take again.
 */
const touchpointsUpTo = (log: EventLogWithHistory, position: Position): EventLogWithHistory => ({
  ...log,
  readAll: (options) =>
    options?.category === 'relationship' ? nothing() : log.readAll({ ...options, until: position }),
});

async function* nothing(): AsyncGenerator<never> {}

async function* lastSaidIn(readModel: ReadModel): AsyncGenerator<readonly LastSaid[]> {
  for (let next: string | undefined, more = true; more; ) {
    const page = await readModel.customers({ after: next, limit: PAGE });
    yield page.customers;
    next = page.next;
    more = next !== undefined;
  }
}

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
  const { log, before, after, ruleset, at, signal } = options;
  const reached = await before.checkpoint();
  if (reached === undefined) return { changed: 0, announced: 0 };
  const position = positionOf(reached);
  const checkpoint = { position, ruleset: rulesetHash(ruleset), model: MODEL_VERSION, asOf: at };
  const clock = { ...systemClock, now: () => at };
  const touchpoints = touchpointsUpTo(log, position);
  const program = compileRuleset(ruleset);
  await new Projector({ log: touchpoints, readModel: after, program, clock, announce: false }).catchUp(signal);
  await after.save([], checkpoint);
  return settleDecided(lastSaidIn(before), { ...options, checkpoint });
};
