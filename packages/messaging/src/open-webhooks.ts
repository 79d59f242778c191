import { randomBytes, randomUUID } from 'node:crypto';
import { formatInstant, OWN_SOURCE } from '@rapport/domain';
import { systemClock } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { acquireWriter, atStore, makeOwned, openStore, type Store, type WriterLock } from '@rapport/sqlite';
import { type Either, left, right } from 'fp-ts/Either';
import type { WaitingDelivery } from './delivery/waiting-delivery';
import { createTargets } from './egress/targets';
import { DEFAULT_WEBHOOK_OPTIONS, type OpenWebhooksOptions, type WebhookOptions } from './options';
import { newSecret } from './signing';
import { createDeliveryStore } from './store/delivery-store';
import { createDeliveryWriteBuffer } from './store/delivery-write-buffer';
import { SUBSCRIPTIONS_FILE } from './store/schema';
import { createSubscriptionStore } from './store/subscription-store';
import { createSubscriptionSupervisor, type ManagedSubscription } from './subscription-supervisor';
import type { Delivery, NewSubscription, Subscription, SubscriptionProblem, Webhooks } from './webhooks';

/**
 * Opens the webhook subscriptions of a data directory and makes this process the one that delivers. Nothing is sent
 * before `start`, except tests.
 *
 * @throws StoreError for what is wrong with the file, the disk or the version, `locked` when another process delivers
 * @example
 * const webhooks = await openWebhooks({ path: 'data/subscriptions.sqlite', feed: createChangeFeed(log) });
 * webhooks.start();
 */
export const openWebhooks = async (setup: OpenWebhooksOptions): Promise<Webhooks> => {
  const { path } = setup;
  const lock = acquireWriter(path);
  try {
    makeOwned(path);
    const store = openStore(path, { ...SUBSCRIPTIONS_FILE, mode: 'write' });
    store.db.pragma('synchronous = NORMAL');
    return webhooksOn(store, lock, setup);
  } catch (error) {
    lock.release();
    throw error;
  }
};

const MOST_LISTED = 1_000;

const NOT_FOUND: SubscriptionProblem = { kind: 'not-found' };
const invalid = (field: string, message: string): SubscriptionProblem => ({ kind: 'invalid', field, message });

const deliveryOf = (subscription: string, delivery: WaitingDelivery): Delivery => {
  const { id, customer, type, cursor, status, attempts, nextAttemptAt } = delivery;
  const next = status === 'waiting' && nextAttemptAt !== undefined ? { nextAttemptAt } : undefined;
  return { id, subscription, customer, type, cursor, status, attempts, ...next };
};

