/** `GET /v1/access-log`: who read whose personal data, for the auditor. */
import type { AccessRecord } from '@rapport/access';
import { formatInstant } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { instant, integer, list, object, oneOf, type Routes, text } from '../codec';
import { invalidCursor } from '../cursor';
import { answers } from './answers';
import { AFTER, beginIn, DEFAULT_LIMIT, FROM, instantIn, LIMIT, TO } from './parameters';

const QUERY = object(
  {},
  {
    customer: text('Whose data was read.', { minLength: 1 }),
    principal: text('The reader: the id of a key, or the subject of a token.', { minLength: 1 }),
    from: FROM,
    to: TO,
    limit: LIMIT,
    after: AFTER,
  },
);
const RECORD = object(
  {
    at: instant('When.'),
    principal: object({
      id: text('Of the key, or the subject of the token.'),
      name: text('Its name.'),
      kind: oneOf(['key', 'token'], 'The kind of reader.'),
    }),
    what: text('The route, such as `GET /v1/customers/{id}`.'),
    status: integer('The status of the answer.'),
    requestId: text('The id of the request.'),
  },
  { customer: text('Whose data; absent for lists.') },
);
const PAGE = object(
  { records: list(RECORD, 'Newest first.') },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);

const documentOf = (one: AccessRecord) => ({ ...one, at: formatInstant(one.at) });

export const registerAccessLog = (app: Routes, { access }: ApiEngine): void => {
  app.get(
    '/v1/access-log',
    {
      schema: {
        operationId: 'accessLog',
        tags: ['keys'],
        summary: 'Reads of personal data, by user and customer',
        description:
          'An answer that shows the data of several customers, because they are merged, has a record for each.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of the log.'),
      },
    },
    async ({ query }) => {
      const { customer, principal, after, limit = DEFAULT_LIMIT } = query;
      const [from, to] = [beginIn(query), instantIn(query, 'to')];
      const page = await access.accessLog({ customer, principal, from, to, after, limit });
      if (isLeft(page)) throw invalidCursor();
      const { records, next } = page.right;
      return { records: records.map(documentOf), next };
    },
  );
};
