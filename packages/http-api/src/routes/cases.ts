/** `GET /v1/cases`: the complaint board. What is overdue stands first. */
import { formatInstant } from '@rapport/domain';
import { caseBoardDocument, casePlace, casePromises, compareCasePlaces, timedCase } from '@rapport/engine';
import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { flag, instant, list, number, object, oneOf, type TypeOf, text } from '../codec';
import { decodeCursor, encodeCursor } from '../cursor';
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
    clocks: list(CLOCK, 'What the ruleset in force promises about complaints, soonest first.'),
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
    cases: list(CASE, 'What is overdue longest first; then oldest first.'),
  },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);

/** All that are open are looked at: which of them stand first is a matter of now. */
const openCases = async ({ customer, overdue, limit = DEFAULT_LIMIT, after }: Query, engine: ApiEngine) => {
  const [at, ...place] =
    decodeCursor('open cases', after, ['instant', 'integer', 'instant', 'instant', 'string', 'string']) ?? [];
  const now = (at as number | undefined) ?? engine.now();
  const promises = casePromises(engine.rules().ruleset);
  const cases = await engine.readModel().cases({ open: true, customer });
  const board = cases
    .map((one) => timedCase(one, promises, now))
    .filter(({ since }) => overdue === undefined || overdue === (since !== undefined))
    .map((one) => ({ ...one, place: casePlace(one) }))
    .filter((one) => at === undefined || compareCasePlaces(one.place, place) > 0)
    .sort((a, b) => compareCasePlaces(a.place, b.place));
  const page = board.slice(0, limit);
  return {
    at: formatInstant(now),
    cases: page.map((one) => caseBoardDocument(one, now)),
    ...(board.length > limit ? { next: encodeCursor('open cases', [now, ...page[limit - 1].place]) } : undefined),
  };
};

/** Nothing about a closed case is overdue. */
const closedCases = async ({ customer, overdue, limit = DEFAULT_LIMIT, after }: Query, engine: ApiEngine) => {
  const cursor = decodeCursor('closed cases', after, ['instant', 'instant', 'string', 'string']);
  const now = (cursor?.[0] as number | undefined) ?? engine.now();
  if (overdue === true) return { at: formatInstant(now), cases: [] };
  const last = cursor && {
    openedAt: cursor[1] as number,
    customer: cursor[2] as string,
    caseId: cursor[3] as string,
  };
  const cases = await engine.readModel().cases({ open: false, customer, after: last, limit: limit + 1 });
  const promises = casePromises(engine.rules().ruleset);
  const page = cases.slice(0, limit);
  const { openedAt, customer: whose, caseId } = page[page.length - 1] ?? {};
  return {
    at: formatInstant(now),
    cases: page.map((one) => caseBoardDocument(timedCase(one, promises, now), now)),
    ...(cases.length > limit ? { next: encodeCursor('closed cases', [now, openedAt, whose, caseId]) } : undefined),
  };
};

export const registerCases = (app: FastifyInstance, engine: ApiEngine): void => {
  app.get<{ Querystring: Query }>(
    '/v1/cases',
    {
      schema: {
        operationId: 'cases',
        tags: ['cases'],
        summary: 'The complaint board',
        description:
          'Complaints with their clocks: age, time to acknowledgement and end, and the deadlines that the ruleset in force promises for every complaint.',
        querystring: QUERY.schema,
        response: answers(PAGE, 'A page of the board.'),
      },
    },
    async ({ query }) => (query.open === false ? closedCases(query, engine) : openCases(query, engine)),
  );
};
