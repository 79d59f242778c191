/** `GET /v1/audit-log`: who did what, and who was refused, for the auditor. */
import { AUDIT_ACTIONS, type AuditRecord } from '@rapport/access';
import { formatInstant } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { codec, instant, integer, list, object, oneOf, type Routes, record, text } from '../codec';
import { invalidCursor } from '../cursor';
import { answers } from './answers';
import { AFTER, beginIn, DEFAULT_LIMIT, FROM, instantIn, LIMIT, TO } from './parameters';

const ACTION = oneOf(AUDIT_ACTIONS, 'The action, or why a request was refused.');
const QUERY = object(
  {},
  {
    action: ACTION,
    actor: text('The user: the id of a key, the subject of a token, or the id of an account.', { minLength: 1 }),
    from: FROM,
    to: TO,
    limit: LIMIT,
    after: AFTER,
  },
);
const ACTOR = object({
  kind: oneOf(
    ['key', 'token', 'account', 'engine'],
    'A key, the subject of a token, an account of the operating system at the command line, or the engine itself.',
  ),
  id: text('Of the key, the subject of the token, or the account.'),
  name: text('Its name.'),
});
const REFUSED = object({
  count: integer('How many requests.'),
  lastAt: instant('When the last one came.'),
  requests: record(integer('How many.'), 'By method and route, such as `GET /v1/customers/{id}`.'),
  reasons: record(integer('How many.'), 'By reason: `missing` or `invalid` credentials, or the `role`.'),
  keys: list(text('Id.'), 'Of keys there are or were that came with a wrong secret or are not valid any more.'),
});
const RECORD = object(
  { at: instant('When; of refused requests, the minute in which they came.'), action: ACTION },
  {
    actor: ACTOR,
    subject: text('The object of the change: the id of a key or subscription, the hash of a ruleset.'),
    details: codec<object>({ type: 'object', description: 'Further details.' }),
    address: text(
      'Where it came from. IPv6 addresses of refused requests are summed up by /64; `others` stands for those beyond the first hundred of a minute.',
    ),
    requestId: text('The id of the request.'),
    refused: REFUSED,
  },
);
const PAGE = object(
  { records: list(RECORD, 'Newest first.') },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);

const documentOf = ({ at, refused, ...rest }: AuditRecord) => ({
  at: formatInstant(at),
  ...rest,
  ...(refused === undefined ? undefined : { refused: { ...refused, lastAt: formatInstant(refused.lastAt) } }),
});

export const registerAuditLog = (app: Routes, { access }: ApiEngine): void => {
  app.get(
    '/v1/audit-log',
    {
      schema: {
        operationId: 'auditLog',
        tags: ['keys'],
        summary: 'Changes by their user, and refused requests',
        description:
          'Keys made and revoked, rulesets published, subscriptions changed, parked customers retried; and requests without valid credentials or without the role, summed up by minute, address and actor.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of the log.'),
      },
    },
    async ({ query }) => {
      const { action, actor, after, limit = DEFAULT_LIMIT } = query;
      const [from, to] = [beginIn(query), instantIn(query, 'to')];
      const page = await access.auditLog({ action, actor, from, to, after, limit });
      if (isLeft(page)) throw invalidCursor();
      const { records, next } = page.right;
      return { records: records.map(documentOf), next };
    },
  );
};
