import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatInstant } from '@rapport/domain';
import { systemClock } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { acquireWriter, atStore, openStore, type Store, type WriterLock } from '@rapport/sqlite';
import { type Either, left, right } from 'fp-ts/Either';
import { type Courier, startCourier } from './delivery/courier';
import { createSender, type Sender } from './delivery/sender';
import type { WaitingDelivery } from './delivery/waiting-delivery';
import { DEFAULT_WEBHOOK_OPTIONS, type OpenWebhooksOptions, type WebhookOptions } from './options';
import { createSigner, newSecret, type Sign } from './signing';
import { createDeliveryStore } from './store/delivery-store';
import { createJournal } from './store/journal';
import { SUBSCRIPTIONS_FILE } from './store/schema';
import { createSubscriptionStore, type StoredSubscription } from './store/subscription-store';
import { createTargets } from './target/targets';
import type { Delivery, Subscription, SubscriptionProblem, Webhooks } from './webhooks';

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
    makePrivate(path);
    const store = openStore(path, { ...SUBSCRIPTIONS_FILE, mode: 'write' });
    store.db.pragma('synchronous = NORMAL');
    return webhooksOn(store, lock, setup);
  } catch (error) {
    lock.release();
    throw error;
  }
};

/** The files that SQLite puts beside it take over its mode. */
const makePrivate = (path: string): void =>
  atStore(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  });

