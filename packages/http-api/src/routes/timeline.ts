/** `/v1/customers/{id}/timeline`: what happened and what followed, on both clocks. */
import {
  subjectDocument,
  type TimelineEntry,
  timelineEntryDocument,
  timelineOf,
  unitedDecisions,
} from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { object, oneOf, type Routes } from '../codec';
import { cursorOf, instantPart, textPart } from '../cursor';
import { answers } from './answers';
import type { Customers } from './find-customer';
import { AFTER, CUSTOMER_ID, DEFAULT_LIMIT, LIMIT, VIEW, viewIn } from './parameters';
import { TIMELINE } from './timeline-shape';

const QUERY = object(
  {},
  {
    ...VIEW,
    order: oneOf(['oldest', 'newest'], 'The entry that comes first; `oldest` when absent.'),
    limit: LIMIT,
    after: AFTER,
  },
);

const PLACE = { at: instantPart, key: textPart, asOf: instantPart };
const CURSORS = { oldest: cursorOf('timeline oldest', PLACE), newest: cursorOf('timeline newest', PLACE) };

/** The key that tells an entry from all others: a later page begins behind it, whatever was recorded meanwhile. */
const keyOf = (entry: TimelineEntry): string => {
  switch (entry.kind) {
    case 'touchpoint':
      return JSON.stringify([0, entry.touchpoint.source, entry.touchpoint.id]);
    case 'stage':
      return JSON.stringify([1, entry.change.to]);
    case 'signal':
      return JSON.stringify([2, entry.change.signal, entry.change.raised]);
    case 'promise':
      return JSON.stringify([3, entry.broken.id, entry.broken.key]);
    case 'superseded':
      return JSON.stringify([4, entry.decision.id]);
  }
};

type Keyed = readonly [entry: TimelineEntry, key: string];

const compare = ([a, keyOfA]: Keyed, [b, keyOfB]: Keyed): number =>
  a.at - b.at || (keyOfA < keyOfB ? -1 : keyOfA > keyOfB ? 1 : 0);

/** Entries behind a cursor: the place of one that is gone since counts all the same. */
const behind = (
  entries: readonly Keyed[],
  { at, key }: { readonly at: number; readonly key: string },
  newestFirst: boolean,
): readonly Keyed[] =>
  entries.filter(([entry, own]) => {
    const later = entry.at === at ? own > key : entry.at > at;
    return newestFirst ? !later && !(entry.at === at && own === key) : later;
  });

export const registerTimeline = (app: Routes, engine: ApiEngine, customers: Customers): void => {
  app.get(
    '/v1/customers/:id/timeline',
    {
      schema: {
        operationId: 'timeline',
        tags: ['customers'],
        summary: 'Touchpoints and decisions of a customer',
        description:
          'In order of when it happened, with when it was recorded. Stage changes, signals and broken promises as history has them now; a decision that history no longer bears out follows as `superseded`.',
        params: CUSTOMER_ID,
        querystring: QUERY,
        response: answers(TIMELINE, 'A page of the timeline.', {
          404: 'No touchpoint of this customer is recorded.',
          422: 'This customer is parked: their touchpoints cannot be folded.',
        }),
      },
    },
    async (request) => {
      const { query } = request;
      const { limit = DEFAULT_LIMIT, order = 'oldest' } = query;
      const cursor = CURSORS[order].decode(query.after);
      // Later pages are as of the instant of the first.
      const view = viewIn(query, cursor?.asOf ?? engine.now());
      const { asOf, knownAt = Number.POSITIVE_INFINITY } = view;
      const found = await customers.evaluate(request, view);
      const { evaluation, subject, touchpoints } = found;
      const decisions = await unitedDecisions(engine.log, found);
      const entries = timelineOf(
        evaluation,
        touchpoints.filter((one) => one.occurredAt <= asOf && one.recordedAt <= knownAt),
        decisions.filter((one) => one.effectiveAt <= asOf && one.recordedAt <= knownAt),
      )
        .map((entry): Keyed => [entry, keyOf(entry)])
        .sort(compare);
      if (order === 'newest') entries.reverse();
      const left = cursor === undefined ? entries : behind(entries, cursor, order === 'newest');
      const page = left.slice(0, limit);
      const last = page.at(-1);
      return {
        ...subjectDocument(subject, evaluation),
        entries: page.map(([entry]) => timelineEntryDocument(entry)),
        ...(left.length > page.length && last !== undefined
          ? { next: CURSORS[order].encode({ at: last[0].at, key: last[1], asOf }) }
          : undefined),
      };
    },
  );
};
