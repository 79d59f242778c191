import type { Clock } from '@rapport/engine';
import { atStore, type Store } from '@rapport/sqlite';
import { type Courier, startCourier } from './delivery/courier';
import { createSender, type Sender } from './delivery/sender';
import type { OpenWebhooksOptions, WebhookOptions } from './options';
import { createSigner, type Sign } from './signing';
import type { DeliveryStore } from './store/delivery-store';
import type { Journal } from './store/journal';
import type { StoredSubscription, SubscriptionStore } from './store/subscription-store';
import type { Targets } from './target/targets';

/** A subscription and who delivers for it. */
export interface Entry {
  readonly stored: StoredSubscription;
  readonly sign: Sign;
  /** Delivers, or ends what is under way. */
  readonly courier?: Courier;
}

/** Has one courier at a time deliver for each subscription, as its status says. */
export interface Runner {
  readonly entries: ReadonlyMap<string, Entry>;
  add(subscription: Omit<StoredSubscription, 'number'>): Entry;
  /** Durable when it returns. @throws StoreError */
  save(entry: Entry, change: Partial<StoredSubscription>): void;
  remove(entry: Entry): void;
  /** Delivers by what is stored now; what was under way ends first. */
  restart(entry: Entry): void;
  /** Delivers, if it does not yet and its status says so. */
  run(entry: Entry): void;
  /** As `run`; waiting deliveries are tried at once and get all their attempts again. */
  resume(entry: Entry): void;
  /** Sends nothing new. */
  halt(entry: Entry): void;
  sender(url: string, connections: number): Sender;
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface RunnerOptions extends Pick<OpenWebhooksOptions, 'feed' | 'logger' | 'metrics' | 'traces'> {
  readonly store: Store;
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryStore;
  readonly journal: Journal;
  readonly targets: Targets;
  readonly options: WebhookOptions;
  readonly clock: Clock;
  readonly random: () => number;
}

interface Running extends Entry {
  stored: StoredSubscription;
  sign: Sign;
  courier?: Courier;
  halting: boolean;
  sender?: Sender;
  /** Couriers of a subscription follow one another. */
  turn: Promise<void>;
}

export const createRunner = (setup: RunnerOptions): Runner => {
  const { store, subscriptions, deliveries, journal, targets, options, clock, logger } = setup;
  const entries = new Map<string, Running>();
  /** Removed ones that end what is under way. */
  const leaving: Promise<void>[] = [];
  let status: 'opened' | 'started' | 'stopped' = 'opened';

  const enter = (stored: StoredSubscription): Running => {
    const entry = { stored, sign: createSigner(stored), halting: false, turn: Promise.resolve() };
    entries.set(stored.id, entry);
    return entry;
  };

  const own = (entry: Entry): Running => entry as Running;

  const write = (entry: Running, change: Partial<StoredSubscription>): void => {
    const changed = { ...entry.stored, ...change };
    atStore(store.path, () => subscriptions.save(changed));
    entry.stored = changed;
    entry.sign = createSigner(changed);
  };

  const sender = (url: string, connections: number): Sender => {
    const { timeoutMilliseconds, userAgent } = options;
    return createSender({ url, targets, connections, timeoutMilliseconds, userAgent });
  };

  const inTurn = (entry: Running, work: () => void | Promise<void>): void => {
    entry.turn = entry.turn.then(work).catch((error: unknown) => {
      logger?.error({ err: error, subscription: entry.stored.id }, 'a webhook subscription could not be changed over');
    });
  };

  const halt = (entry: Running): void => {
    const { courier } = entry;
    if (courier === undefined || entry.halting) return;
    entry.halting = true;
    void courier.halt();
    inTurn(entry, async () => {
      await courier.halt();
      await entry.sender?.close();
      journal.flush();
      entry.stored = { ...entry.stored, progress: courier.progress() };
      entry.courier = undefined;
      entry.halting = false;
    });
  };

  const runs = ({ stored }: Running): boolean =>
    status === 'started' && stored.status === 'active' && entries.has(stored.id);

  const disable = (entry: Running, reason: string): void => {
    if (!runs(entry)) return;
    halt(entry);
    const disabled = { status: 'disabled', reason } as const;
    const { id } = entry.stored;
    logger?.warn({ subscription: id, reason }, 'a webhook subscription was disabled');
    try {
      write(entry, disabled);
    } catch (error) {
      // Then it holds until the next start, and will be found out again.
      entry.stored = { ...entry.stored, ...disabled };
      logger?.error({ err: error, subscription: id }, 'a disabled webhook subscription could not be written');
    }
  };

  const launch = (entry: Running): void => {
    if (!runs(entry) || entry.courier !== undefined) return;
    const { number, id, url, filter, progress } = entry.stored;
    const connections = sender(url, options.concurrency);
    entry.sender = connections;
    entry.courier = startCourier({
      ...setup,
      number,
      subscription: id,
      filter,
      progress,
      send: (event, headers) => {
        const body = JSON.stringify(event);
        return connections.send({ headers: { ...headers, ...entry.sign(event.id, clock.now(), body) }, body });
      },
      disabled: (reason) => disable(entry, reason),
    });
  };

  const run = (entry: Running): void => inTurn(entry, () => launch(entry));

  for (const stored of subscriptions.all()) {
    const { oldSecretUntil = Number.POSITIVE_INFINITY } = stored;
    const entry = enter(stored);
    if (oldSecretUntil <= clock.now()) write(entry, { oldSecret: undefined, oldSecretUntil: undefined });
  }

  return {
    entries,
    add: (subscription) => {
      const entry = enter(atStore(store.path, () => subscriptions.add(subscription)));
      run(entry);
      return entry;
    },
    save: (entry, change) => write(own(entry), change),
    remove: (entry) => {
      const { id, number } = entry.stored;
      // First: one that could not be removed must not be gone until the next start, and deliver again then.
      atStore(store.path, () => subscriptions.remove(number));
      entries.delete(id);
      journal.forget(number);
      halt(own(entry));
      leaving.push(own(entry).turn);
    },
    restart: (entry) => {
      halt(own(entry));
      run(own(entry));
    },
    run: (entry) => run(own(entry)),
    resume: (entry) => {
      const resumed = own(entry);
      inTurn(resumed, () => {
        deliveries.beginAnew(resumed.stored.number);
        const progress = { ...resumed.stored.progress, failingSince: undefined };
        resumed.stored = { ...resumed.stored, progress };
        launch(resumed);
      });
    },
    halt: (entry) => halt(own(entry)),
    sender,
    start: () => {
      if (status !== 'opened') return;
      status = 'started';
      for (const entry of entries.values()) run(entry);
    },
    stop: async () => {
      status = 'stopped';
      const all = [...entries.values()];
      all.forEach(halt);
      await Promise.all([...leaving, ...all.map(({ turn }) => turn)]);
    },
  };
};
