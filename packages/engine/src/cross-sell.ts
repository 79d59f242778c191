import { type OwnershipFact, ownershipOf } from '@rapport/domain';
import { type EventLog, type Position, subjectOf } from '@rapport/event-log';
import type { CrossSellStore } from '@rapport/read-model';
import { isBeyond } from './beyond';
import { Interrupted } from './partition/interrupted';

export interface CrossSellProjectionOptions {
  readonly log: EventLog;
  readonly store: CrossSellStore;
  readonly signal?: AbortSignal;
  /** Makes all of it anew, whatever the checkpoint says. */
  readonly anew?: boolean;
  onProgress?(touchpoints: number): void;
}

const PAGE = 10_000;

/**
 * Takes who ordered what first into the cross-sell store, from its checkpoint to the end of the log. A store that has
 * seen more than the log holds (an older log was put back) is made anew.
 *
 * @throws Interrupted when the signal aborts; what was applied before stays
 */
export const projectCrossSell = async ({
  log,
  store,
  signal,
  anew = false,
  onProgress,
}: CrossSellProjectionOptions): Promise<{ readonly touchpoints: number; readonly facts: number }> => {
  const end = await log.head();
  const known = (await store.checkpoint()) || undefined;
  if (end === undefined && known === undefined) return { touchpoints: 0, facts: 0 };
  const start = anew || (known !== undefined && isBeyond(known, end)) ? undefined : known;
  if (start !== undefined && start === end) return { touchpoints: 0, facts: 0 };
  let touchpoints = 0;
  let facts = 0;
  async function* batches(after: Position | undefined): AsyncGenerator<{
    readonly facts: readonly OwnershipFact[];
    readonly position: Position;
  }> {
    for await (const page of log.readAll({ after, until: end, category: 'customer', pageSize: PAGE, signal })) {
      const found = page.flatMap((event) => ownershipOf({ ...event, customer: subjectOf(event.stream) }));
      touchpoints += page.length;
      facts += found.length;
      onProgress?.(touchpoints);
      yield { facts: found, position: page[page.length - 1].position };
    }
    if (signal?.aborted) throw new Interrupted();
  }
  if (start === undefined || end === undefined) {
    // An empty log has no position; the empty one counts as none.
    await store.rebuild(only(batches(undefined)), end ?? '');
    return { touchpoints, facts };
  }
  for await (const batch of batches(start as Position)) await store.applyFacts(batch.facts, batch.position);
  await store.applyFacts([], end);
  return { touchpoints, facts };
};

async function* only(
  batches: AsyncIterable<{ readonly facts: readonly OwnershipFact[] }>,
): AsyncGenerator<readonly OwnershipFact[]> {
  for await (const { facts } of batches) yield facts;
}