interface Entry {
  stored: StoredSubscription;
  sign: Sign;
  courier?: Courier;
  /** Ends what is under way. */
  draining?: Courier;
  sender?: Sender;
  /** Couriers of a subscription follow one another. */
  turn: Promise<void>;
}

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
  const journal = createJournal({
    store,
    subscriptions,
    deliveries,
    keptDeliveries: options.keptDeliveries,
    logger,
  });
  const entries = new Map<string, Entry>();
  /** Removed ones that end what is under way. */
  const leaving: Promise<void>[] = [];
  let started = false;
  let stopped: Promise<void> | undefined;

  const entryOf = (stored: StoredSubscription): Entry => {
    const entry: Entry = { stored, sign: createSigner(stored), turn: Promise.resolve() };
    entries.set(stored.id, entry);
    return entry;
  };
  for (const stored of subscriptions.all()) entryOf(stored);

  const senderFor = (url: string, connections: number): Sender =>
    createSender({
      url,
      targets,
      connections,
      timeoutMilliseconds: options.timeoutMilliseconds,
      userAgent: options.userAgent,
    });

  const save = (entry: Entry, change: Partial<StoredSubscription>): void => {
    const changed = { ...entry.stored, ...change };
    atStore(store.path, () => subscriptions.save(changed));
    entry.stored = changed;
    entry.sign = createSigner(changed);
  };

  const halt = (entry: Entry): void => {
    const { courier, sender } = entry;
    if (courier === undefined) return;
    entry.courier = undefined;
    entry.draining = courier;
    entry.turn = entry.turn.then(async () => {
      await courier.halt();
      await sender?.close();
      journal.flush();
      entry.stored = { ...entry.stored, progress: courier.progress() };
      entry.draining = undefined;
    });
    void courier.halt();
  };

  const runs = (entry: Entry): boolean =>
    started && stopped === undefined && entry.stored.status === 'active' && entries.has(entry.stored.id);

  /** @param anew whether waiting deliveries are tried at once and get all their attempts again */
  const run = (entry: Entry, anew = false): void => {
    entry.turn = entry.turn.then(() => {
      if (anew) {
        deliveries.beginAnew(entry.stored.number);
        entry.stored = { ...entry.stored, progress: { ...entry.stored.progress, failingSince: undefined } };
      }
      if (!runs(entry) || entry.courier !== undefined) return;
      const { number, id, url, filter, progress } = entry.stored;
      const sender = senderFor(url, options.concurrency);
      entry.sender = sender;
      entry.courier = startCourier({
        ...setup,
        number,
        subscription: id,
        filter,
        progress,
        clock,
        random,
        options,
        deliveries,
        journal,
        send: (event) => {
          const body = JSON.stringify(event);
          return sender.send({ headers: entry.sign(event.id, clock.now(), body), body });
        },
        disabled: (reason) => {
          if (!runs(entry)) return;
          halt(entry);
          const disabled = { status: 'disabled', reason } as const;
          try {
            save(entry, disabled);
          } catch (error) {
            // Then it holds until the next start, and will be found out again.
            entry.stored = { ...entry.stored, ...disabled };
            logger?.error({ err: error, subscription: id }, 'a disabled webhook subscription could not be written');
          }
          logger?.warn({ subscription: id, reason }, 'a webhook subscription was disabled');
        },
      });
    });
    entry.turn = entry.turn.catch((error: unknown) => {
      logger?.error({ err: error, subscription: entry.stored.id }, 'a webhook subscription could not be started');
    });
  };

  const subscriptionOf = ({ stored, courier, draining }: Entry): Subscription => {
    const { id, number, url, description, filter, status, reason, createdAt } = stored;
    const now = courier ?? draining;
    const { cursor, lastSuccessAt, lastFailureAt } = now?.progress() ?? stored.progress;
    return {
      id,
      url,
      ...(description === undefined ? undefined : { description }),
      filter,
      status,
      ...(reason === undefined ? undefined : { reason }),
      createdAt,
      cursor,
      waiting: deliveries.count(number, 'waiting') + (now?.unstored() ?? 0),
      deadLetters: deliveries.count(number, 'dead'),
      ...(lastSuccessAt === undefined ? undefined : { lastSuccessAt }),
      ...(lastFailureAt === undefined ? undefined : { lastFailureAt }),
    };
  };

  /** As stored, with what happened until now. */
  const reading = <T>(read: () => T): T =>
    atStore(store.path, () => {
      journal.flush();
      return read();
    });

  const afterProblem = async (after: Position | undefined): Promise<SubscriptionProblem | undefined> => {
    if (after === undefined) return undefined;
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
      const cursor = after ?? (await feed.end());
      const created = {
        id: `sub_${randomBytes(12).toString('hex')}`,
        url,
        description,
        filter,
        status: 'active' as const,
        createdAt: clock.now(),
        secret,
        progress: { cursor },
      };
      const entry = entryOf(atStore(store.path, () => subscriptions.add(created)));
      run(entry);
      return right({ subscription: reading(() => subscriptionOf(entry)), secret });
    },
    list: async () => reading(() => [...entries.values()].map(subscriptionOf)),
    get: async (id) => {
      const entry = entries.get(id);
      return entry && reading(() => subscriptionOf(entry));
    },
    update: async (id, { status, url, description, filter }) => {
      const problem = url === undefined ? undefined : await targets.check(url);
      const entry = entries.get(id);
      if (entry === undefined) return left(NOT_FOUND);
      if (problem !== undefined) return left(invalid('url', problem));
      const was = entry.stored.status;
      save(entry, {
        ...(url === undefined ? undefined : { url }),
        ...(description === undefined ? undefined : { description }),
        ...(filter === undefined ? undefined : { filter }),
        ...(status === undefined ? undefined : { status, reason: undefined }),
      });
      if (status === 'paused' || url !== undefined || filter !== undefined) halt(entry);
      run(entry, status === 'active' && was !== 'active');
      return right(reading(() => subscriptionOf(entry)));
    },
    remove: async (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return false;
      entries.delete(id);
      journal.forget(entry.stored.number);
      halt(entry);
      leaving.push(entry.turn);
      atStore(store.path, () => subscriptions.remove(entry.stored.number));
      return true;
    },
    rotateSecret: async (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return left(NOT_FOUND);
      const secret = newSecret();
      const oldSecretUntil = clock.now() + options.oldSecretMilliseconds;
      save(entry, { secret, oldSecret: entry.stored.secret, oldSecretUntil });
      return right({ secret, oldSecretUntil });
    },
    test: async (id) => {
      const entry = entries.get(id);
      if (entry === undefined) return left(NOT_FOUND);
      const at = clock.now();
      const event = testEvent(id, at);
      const body = JSON.stringify(event);
      const sender = senderFor(entry.stored.url, 1);
      const { retryAfter: _, ...answer } = await sender.send({ headers: entry.sign(event.id, at, body), body });
      await sender.close();
      return right({ at, ...answer });
    },
    deliveries: async ({ subscription, status, customer, after, limit }) => {
      const entry = entries.get(subscription);
      if (entry === undefined) return { deliveries: [] };
      const wanted = Math.min(Math.max(1, limit), MOST_LISTED);
      const query = { status, customer, before: after as Position | undefined, limit: wanted + 1 };
      const found = reading(() => deliveries.query(entry.stored.number, query));
      const listed = found.slice(0, wanted).map((delivery) => deliveryOf(subscription, delivery));
      return found.length > wanted ? { deliveries: listed, next: listed[wanted - 1].cursor } : { deliveries: listed };
    },
    redeliver: async (subscription, id): Promise<Either<SubscriptionProblem, number>> => {
      const entry = entries.get(subscription);
      if (entry === undefined) return left(NOT_FOUND);
      const count = reading(() => deliveries.redeliver(entry.stored.number, id));
      if (count === 0 && id !== undefined) return left(NOT_FOUND);
      entry.courier?.lookAgain();
      return right(count);
    },
    start: () => {
      if (started) return;
      started = true;
      for (const entry of entries.values()) run(entry);
    },
    stop: () => {
      stopped ??= (async () => {
        const all = [...entries.values()];
        all.forEach(halt);
        await Promise.all([...leaving, ...all.map(({ turn }) => turn)]);
        journal.close();
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
  source: 'rapport',
  type: 'rapport.test.v1',
  time: formatInstant(at),
  datacontenttype: 'application/json',
  data: { subscription, message: 'A test of this webhook subscription. No customer has changed.' },
});