const webhooksOn = (store: Store, lock: WriterLock, setup: OpenWebhooksOptions): Webhooks => {
  const { feed, logger, clock = systemClock, random = Math.random } = setup;
  const options: WebhookOptions = { ...DEFAULT_WEBHOOK_OPTIONS, ...setup.options };
  const targets = createTargets(options, setup.resolve);
  const subscriptions = createSubscriptionStore(store.db);
  const deliveries = createDeliveryStore(store.db);
  const { keptDeliveries } = options;
  const buffer = createDeliveryWriteBuffer({ store, subscriptions, deliveries, keptDeliveries, logger });
  const supervisor = createSubscriptionSupervisor({
    ...setup,
    store,
    subscriptions,
    deliveries,
    buffer,
    targets,
    options,
    clock,
    random,
  });
  const { all } = supervisor;
  let stopped: Promise<void> | undefined;

  const subscriptionOf = ({ stored, worker }: ManagedSubscription): Subscription => {
    const { id, number, url, description, filter, status, reason, createdAt } = stored;
    const { cursor, lastSuccessAt, lastFailureAt } = worker?.progress() ?? stored.progress;
    return {
      id,
      url,
      ...(description === undefined ? undefined : { description }),
      filter,
      status,
      ...(reason === undefined ? undefined : { reason }),
      createdAt,
      cursor,
      waiting: deliveries.count(number, 'waiting') + (worker?.unstored() ?? 0),
      deadLetters: deliveries.count(number, 'dead'),
      ...(lastSuccessAt === undefined ? undefined : { lastSuccessAt }),
      ...(lastFailureAt === undefined ? undefined : { lastFailureAt }),
    };
  };

  /** As stored, with what happened until now. */
  const reading = <T>(read: () => T): T =>
    atStore(store.path, () => {
      buffer.flush();
      return read();
    });

  const afterProblem = async (after: NewSubscription['after']): Promise<SubscriptionProblem | undefined> => {
    if (after === undefined || after === 'start') return undefined;
    const end = await feed.end();
    return /^[0-9a-f]+$/.test(after) && end !== undefined && after <= end
      ? undefined
      : invalid('after', 'is no cursor of this log; pass one that Rapport gave, unchanged');
  };

  return {
    create: async ({ url, description, filter = {}, after }) => {
      const problem = await targets.check(url);
      if (problem !== undefined) return left(invalid('url', problem));
      const wrongCursor = await afterProblem(after);
      if (wrongCursor !== undefined) return left(wrongCursor);
      const secret = newSecret();
      const managed = supervisor.add({
        id: `sub_${randomBytes(12).toString('hex')}`,
        url,
        description,
        filter,
        status: 'active',
        createdAt: clock.now(),
        secret,
        progress: { cursor: after === 'start' ? undefined : (after ?? (await feed.end())) },
      });
      return right({ subscription: reading(() => subscriptionOf(managed)), secret });
    },
    list: async () => reading(() => [...all.values()].map(subscriptionOf)),
    get: async (id) => {
      const managed = all.get(id);
      return managed && reading(() => subscriptionOf(managed));
    },
    update: async (id, { status, url, description, filter }) => {
      const problem = url === undefined ? undefined : await targets.check(url);
      const managed = all.get(id);
      if (managed === undefined) return left(NOT_FOUND);
      if (problem !== undefined) return left(invalid('url', problem));
      const resumed = status === 'active' && managed.stored.status !== 'active';
      supervisor.save(managed, {
        ...(url === undefined ? undefined : { url }),
        ...(description === undefined ? undefined : { description }),
        ...(filter === undefined ? undefined : { filter }),
        ...(status === undefined ? undefined : { status, reason: undefined }),
      });
      if (status === 'paused') supervisor.halt(managed);
      else if (resumed) supervisor.resume(managed);
      else if (url !== undefined || filter !== undefined) supervisor.restart(managed);
      return right(reading(() => subscriptionOf(managed)));
    },
    remove: async (id) => {
      const managed = all.get(id);
      if (managed === undefined) return false;
      supervisor.remove(managed);
      return true;
    },
    rotateSecret: async (id) => {
      const managed = all.get(id);
      if (managed === undefined) return left(NOT_FOUND);
      const secret = newSecret();
      const oldSecretUntil = clock.now() + options.oldSecretMilliseconds;
      supervisor.save(managed, { secret, oldSecret: managed.stored.secret, oldSecretUntil });
      return right({ secret, oldSecretUntil });
    },
    test: async (id) => {
      const managed = all.get(id);
      if (managed === undefined) return left(NOT_FOUND);
      const at = clock.now();
      const event = testEvent(id, at);
      const body = JSON.stringify(event);
      const sender = supervisor.sender(managed.stored.url, 1);
      const { retryAfter: _, ...answer } = await sender.send({ headers: managed.sign(event.id, at, body), body });
      await sender.close();
      return right({ at, ...answer });
    },
    deliveries: async ({ subscription, status, customer, after, limit }) => {
      const managed = all.get(subscription);
      if (managed === undefined) return { deliveries: [] };
      const wanted = Math.min(Math.max(1, limit), MOST_LISTED);
      const query = { status, customer, before: after as Position | undefined, limit: wanted + 1 };
      const found = reading(() => deliveries.query(managed.stored.number, query));
      const listed = found.slice(0, wanted).map((delivery) => deliveryOf(subscription, delivery));
      return found.length > wanted ? { deliveries: listed, next: listed[wanted - 1].cursor } : { deliveries: listed };
    },
    redeliver: async (subscription, id): Promise<Either<SubscriptionProblem, number>> => {
      const managed = all.get(subscription);
      if (managed === undefined) return left(NOT_FOUND);
      const count = reading(() => deliveries.redeliver(managed.stored.number, id));
      if (count === 0 && id !== undefined) return left(NOT_FOUND);
      managed.worker?.lookAgain();
      return right(count);
    },
    start: supervisor.start,
    stop: () => {
      stopped ??= (async () => {
        await supervisor.stop();
        buffer.close();
        store.close();
        lock.release();
      })();
      return stopped;
    },
  };
};

const testEvent = (subscription: string, at: number) => ({
  specversion: '1.0',
  id: `test_${randomUUID()}`,
  source: OWN_SOURCE,
  type: 'rapport.test.v1',
  time: formatInstant(at),
  datacontenttype: 'application/json',
  data: { subscription, message: 'A test of this webhook subscription. No customer has changed.' },
});
