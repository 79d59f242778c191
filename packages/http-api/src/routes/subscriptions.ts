/** `/v1/subscriptions`: webhooks, by Standard Webhooks. Secrets are shown where they are made, and nowhere else. */

import { formatInstant } from '@rapport/domain';
import type { ChangeFilter } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { Subscription, SubscriptionProblem } from '@rapport/messaging';
import type { FastifyRequest } from 'fastify';
import { type Either, isLeft } from 'fp-ts/Either';
import type { ApiEngine } from '../api-engine';
import { flag, instant, list, object, oneOf, type Routes, text } from '../codec';
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
const DESCRIPTION = text('The purpose.', { maxLength: 1_000 });
const NEW = object(
  { url: URL_TEXT },
  {
    description: DESCRIPTION,
    filter: FILTER,
    after: text(
      `Changes after this cursor; \`${START}\`: from the beginning of the log. Without it, changes from now on.`,
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

const TAGS = ['subscriptions'];

export const noSubscription = (id: string): Refusal =>
  new Refusal('not-found', `There is no subscription "${id.slice(0, 100)}". GET /v1/subscriptions lists them.`);

/** A subscription in the audit log: its host, without a path or query that may hold a secret. */
const targetOf = ({ url, status }: Subscription) => ({ host: new URL(url).host, status });

/** @throws Refusal for the problem, where there is one */
export const done = <T>(result: Either<SubscriptionProblem, T>, id = ''): T => {
  if (!isLeft(result)) return result.right;
  const problem = result.left;
  if (problem.kind === 'not-found') throw noSubscription(id);
  const { field, message } = problem;
  throw new Refusal('invalid-request', `Field "${field}": ${message}.`, { errors: [{ field, message }] });
};

/** The filter of a body. @throws Refusal for a stage or signal that no ruleset has */
const checkedFilter = async (
  engine: ApiEngine,
  filter: ChangeFilter | undefined,
): Promise<ChangeFilter | undefined> => {
  const unknown = filter === undefined ? [] : await unknownNames(filter, engine);
  const [first, ...others] = unknown.map(({ filter: name, message }) => ({ field: `filter.${name}`, message }));
  if (first === undefined) return filter;
  throw new Refusal('invalid-request', `Field "${first.field}": ${first.message}`, { errors: [first, ...others] });
};

/** The cursor of a body. @throws Refusal for what is not one */
const cursorIn = (
  { parseCursor }: ApiEngine['feed'],
  after: string | undefined,
): Position | typeof START | undefined => {
  const cursor = decodeCursor(parseCursor, 'after', after);
  if (isLeft(cursor))
    throw new Refusal('invalid-cursor', `Field "after": ${cursor.left.message}`, { errors: [cursor.left] });
  return after === START ? START : cursor.right;
};

const createRoute = (app: Routes, engine: ApiEngine): void => {
  app.post(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'createSubscription',
        tags: TAGS,
        summary: 'Subscribes a webhook',
        body: NEW,
        response: answers(CREATED, 'The subscription, and its secret.', {}, 201),
      },
    },
    async (request, reply) => {
      const { url, description, filter, after } = request.body;
      const cursor = cursorIn(engine.feed, after);
      const wanted = { url, description, filter: await checkedFilter(engine, filter), after: cursor };
      const { subscription, secret } = done(await engine.webhooks.create(wanted));
      request.done = { subject: subscription.id, details: targetOf(subscription) };
      return reply
        .code(201)
        .header('location', `/v1/subscriptions/${subscription.id}`)
        .header('cache-control', 'no-store')
        .send({ subscription: subscriptionDocument(subscription), secret });
    },
  );
};

const readRoutes = (app: Routes, { webhooks }: ApiEngine): void => {
  app.get(
    '/v1/subscriptions',
    {
      schema: {
        operationId: 'subscriptions',
        tags: TAGS,
        summary: 'Webhook subscriptions, and how they do',
        response: answers(LIST, 'All of them.'),
      },
    },
    async () => ({ subscriptions: (await webhooks.list()).map(subscriptionDocument) }),
  );
  app.get(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'subscription',
        tags: TAGS,
        summary: 'A webhook subscription, and how it does',
        params: SUBSCRIPTION_ID,
        response: answers(SUBSCRIPTION, 'The subscription.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }) => {
      const found = await webhooks.get(id);
      if (found === undefined) throw noSubscription(id);
      return subscriptionDocument(found);
    },
  );
};

const changeRoutes = (app: Routes, engine: ApiEngine): void => {
  const { webhooks } = engine;
  const update = async (request: FastifyRequest, id: string, change: Parameters<typeof webhooks.update>[1]) => {
    const subscription = done<Subscription>(await webhooks.update(id, change), id);
    request.done = { details: { changed: Object.keys(change), ...targetOf(subscription) } };
    return subscriptionDocument(subscription);
  };

  app.patch(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'changeSubscription',
        tags: TAGS,
        summary: 'Changes, pauses or resumes a subscription',
        description: 'Fields that are not named stay as they are. A filter replaces the one before.',
        params: SUBSCRIPTION_ID,
        body: CHANGED,
        response: answers(SUBSCRIPTION, 'The subscription as it is now.', NO_SUBSCRIPTION),
      },
    },
    async (request) => {
      const { filter, ...change } = request.body;
      const checked = filter === undefined ? undefined : { filter: await checkedFilter(engine, filter) };
      return update(request, request.params.id, { ...change, ...checked });
    },
  );

  for (const [action, status, summary] of [
    ['pause', 'paused', 'Pauses a subscription: changes wait for it'],
    ['resume', 'active', 'Lets a paused or disabled subscription go on where it stopped'],
  ] as const)
    app.post(
      `/v1/subscriptions/:id/${action}`,
      {
        schema: {
          operationId: `${action}Subscription`,
          tags: TAGS,
          summary,
          params: SUBSCRIPTION_ID,
          response: answers(SUBSCRIPTION, 'The subscription as it is now.', NO_SUBSCRIPTION),
        },
      },
      async (request) => update(request, request.params.id, { status }),
    );
};

