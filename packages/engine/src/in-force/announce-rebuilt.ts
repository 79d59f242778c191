import { ALL_BUCKETS, type Ruleset } from '@rapport/domain';
import { type EventLogWithHistory, subjectOf } from '@rapport/event-log';
import type { Checkpoint, ReadModel } from '@rapport/read-model';
import { decisionOf } from '../decisions';
import { saidBy } from '../identity/last-decided';
import { type LastSaid, type SettleReport, settleDecided } from './settle-decided';

export interface AnnounceRebuiltOptions {
  /** Open for writing. */
  readonly log: EventLogWithHistory;
  /** Rebuilt from the log up to its end, open for writing, and not yet switched in. */
  readonly rebuilt: ReadModel;
  readonly ruleset: Ruleset;
  /** The instant that it was made for. */
  readonly at: number;
  readonly signal?: AbortSignal;
}

/**
 * The last decided stage and signals of every customer with decisions in the log. A customer without a decision on a
 * stage was imported: the stage counts as known, and is not announced now.
 */
async function* lastSaidIn(
  log: EventLogWithHistory,
  rebuilt: ReadModel,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly LastSaid[]> {
  for await (const page of log.readStreams({ category: 'relationship', buckets: ALL_BUCKETS, signal })) {
    const customers = page.map(({ stream }) => subjectOf(stream));
    const stands = await rebuilt.load(customers);
    yield page.map(({ events }, i) => {
      const customer = customers[i]!;
      const decided = saidBy(events.flatMap((event) => decisionOf(event, customer) ?? []));
      return { customer, decided: decided.stage === null ? { ...decided, stage: stands[i]?.stage ?? null } : decided };
    });
  }
}

/**
 * Announces where a rebuilt read model differs from the decisions in the log about customers: an earlier
 * version of the model took them, or rules came into force silently. Each difference is one decision with cause
 * `ruleset`.
 *
 * It compares with the log, which then has those decisions: done again after a kill, it goes on where it was.
 *
 * @throws Interrupted when the signal aborts
 */
export const announceRebuilt = async (options: AnnounceRebuiltOptions): Promise<SettleReport> => {
  const { log, rebuilt, signal } = options;
  const checkpoint: Checkpoint | undefined = await rebuilt.checkpoint();
  if (checkpoint === undefined) return { changed: 0, announced: 0 };
  return settleDecided(lastSaidIn(log, rebuilt, signal), {
    ...options,
    after: rebuilt,
    checkpoint,
    announce: true,
  });
};
