/** `GET /v1/cases`: the complaint board. What is overdue stands first. */
import { formatInstant } from '@rapport/domain';
import {
  type CasePlace,
  caseBoardDocument,
  casePlace,
  casePromises,
  compareCasePlaces,
  timedCase,
} from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { flag, instant, list, number, object, oneOf, type Routes, type TypeOf, text } from '../codec';
import { cursorOf, instantPart, integerPart, textPart } from '../cursor';
import { answers } from './answers';
import { CASE_FIELDS, CASE_WHERE } from './case-shape';
import { AFTER, DEFAULT_LIMIT, LIMIT } from './parameters';

const QUERY = object(
  {},
  {
    open: flag('Those that wait for an end, or with `false` those that have one; `true` when absent.'),
    customer: text('Of this customer.', { minLength: 1 }),
    overdue: flag('Only those with, or with `false` without, something overdue.'),
    limit: LIMIT,
    after: AFTER,
  },
);
type Query = TypeOf<typeof QUERY>;

const CLOCK = object(
  {
    promise: text('The promise of the ruleset.'),
    label: text('In words.'),
    deadline: instant('Until when.'),
    state: oneOf(['running', 'overdue', 'kept', 'missed'], '`missed`: done, after the deadline.'),
  },
  { doneAt: instant('When what was promised was done.') },
);
const CASE = object(
  {
    customer: text('Whose.'),
    ...CASE_FIELDS,
    ageSeconds: number('From its opening to its end, or to now.'),
    overdue: flag('Whether something promised about it is.'),
    clocks: list(CLOCK, 'The promises of the ruleset in force about complaints, soonest first.'),
  },
  {
    ...CASE_WHERE,
    overdueSince: instant('Since when, where something is.'),
    acknowledgedAfterSeconds: number('From its opening.'),
    closedAfterSeconds: number('From its opening; absent while it is open.'),
  },
);
const PAGE = object(
  {
    at: instant('When it was so: ages and what is overdue are as of then, on later pages too.'),
    cases: list(CASE, 'Overdue cases first, the longest overdue at the top; then oldest first.'),
  },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);

/** Later pages are as of the instant of the first, and begin after the place on the board where the last one ended. */
const OPEN_CURSOR = cursorOf('open cases', {
  now: instantPart,
  rank: integerPart,
  since: instantPart,
  openedAt: instantPart,
  customer: textPart,
  caseId: textPart,
});
const CLOSED_CURSOR = cursorOf('closed cases', {
  now: instantPart,
  openedAt: instantPart,
  customer: textPart,
  caseId: textPart,
});

type OpenCursor = NonNullable<ReturnType<typeof OPEN_CURSOR.decode>>;

const openCursor = (now: number, [rank, since, openedAt, customer, caseId]: CasePlace): string =>
  OPEN_CURSOR.encode({ now, rank, since, openedAt, customer, caseId });

const placeIn = ({ rank, since, openedAt, customer, caseId }: OpenCursor): CasePlace => [
  rank,
  since,
  openedAt,
  customer,
  caseId,
];

/** All that are open are looked at: which of them stand first is a matter of now. */
const openCases = async ({ customer, overdue, limit = DEFAULT_LIMIT, after }: Query, engine: ApiEngine) => {
  const cursor = OPEN_CURSOR.decode(after);
  const now = cursor?.now ?? engine.now();
  const promises = casePromises(engine.rules().ruleset);
  const cases = await engine.readModel().cases({ open: true, customer });
  const board = cases
    .map((one) => timedCase(one, promises, now))
    .filter(({ since }) => overdue === undefined || overdue === (since !== undefined))
    .map((one) => ({ ...one, place: casePlace(one) }))
    .filter(({ place }) => cursor === undefined || compareCasePlaces(place, placeIn(cursor)) > 0)
    .sort((a, b) => compareCasePlaces(a.place, b.place));
  const page = board.slice(0, limit);
  const last = page.at(-1);
  return {
    at: formatInstant(now),
    cases: page.map((one) => caseBoardDocument(one, now)),
    ...(board.length > limit && last !== undefined ? { next: openCursor(now, last.place) } : undefined),
  };
};

/** Nothing about a closed case is overdue. */
const closedCases = async ({ customer, overdue, limit = DEFAULT_LIMIT, after }: Query, engine: ApiEngine) => {
  const cursor = CLOSED_CURSOR.decode(after);
  const now = cursor?.now ?? engine.now();
  if (overdue === true) return { at: formatInstant(now), cases: [] };
  const cases = await engine.readModel().cases({ open: false, customer, after: cursor, limit: limit + 1 });
  const promises = casePromises(engine.rules().ruleset);
  const page = cases.slice(0, limit);
  const last = page.at(-1);
  return {
    at: formatInstant(now),
    cases: page.map((one) => caseBoardDocument(timedCase(one, promises, now), now)),
    ...(cases.length > limit && last !== undefined ? { next: CLOSED_CURSOR.encode({ now, ...last }) } : undefined),
  };
};

export const registerCases = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/cases',
    {
      schema: {
        operationId: 'cases',
        tags: ['cases'],
        summary: 'The complaint board',
        description:
          'Complaints with their clocks: age, time to acknowledgement and end, and the deadlines that the ruleset in force promises for every complaint.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of the board.'),
      },
    },
    async ({ query }) => (query.open === false ? closedCases(query, engine) : openCases(query, engine)),
  );
};
