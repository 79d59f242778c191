/** `/v1/parked`: customers whose touchpoints cannot be folded. */
import { formatInstant } from '@rapport/domain';
import type { ParkedCustomer } from '@rapport/read-model';
import type { ApiEngine } from '../api-engine';
import { instant, integer, list, object, type Routes, text } from '../codec';
import { cursorOf, textPart } from '../cursor';
import { answers } from './answers';
import { IDENTITY } from './customer-shapes';
import { AFTER, DEFAULT_LIMIT, LIMIT } from './parameters';

const CURSOR = cursorOf('parked', { customer: textPart });

const QUERY = object({}, { limit: LIMIT, after: AFTER });
const PARKED = object(
  {
    customer: text('The customer.'),
    reason: text('Why their touchpoints cannot be folded.'),
    parkedAt: instant('Since when.'),
  },
  { touchpoint: IDENTITY },
);
const PAGE = object(
  { parked: list(PARKED, 'In order of customer.') },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);
const RETRIED = object({
  retried: integer('How many were parked.'),
  released: list(text('A customer.'), 'The customers that could be folded.'),
  still: list(PARKED, 'The customers that stay parked; the first 1,000.'),
});
const MOST_STILL = 1_000;

const documentOf = (one: ParkedCustomer) => ({ ...one, parkedAt: formatInstant(one.parkedAt) });

/** In the read model's order of ids, which is by bytes of UTF-8. */
const follows = (one: string, other: string): boolean => Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0;

export const registerParked = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/parked',
    {
      schema: {
        operationId: 'parked',
        tags: ['operations'],
        summary: 'Customers whose touchpoints cannot be folded, and why',
        querystring: QUERY,
        response: answers(PAGE, 'A page of them.'),
      },
    },
    async ({ query: { limit = DEFAULT_LIMIT, after } }) => {
      const behind = CURSOR.decode(after)?.customer;
      const parked = await engine.readModel().parked();
      const left = behind === undefined ? parked : parked.filter(({ customer }) => follows(customer, behind));
      const page = left.slice(0, limit);
      const last = page.at(-1);
      return {
        parked: page.map(documentOf),
        ...(left.length > limit && last !== undefined ? { next: CURSOR.encode(last) } : undefined),
      };
    },
  );

  app.post(
    '/v1/parked/retry',
    {
      schema: {
        operationId: 'retryParked',
        tags: ['operations'],
        summary: 'Folds parked customers again',
        response: answers(RETRIED, 'The customers that were released, and those still parked.'),
      },
    },
    async () => {
      const before = await engine.readModel().parked();
      const released = await engine.retryParked();
      const still = await engine.readModel().parked();
      return { retried: before.length, released, still: still.slice(0, MOST_STILL).map(documentOf) };
    },
  );
};
