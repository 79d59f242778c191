import { isIdentityType } from '@rapport/domain';
import { type RecordedEvent, subjectOf } from '@rapport/event-log';

/**
 * A page in runs that are folded and saved one after another: touchpoints, and links, which unite or part histories. Each
 * link is a run of its own, so that every customer is also decided about as they were in between. Merges that name
 * different customers are one run, so that many merges into one survivor cost one fold of the survivor.
 */
export const runsOf = (page: readonly RecordedEvent[]): readonly (readonly RecordedEvent[])[] => {
  if (!page.some(({ type }) => isIdentityType(type))) return [page];
  const runs: RecordedEvent[][] = [];
  /** Customers named by the merges of the last run; empty where no merge may join that run. */
  const named = new Set<string>();
  let kind: string | undefined;
  for (const event of page) {
    const run = runs.at(-1);
    const next = isIdentityType(event.type) ? event.type : 'touchpoint';
    const customer = subjectOf(event.stream);
    const goesOn =
      next === kind &&
      (next === 'touchpoint' || (next === 'customer.merged' && named.size > 0 && !named.has(customer)));
    if (run !== undefined && goesOn) run.push(event);
    else {
      runs.push([event]);
      named.clear();
    }
    kind = next;
    if (next === 'customer.merged') named.add(customer).add(String(event.data.into));
  }
  return runs;
};
