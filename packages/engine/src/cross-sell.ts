import { OWNERSHIP_TYPES, type OwnershipFact, ownershipOf } from '@rapport/domain';
import { type EventLog, type Position, subjectOf } from '@rapport/event-log';
import type { CrossSellStore } from '@rapport/read-model';
import { isBeyond } from './beyond';
import { createIdentityIndex, type IdentityIndex } from './identity/identity-index';
import { readMembers } from './identity/united-streams';
import { Interrupted } from './partition/interrupted';

export interface CrossSellProjectionOptions {
  readonly log: EventLog;
  readonly store: CrossSellStore;
  readonly signal?: AbortSignal;
  /** Makes all of it anew, whatever the checkpoint says. */
  readonly anew?: boolean;
  /** Orders read so far. */
  onProgress?(orders: number): void;
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
}: CrossSellProjectionOptions): Promise<{ readonly orders: number; readonly facts: number }> => {
  const end = await log.head();
  const known = (await store.checkpoint()) || undefined;
  if (end === undefined && known === undefined) return { orders: 0, facts: 0 };
  const start = anew || (known !== undefined && isBeyond(known, end)) ? undefined : known;
  if (start !== undefined && start === end) return { orders: 0, facts: 0 };
  let orders = 0;
  let facts = 0;
  const identity = createIdentityIndex(log);
  if (end !== undefined) await identity.refresh(end);
  const survivorOf = (customer: string): string =>
    identity.links === 0 ? customer : identity.identities(customer).survivorOf(customer);
  async function* batches(after: Position | undefined): AsyncGenerator<{
    readonly facts: readonly OwnershipFact[];
    readonly position: Position;
  }> {
    const wanted = { category: 'customer', types: OWNERSHIP_TYPES, pageSize: PAGE, signal };
    for await (const page of log.readAll({ after, until: end, ...wanted })) {
      const found = page.flatMap((event) => ownershipOf({ ...event, customer: survivorOf(subjectOf(event.stream)) }));
      orders += page.length;
      facts += found.length;
      onProgress?.(orders);
      yield { facts: found, position: page[page.length - 1].position };
    }
    if (signal?.aborted) throw new Interrupted();
  }
  if (start === undefined || end === undefined) {
    // An empty log has no position; the empty one counts as none.
    await store.rebuild(only(batches(undefined)), end ?? '');
    return { orders, facts };
  }
  const regrouped = await regroupedFacts(log, identity, start as Position, end);
  if (regrouped !== undefined) await store.applyFacts(regrouped.facts, start, regrouped.forget);
  for await (const batch of batches(start as Position)) await store.applyFacts(batch.facts, batch.position);
  await store.applyFacts([], end);
  return { orders, facts };
};

async function* only(
  batches: AsyncIterable<{ readonly facts: readonly OwnershipFact[] }>,
): AsyncGenerator<readonly OwnershipFact[]> {
  for await (const { facts } of batches) yield facts;
}

/**
 * Everyone whom a link recorded after `start` has to do with, to be forgotten, and all her facts again under whoever
 * survives. Those before are right, and the same again changes nothing, so a kill leaves nothing to be undone.
 */
const regroupedFacts = async (
  log: EventLog,
  identity: IdentityIndex,
  start: Position,
  end: Position,
): Promise<{ readonly facts: readonly OwnershipFact[]; readonly forget: readonly string[] } | undefined> => {
  const news = identity.all().filter(({ position }) => position > start);
  if (news.length === 0) return undefined;
  const forget = new Set(news.flatMap(({ customer }) => identity.connected(customer)));
  const facts: OwnershipFact[] = [];
  for (const member of forget) {
    const customer = identity.identities(member).survivorOf(member);
    for (const event of await readMembers(log, [member], { until: end }))
      facts.push(...ownershipOf({ ...event, customer }));
  }
  return { facts, forget: [...forget] };
};
