/** `/v1/subscriptions/{id}/deliveries`: the deliveries of a subscription, and their results. */
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { integer, list, object, oneOf, type Routes, text } from '../codec';
import { Refusal } from '../problem';
import { decodeCursor } from '../stage-changes/change-query';
import { answers } from './answers';
import { AFTER, DEFAULT_LIMIT, LIMIT } from './parameters';
import { DELIVERY, deliveryDocument } from './subscription-shapes';
import { done, NO_SUBSCRIPTION, noSubscription, SUBSCRIPTION_ID } from './subscriptions';

const QUERY = object(
  {},
  {
    status: oneOf(['waiting', 'delivered', 'dead'], 'Only these.'),
    customer: text('Only those about this customer.', { minLength: 1 }),
    limit: LIMIT,
    after: AFTER,
  },
);
const PAGE = object(
  { deliveries: list(DELIVERY, 'Newest first. Of those that were taken the last ones are kept.') },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);
const AGAIN = object(
  {},
  { id: text('Of a delivery; all dead letters when absent.', { minLength: 1, maxLength: 200 }) },
);
const QUEUED = object({ queued: integer('How many will be delivered again.') });

export const registerDeliveries = (app: Routes, { webhooks, feed }: ApiEngine): void => {
  app.get(
    '/v1/subscriptions/:id/deliveries',
    {
      schema: {
        operationId: 'deliveries',
        tags: ['subscriptions'],
        summary: 'Deliveries of a subscription, with their attempts',
        params: SUBSCRIPTION_ID,
        querystring: QUERY,
        response: answers(PAGE, 'A page of them.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id }, query: { status, customer, after, limit = DEFAULT_LIMIT } }) => {
      const cursor = decodeCursor(feed.parseCursor, 'after', after);
      if (isLeft(cursor))
        throw new Refusal('invalid-cursor', `Query parameter "after": ${cursor.left.message}`, {
          errors: [cursor.left],
        });
      if ((await webhooks.get(id)) === undefined) throw noSubscription(id);
      const query = { subscription: id, status, customer, after: cursor.right, limit };
      const { deliveries, next } = await webhooks.deliveries(query);
      return { deliveries: deliveries.map(deliveryDocument), next };
    },
  );

  app.post(
    '/v1/subscriptions/:id/redeliver',
    {
      // All dead letters are meant by a body without a delivery, and by none.
      preValidation: async (request) => {
        request.body ??= {};
      },
      schema: {
        operationId: 'redeliver',
        tags: ['subscriptions'],
        summary: 'Delivers again: one delivery, or all dead letters',
        params: SUBSCRIPTION_ID,
        body: AGAIN,
        response: answers(
          QUEUED,
          'They wait for delivery.',
          { 404: 'There is no such subscription, or no such delivery of it.' },
          202,
        ),
      },
    },
    async ({ params: { id }, body }, reply) => {
      if ((await webhooks.get(id)) === undefined) throw noSubscription(id);
      const result = await webhooks.redeliver(id, body.id);
      if (isLeft(result) && result.left.kind === 'not-found')
        throw new Refusal(
          'not-found',
          `Subscription ${id} has no delivery "${body.id}" in its log. Its deliveries: GET /v1/subscriptions/${id}/deliveries.`,
        );
      return reply.code(202).send({ queued: done(result, id) });
    },
  );
};
