import { OWNERSHIP_TYPES, type OwnershipFact, ownershipOf } from '@rapport/domain';
import { type EventLogWithHistory, type Position, subjectOf } from '@rapport/event-log';
import type { CrossSellStore } from '@rapport/read-model';
import { isBeyond } from './checkpoint';
import { systemClock } from './clock';
import { createIdentityIndex, type IdentityIndex, identityIndexAt, type RecordedLink } from './identity/identity-index';
import { readMembers } from './identity/united-streams';
import { Interrupted } from './partition/interrupted';

export interface CrossSellProjectionOptions {
  readonly log: EventLogWithHistory;
  readonly store: CrossSellStore;
  readonly signal?: AbortSignal;
  /** Rebuilds all of it, whatever the checkpoint says. */
  readonly fromStart?: boolean;
  /** The present: who is merged later is not merged yet. The clock's time when absent. */
  readonly now?: number;
  /** The present of the call before, where there was one in this process: what has come due since is taken in. */
  readonly since?: number;
  /** Orders read so far. */
  onProgress?(orders: number): void;
}

export interface CrossSellReport {
  readonly orders: number;
  readonly facts: number;
  /** When the first merge that lies ahead comes due; Infinity where none does. To be called again then. */
  readonly nextDueAt: number;
}

const PAGE = 10_000;

/**
 * Takes who ordered what first into the cross-sell store, from its checkpoint to the end of the log. A store that has
 * seen more than the log holds (an older log was restored) is rebuilt.
 *
 * Orders that lie ahead are taken in at once: facts have their instants, and a question about one sees only those up
 * to it. Merges have none in there, so they wait.
 *
 * @throws Interrupted when the signal aborts; what was applied before stays
 */
export const projectCrossSell = async ({
  log,
  store,
  signal,
  fromStart = false,
  now = systemClock.now(),
  since,
  onProgress,
}: CrossSellProjectionOptions): Promise<CrossSellReport> => {
  const end = await log.head();
  const known = (await store.checkpoint()) || undefined;
  if (end === undefined && known === undefined) return { orders: 0, facts: 0, nextDueAt: Number.POSITIVE_INFINITY };
  const start = fromStart || (known !== undefined && isBeyond(known, end)) ? undefined : known;
  let orders = 0;
  let facts = 0;
  const identity = createIdentityIndex(log);
  if (end !== undefined) await identity.refresh(end);
  const links = identity.all();
  const nextDueAt = links.reduce(
    (first, { occurredAt }) => (occurredAt > now ? Math.min(first, occurredAt) : first),
    Number.POSITIVE_INFINITY,
  );
  const inForce =
    end === undefined || nextDueAt === Number.POSITIVE_INFINITY ? identity : await identityIndexAt(log, end, now);
  const survivorOf = (customer: string): string =>
    inForce.links === 0 ? customer : inForce.identities(customer).survivorOf(customer);
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
      yield { facts: found, position: page.at(-1)!.position };
    }
    if (signal?.aborted) throw new Interrupted();
  }
  if (start === undefined || end === undefined) {
    // An empty log has no position; the empty one counts as none.
    await store.rebuild(only(batches(undefined)), end ?? '');
    return { orders, facts, nextDueAt };
  }
  const news = links.filter((link) => isNews(link, start, now, since));
  if (news.length > 0) {
    const regrouped = await regroupedFacts(log, identity, survivorOf, news, end);
    await store.applyFacts(regrouped.facts, start, regrouped.forget);
  }
  if (start === end) return { orders, facts, nextDueAt };
  for await (const batch of batches(start as Position)) await store.applyFacts(batch.facts, batch.position);
  await store.applyFacts([], end);
  return { orders, facts, nextDueAt };
};

/** Whether the store may not know a link as it is now: recorded since, or come due since, or ahead again. */
const isNews = ({ position, occurredAt, recordedAt }: RecordedLink, start: string, now: number, since?: number) => {
  if (position > start) return true;
  // It is unknown what an earlier process took in. Few links lie ahead, and to take one in again changes nothing.
  if (since === undefined) return occurredAt > recordedAt;
  return occurredAt > Math.min(since, now) && occurredAt <= Math.max(since, now);
};

async function* only(
  batches: AsyncIterable<{ readonly facts: readonly OwnershipFact[] }>,
): AsyncGenerator<readonly OwnershipFact[]> {
  for await (const { facts } of batches) yield facts;
}

/**
 * All customers of new links, to be forgotten, and all their facts again under the survivors.
 * Earlier facts are right, and to take the same in again changes nothing, so a kill leaves nothing to undo.
 */
const regroupedFacts = async (
  log: EventLogWithHistory,
  identity: IdentityIndex,
  survivorOf: (customer: string) => string,
  news: readonly RecordedLink[],
  end: Position,
): Promise<{ readonly facts: readonly OwnershipFact[]; readonly forget: readonly string[] }> => {
  const forget = new Set(news.flatMap(({ customer }) => identity.connected(customer)));
  const facts: OwnershipFact[] = [];
  for (const member of forget) {
    const customer = survivorOf(member);
    for (const event of await readMembers(log, [member], { until: end }))
      facts.push(...ownershipOf({ ...event, customer }));
  }
  return { facts, forget: [...forget] };
};
