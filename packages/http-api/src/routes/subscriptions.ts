/** `/v1/subscriptions`: webhooks, by Standard Webhooks. Secrets are shown where they are made, and nowhere else. */

import { formatInstant } from '@rapport/domain';
import type { ChangeFilter } from '@rapport/engine';
import type { Subscription, SubscriptionProblem } from '@rapport/messaging';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Either, isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { flag, instant, list, object, oneOf, type TypeOf, text } from '../codec';
import { Refusal } from '../problem';
import { FILTER } from '../stage-changes/change-filter-shape';
import { decodeCursor } from '../stage-changes/change-query';
import { START } from '../stage-changes/frames';
import { unknownNames } from '../stage-changes/known-names';
import { answers } from './answers';
import { ATTEMPT, attemptDocument, SUBSCRIPTION, subscriptionDocument } from './subscription-shapes';

export const SUBSCRIPTION_ID = object({ id: text('Of the subscription.', { minLength: 1, maxLength: 200 }) });
export const NO_SUBSCRIPTION = { 404: 'There is no subscription of that id.' };

const URL_TEXT = text(
  'Where changes are sent to: https, and no private or loopback address unless the operator allows it.',
  {
    minLength: 1,
    maxLength: 2_048,
  },
);
const DESCRIPTION = text('What it is for.', { maxLength: 1_000 });
const NEW = object(
  { url: URL_TEXT },
  {
    description: DESCRIPTION,
    filter: FILTER,
    after: text(
      `Changes after this cursor; \`${START}\`: from the beginning of the log. What is recorded from now on when absent.`,
    ),
  },
);
const CHANGED = object(
  {},
  {
    url: URL_TEXT,
    description: DESCRIPTION,
    filter: FILTER,
    status: oneOf(['active', 'paused'], 'Pauses it, or lets it go on where it stopped.'),
  },
  { minProperties: 1 },
);
const SECRET = text('`whsec_...`: what deliveries are signed with. Not shown again.');
const CREATED = object({ subscription: SUBSCRIPTION, secret: SECRET });
const ROTATED = object({ secret: SECRET, oldSecretUntil: instant('Until then the old one signs too.') });
const LIST = object({ subscriptions: list(SUBSCRIPTION, 'In order of creation.') });
const TESTED = object({ delivered: flag('Whether it was taken.'), attempt: ATTEMPT });

type ById = { readonly Params: TypeOf<typeof SUBSCRIPTION_ID> };

export const noSubscription = (id: string): Refusal =>
  new Refusal('not-found', `There is no subscription "${id.slice(0, 100)}". GET /v1/subscriptions lists them.`);

/** What the audit log says of a subscription: where changes go, without a path or query that may hold a secret. */
const targetOf = ({ url, status }: Subscription) => ({ host: new URL(url).host, status });

/** @throws Refusal for the problem, where there is one */
export const done = <T>(result: Either<SubscriptionProblem, T>, id = ''): T => {
  if (!isLeft(result)) return result.right;
  const problem = result.left;
  if (problem.kind === 'not-found') throw noSubscription(id);
  const { field, message } = problem;
  throw new Refusal('invalid-request', `Field "${field}": ${message}.`, { errors: [{ field, message }] });
};

