/** `GET /v1/stage-changes`: changes pulled by cursor; the stream gives the same as they happen. */
import { CHANGE_KINDS } from '@rapport/engine';
import type { FastifyInstance } from 'fastify';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { codec, list, object, type TypeOf, text } from '../codec';
import { Refusal } from '../problem';
import { beyondLog, CAUSES, DIRECTIONS, decodeChangeQuery, type QueryProblem } from '../stage-changes/change-query';
import { countAnnounced } from '../stage-changes/count-announced';
import { unknownNames } from '../stage-changes/known-names';
import { answers } from './answers';
import { CHANGE_EVENT } from './change-event-shape';
import { DEFAULT_LIMIT, LIMIT } from './parameters';

const some = (description: string) =>
  list(text('One, or several with commas.'), `${description} Repeat it, or give a list with commas.`);

const QUERY = object(
  {},
  {
    after: text(
      'The `next` of the page before, or the cursor of any change; from the beginning of the log when absent, or `start`.',
    ),
    stage: some('Only changes that arrive at one of these stages.'),
    direction: some(`Only changes in one of these directions: ${DIRECTIONS.join(', ')}.`),
    signal: some('Only changes of these signals.'),
    cause: some(`Only changes for one of these causes: ${CAUSES.join(', ')}. Absent: touchpoint, time, late.`),
    kind: some(`Only these kinds: ${CHANGE_KINDS.join(', ')}. Absent: stageChanged, or the signals that are named.`),
    limit: LIMIT,
  },
);

const PAGE = object({
  changes: list(CHANGE_EVENT, 'CloudEvents, in the order they were recorded.'),
  next: codec<string>({
    type: 'string',
    description:
      'Where to go on, also when there is nothing new: give it as `after` the next time. Empty while the log is. Never expires.',
  }),
});

const refusalFor = (problems: readonly QueryProblem[]): Refusal => {
  const [{ field, message }] = problems;
  const kind = problems.every((problem) => problem.field === 'after') ? 'invalid-cursor' : 'invalid-request';
  return new Refusal(kind, `Query parameter "${field}": ${message}`, { errors: problems });
};

export const registerStageChanges = (app: FastifyInstance, engine: ApiEngine): void => {
  const { feed, telemetry } = engine;
  app.get<{ Querystring: TypeOf<typeof QUERY> }>(
    '/v1/stage-changes',
    {
      schema: {
        operationId: 'stageChanges',
        tags: ['stage changes'],
        summary: 'Stage changes after a cursor',
        description:
          'For those who poll: each change once per cursor, in the order they were recorded. A page that has fewer changes than its limit reached the end of the log.',
        querystring: QUERY.schema,
        response: answers(PAGE, 'A page of changes, and where to go on.'),
      },
    },
    async ({ query }) => {
      const decoded = decodeChangeQuery(query);
      if (isLeft(decoded)) throw refusalFor(decoded.left);
      const { after, filter } = decoded.right;
      const unknown = await unknownNames(filter, engine);
      if (unknown.length > 0) throw refusalFor(unknown.map(({ of, message }) => ({ field: of, message })));
      const end = await feed.end();
      if (after !== undefined && (end === undefined || after > end)) throw refusalFor([beyondLog('after')]);
      const page = await feed.read({ after, filter, limit: query.limit ?? DEFAULT_LIMIT });
      countAnnounced(telemetry.metrics, 'pull', page.changes);
      return { changes: page.changes.map(({ event }) => event), next: page.cursor ?? '' };
    },
  );
};
