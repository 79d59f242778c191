/** `GET /v1/rejections`: refusals of intake, to be corrected and sent again by the usual routes. */
import { formatInstant } from '@rapport/domain';
import type { Rejection } from '@rapport/rejections';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { instant, integer, list, object, oneOf, type Routes, text } from '../codec';
import { invalidCursor } from '../cursor';
import { PROBLEMS, type ProblemKind, Refusal } from '../problem';
import { answers } from './answers';
import { AFTER, beginIn, DEFAULT_LIMIT, LIMIT } from './parameters';

const REASONS = Object.keys(PROBLEMS).filter((kind) => {
  const [status] = PROBLEMS[kind as ProblemKind];
  return (
    status < 500 && ![404, 405, 408, 429, 431].includes(status) && !['invalid-cursor', 'unprocessable'].includes(kind)
  );
});
const REASON = oneOf(REASONS, 'The kind of refusal, as in `type` of its answer.');

const QUERY = object(
  {},
  {
    source: text('As the sender named it.', { minLength: 1 }),
    reason: REASON,
    key: text('The sender: the id of a key, or `token:` and the subject of a token.', { minLength: 1 }),
    fingerprint: text('Of a body that you have.', { pattern: '^[0-9a-f]{32}$' }),
    since: text(
      'Came at this instant or later, the last time. RFC 3339 with offset, or a date, which means the begin of that day in UTC.',
      { examples: ['2026-03-01T00:00:00Z', '2026-03-01'] },
    ),
    limit: LIMIT,
    after: AFTER,
  },
);
const PROBLEM_OF_FIELD = object(
  { field: text('As the sender calls it; empty for the whole.'), message: text('The problem.') },
  { pointer: text('Where that is in the body: a JSON pointer (RFC 6901).') },
);
const required = {
  id: text('Its id.'),
  firstAt: instant('When it came first.'),
  lastAt: instant('When it came last.'),
  times: integer('How often it came. The same refusal is kept once.', { minimum: 1 }),
  reason: REASON,
  status: integer('The status of its answer; of an item of a list or a stream, that of one that comes alone.'),
  problems: list(PROBLEM_OF_FIELD, 'Field by field.'),
  route: text('`POST /v1/touchpoints`'),
  format: text(
    'How it came: `json`, `ndjson`, `cloudevents`, `cloudevents-batch`, `cloudevents-binary`, `segment`, `segment-batch`.',
  ),
  requestId: text('The id of the request, of the last one.'),
  fingerprint: text(
    'The first 32 hexadecimal digits of the SHA-256 of what was sent; of an item of a list, of its JSON.',
  ),
  bodyIs: oneOf(['whole', 'cut', 'none'], 'How much of the body is kept: all, its beginning, or nothing.'),
  masked: integer('How many values of it are masked.', { minimum: 0 }),
  maskedAt: list(text('A JSON pointer.'), 'Where the first of them are.'),
};
const optional = {
  key: text('The sender; absent if unknown.'),
  source: text('Its source.'),
  touchpoint: text('The id of the touchpoint.'),
  customer: text('Whom it is about.'),
  place: text('Its place among others: `index 3` of a list, from 0; `line 17` of a stream, from 1.'),
  bodyBytes: integer('How long the body was as it came; absent where that is not known.', { minimum: 0 }),
};
const BODY = text('The body, with what is masked. As text: it need not be JSON.');
const REJECTION = object(required, optional);
const PAGE = object(
  {
    rejections: list(REJECTION, 'Newest first, by when they first came.'),
    counts: object(
      {
        refused: integer('All that were refused.'),
        kept: integer('Those that are kept.'),
        left: integer('Those that were kept: the oldest leave where there is no room.'),
        notKept: integer('Those that came too fast to be kept, or could not be written.'),
      },
      {},
      { description: 'Of all refusals, or of those of `key`: `refused` is the sum of the others.' },
    ),
  },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);
const ID = object({ id: text('Of the rejection.', { minLength: 1 }) });
const TAGS = ['touchpoints'];

const documentOf = ({ firstAt, lastAt, ...rest }: Rejection) => ({
  ...rest,
  firstAt: formatInstant(firstAt),
  lastAt: formatInstant(lastAt),
});

export const registerRejections = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/rejections',
    {
      schema: {
        operationId: 'rejections',
        tags: TAGS,
        summary: 'Touchpoints and requests that intake refused',
        description:
          'Refused for their content or because of their sender, with reason, source, key and fingerprint. Not those that the sender should repeat unchanged (408, 429, 5xx). Send corrected ones by the usual routes.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of them, without bodies.'),
      },
    },
    async ({ query }) => {
      const { source, reason, key, fingerprint, after, limit = DEFAULT_LIMIT } = query;
      const since = beginIn(query, 'since');
      const page = engine.rejections.list({ source, reason, key, fingerprint, since, after, limit });
      if (isLeft(page)) throw invalidCursor();
      const { rejections, next } = page.right;
      return { rejections: rejections.map(documentOf), counts: engine.rejections.counts(key), next };
    },
  );
  app.get(
    '/v1/rejections/:id',
    {
      schema: {
        operationId: 'rejection',
        tags: TAGS,
        summary: 'One refusal, with what was sent',
        description:
          'Values that Rapport does not read are masked, free texts and e-mail addresses too. Data that still holds a mask is refused when it is sent: put the value in, or take the field out.',
        params: ID,
        response: answers(object(required, { ...optional, body: BODY }), 'The refusal.', {
          404: 'It is not kept, or not any more.',
        }),
      },
    },
    async (request) => {
      const { id } = request.params;
      const found = engine.rejections.find(id);
      if (found === undefined)
        throw new Refusal(
          'not-found',
          `There is no rejection "${id.slice(0, 100)}" (any more): the oldest are removed first.`,
        );
      if (found.customer !== undefined) request.shown = [found.customer];
      return documentOf(found);
    },
  );
};