export const registerSubscriptions = (app: FastifyInstance, engine: ApiEngine): void => {
  const { webhooks } = engine;
  /** The filter of a body, of which nothing is misspelt. */
  const checked = async (filter: ChangeFilter | undefined): Promise<ChangeFilter | undefined> => {
    const unknown = filter === undefined ? [] : await unknownNames(filter, engine);
    if (unknown.length === 0) return filter;
    const errors = unknown.map(({ filter: name, message }) => ({ field: `filter.${name}`, message }));
    throw new Refusal('invalid-request', `Field "${errors[0].field}": ${errors[0].message}`, { errors });
  };
  const tags = ['subscriptions'];

  app.post<{ Body: TypeOf<typeof NEW> }>(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'createSubscription',
        tags,
        summary: 'Subscribes a webhook',
        body: NEW.schema,
        response: answers(CREATED, 'The subscription, and its secret.', {}, 201),
      },
    },
    async (request, reply) => {
      const { url, description, filter, after } = request.body;
      const cursor = decodeCursor('after', after);
      if (isLeft(cursor))
        throw new Refusal('invalid-cursor', `Field "after": ${cursor.left.message}`, { errors: [cursor.left] });
      const { subscription, secret } = done(
        await webhooks.create({
          url,
          description,
          filter: await checked(filter),
          after: after === START ? START : cursor.right,
        }),
      );
      request.done = { subject: subscription.id, details: targetOf(subscription) };
      return reply
        .code(201)
        .header('location', `/v1/subscriptions/${subscription.id}`)
        .header('cache-control', 'no-store')
        .send({ subscription: subscriptionDocument(subscription), secret });
    },
  );

  app.get(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'subscriptions',
        tags,
        summary: 'Webhook subscriptions, and how they do',
        response: answers(LIST, 'All of them.'),
      },
    },
    async () => ({ subscriptions: (await webhooks.list()).map(subscriptionDocument) }),
  );

  app.get<ById>(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'subscription',
        tags,
        summary: 'A webhook subscription, and how it does',
        params: SUBSCRIPTION_ID.schema,
        response: answers(SUBSCRIPTION, 'The subscription.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }) => {
      const found = await webhooks.get(id);
      if (found === undefined) throw noSubscription(id);
      return subscriptionDocument(found);
    },
  );

  const update = async (request: FastifyRequest, id: string, change: Parameters<typeof webhooks.update>[1]) => {
    const subscription = done<Subscription>(await webhooks.update(id, change), id);
    request.done = { details: { changed: Object.keys(change), ...targetOf(subscription) } };
    return subscriptionDocument(subscription);
  };

  app.patch<ById & { readonly Body: TypeOf<typeof CHANGED> }>(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'changeSubscription',
        tags,
        summary: 'Changes, pauses or resumes a subscription',
        description: 'What is not named stays. A filter replaces the one before.',
        params: SUBSCRIPTION_ID.schema,
        body: CHANGED.schema,
        response: answers(SUBSCRIPTION, 'The subscription as it is now.', NO_SUBSCRIPTION),
      },
    },
    async (request) => {
      const { filter, ...change } = request.body;
      const wanted = { ...change, ...(filter === undefined ? undefined : { filter: await checked(filter) }) };
      return update(request, request.params.id, wanted);
    },
  );

  for (const [action, status, summary] of [
    ['pause', 'paused', 'Pauses a subscription: changes wait for it'],
    ['resume', 'active', 'Lets a paused or disabled subscription go on where it stopped'],
  ] as const)
    app.post<ById>(
      `/v1/subscriptions/:id/${action}`,
      {
        schema: {
          operationId: `${action}Subscription`,
          tags,
          summary,
          params: SUBSCRIPTION_ID.schema,
          response: answers(SUBSCRIPTION, 'The subscription as it is now.', NO_SUBSCRIPTION),
        },
      },
      async (request) => update(request, request.params.id, { status }),
    );

  app.delete<ById>(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'deleteSubscription',
        tags,
        summary: 'Ends a subscription',
        params: SUBSCRIPTION_ID.schema,
        response: {
          ...answers(object({}), '', NO_SUBSCRIPTION, 204),
          204: { description: 'It is gone.', type: 'null' },
        },
      },
    },
    async ({ params: { id } }, reply) => {
      if (!(await webhooks.remove(id))) throw noSubscription(id);
      return reply.code(204).send();
    },
  );

  app.post<ById>(
    '/v1/subscriptions/:id/rotate-secret',
    {
      schema: {
        operationId: 'rotateSecret',
        tags,
        summary: 'Makes a new secret',
        description: 'For a while deliveries carry signatures of both, so that the receiver can change over.',
        params: SUBSCRIPTION_ID.schema,
        response: answers(ROTATED, 'The new secret.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }, reply) => {
      const { secret, oldSecretUntil } = done(await webhooks.rotateSecret(id), id);
      return reply.header('cache-control', 'no-store').send({ secret, oldSecretUntil: formatInstant(oldSecretUntil) });
    },
  );

  app.post<ById>(
    '/v1/subscriptions/:id/test',
    {
      schema: {
        operationId: 'testSubscription',
        tags,
        summary: 'Sends a test event now, once',
        params: SUBSCRIPTION_ID.schema,
        response: answers(TESTED, 'What came of it, also where it failed.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }) => {
      const attempt = done(await webhooks.test(id), id);
      return { delivered: attempt.error === undefined, attempt: attemptDocument(attempt) };
    },
  );
};
