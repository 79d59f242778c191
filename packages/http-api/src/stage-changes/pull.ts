/** `GET /v1/stage-changes`: changes pulled by cursor; the stream gives the same as they happen. */
import type { ApiEngine } from '../api-engine';
import { codec, list, object, type Routes, text } from '../codec';
import { answers } from '../routes/answers';
import { DEFAULT_LIMIT, LIMIT } from '../routes/parameters';
import { CHANGE_EVENT } from './change-event-shape';
import { FILTER_PARAMETERS } from './change-filter-shape';
import { beyondLog, changeQueryIn, refusalFor } from './change-query';
import { countAnnounced } from './count-announced';

const QUERY = object(
  {},
  {
    after: text(
      'The `next` of the page before, or the cursor of any change; from the beginning of the log when absent, or `start`.',
    ),
    ...FILTER_PARAMETERS,
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

export const registerStageChanges = (app: Routes, engine: ApiEngine): void => {
  const { feed, telemetry } = engine;
  app.get(
    '/v1/stage-changes',
    {
      schema: {
        operationId: 'stageChanges',
        tags: ['stage changes'],
        summary: 'Stage changes after a cursor',
        description:
          'For those who poll: each change once per cursor, in the order they were recorded. A page that has fewer changes than its limit reached the end of the log.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of changes, and where to go on.'),
      },
    },
    async ({ query }) => {
      const { after, filter } = await changeQueryIn(query, engine);
      const end = await feed.end();
      if (after !== undefined && (end === undefined || after > end)) throw refusalFor([beyondLog('after')]);
      const page = await feed.read({ after, filter, limit: query.limit ?? DEFAULT_LIMIT });
      countAnnounced(telemetry.metrics, 'pull', page.changes);
      return { changes: page.changes.map(({ event }) => event), next: page.cursor ?? '' };
    },
  );
};