const deleteRoute = (app: Routes, { webhooks }: ApiEngine): void => {
  app.delete(
    '/v1/subscriptions/:id',
    {
      schema: {
        operationId: 'deleteSubscription',
        tags: TAGS,
        summary: 'Ends a subscription',
        params: SUBSCRIPTION_ID,
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
};

const actionRoutes = (app: Routes, { webhooks }: ApiEngine): void => {
  app.post(
    '/v1/subscriptions/:id/rotate-secret',
    {
      schema: {
        operationId: 'rotateSecret',
        tags: TAGS,
        summary: 'Makes a new secret',
        description: 'For a while deliveries carry signatures of both, so that the receiver can change over.',
        params: SUBSCRIPTION_ID,
        response: answers(ROTATED, 'The new secret.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }, reply) => {
      const { secret, oldSecretUntil } = done(await webhooks.rotateSecret(id), id);
      return reply.header('cache-control', 'no-store').send({ secret, oldSecretUntil: formatInstant(oldSecretUntil) });
    },
  );
  app.post(
    '/v1/subscriptions/:id/test',
    {
      schema: {
        operationId: 'testSubscription',
        tags: TAGS,
        summary: 'Sends a test event now, once',
        params: SUBSCRIPTION_ID,
        response: answers(TESTED, 'The result of the attempt, also if it failed.', NO_SUBSCRIPTION),
      },
    },
    async ({ params: { id } }) => {
      const attempt = done(await webhooks.test(id), id);
      return { delivered: attempt.error === undefined, attempt: attemptDocument(attempt) };
    },
  );
};

export const registerSubscriptions = (app: Routes, engine: ApiEngine): void => {
  createRoute(app, engine);
  readRoutes(app, engine);
  changeRoutes(app, engine);
  deleteRoute(app, engine);
  actionRoutes(app, engine);
};
