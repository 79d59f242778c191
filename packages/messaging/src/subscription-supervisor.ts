import type { Clock } from '@rapport/engine';
import { atStore, type Store } from '@rapport/sqlite';
import { type DeliveryWorker, startDeliveryWorker } from './delivery/delivery-worker';
import { createSender, type Sender } from './delivery/sender';
import type { Targets } from './egress/targets';
import type { OpenWebhooksOptions, WebhookOptions } from './options';
import { createSigner, type Sign } from './signing';
import type { DeliveryStore } from './store/delivery-store';
import type { DeliveryWriteBuffer } from './store/delivery-write-buffer';
import type { StoredSubscription, SubscriptionStore } from './store/subscription-store';

/** A subscription and who delivers for it. */
export interface ManagedSubscription {
  readonly stored: StoredSubscription;
  readonly sign: Sign;
  /** Delivers, or ends what is under way. */
  readonly worker?: DeliveryWorker;
}

/** Has one worker at a time deliver for each subscription, as its status says. */
export interface SubscriptionSupervisor {
  /** By id. */
  readonly all: ReadonlyMap<string, ManagedSubscription>;
  add(subscription: Omit<StoredSubscription, 'number'>): ManagedSubscription;
  /** Durable when it returns. @throws StoreError */
  save(managed: ManagedSubscription, change: Partial<StoredSubscription>): void;
  remove(managed: ManagedSubscription): void;
  /** Delivers by what is stored now; what was under way ends first. */
  restart(managed: ManagedSubscription): void;
  /** Delivers, if it does not yet and its status says so. */
  run(managed: ManagedSubscription): void;
  /** As `run`; waiting deliveries are tried at once and get all their attempts again. */
  resume(managed: ManagedSubscription): void;
  /** Sends nothing new. */
  halt(managed: ManagedSubscription): void;
  sender(url: string, connections: number): Sender;
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface SubscriptionSupervisorOptions
  extends Pick<OpenWebhooksOptions, 'feed' | 'logger' | 'metrics' | 'traces'> {
  readonly store: Store;
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryStore;
  readonly buffer: DeliveryWriteBuffer;
  readonly targets: Targets;
  readonly options: WebhookOptions;
  readonly clock: Clock;
  readonly random: () => number;
}

interface Running extends ManagedSubscription {
  stored: StoredSubscription;
  sign: Sign;
  worker?: DeliveryWorker;
  halting: boolean;
  sender?: Sender;
  /** Workers of a subscription follow one another. */
  turn: Promise<void>;
}

export const createSubscriptionSupervisor = (setup: SubscriptionSupervisorOptions): SubscriptionSupervisor => {
  const { store, subscriptions, deliveries, buffer, targets, options, clock, logger } = setup;
  const all = new Map<string, Running>();
  /** Removed ones that end what is under way. */
  const leaving: Promise<void>[] = [];
  let status: 'opened' | 'started' | 'stopped' = 'opened';

  const enter = (stored: StoredSubscription): Running => {
    const managed = { stored, sign: createSigner(stored), halting: false, turn: Promise.resolve() };
    all.set(stored.id, managed);
    return managed;
  };

  const own = (managed: ManagedSubscription): Running => managed as Running;

  const write = (managed: Running, change: Partial<StoredSubscription>): void => {
    const changed = { ...managed.stored, ...change };
    atStore(store.path, () => subscriptions.save(changed));
    managed.stored = changed;
    managed.sign = createSigner(changed);
  };

  const sender = (url: string, connections: number): Sender => {
    const { timeoutMilliseconds, userAgent } = options;
    return createSender({ url, targets, connections, timeoutMilliseconds, userAgent });
  };

  const inTurn = (managed: Running, work: () => void | Promise<void>): void => {
    managed.turn = managed.turn.then(work).catch((error: unknown) => {
      logger?.error(
        { err: error, subscription: managed.stored.id },
        'a webhook subscription could not be changed over',
      );
    });
  };

  const halt = (managed: Running): void => {
    const { worker } = managed;
    if (worker === undefined || managed.halting) return;
    managed.halting = true;
    void worker.halt();
    inTurn(managed, async () => {
      await worker.halt();
      await managed.sender?.close();
      buffer.flush();
      managed.stored = { ...managed.stored, progress: worker.progress() };
      managed.worker = undefined;
      managed.halting = false;
    });
  };

  const runs = ({ stored }: Running): boolean =>
    status === 'started' && stored.status === 'active' && all.has(stored.id);

  const disable = (managed: Running, reason: string): void => {
    if (!runs(managed)) return;
    halt(managed);
    const disabled = { status: 'disabled', reason } as const;
    const { id } = managed.stored;
    logger?.warn({ subscription: id, reason }, 'a webhook subscription was disabled');
    try {
      write(managed, disabled);
    } catch (error) {
      // Then it holds until the next start, and will be found out again.
      managed.stored = { ...managed.stored, ...disabled };
      logger?.error({ err: error, subscription: id }, 'a disabled webhook subscription could not be written');
    }
  };

  const launch = (managed: Running): void => {
    if (!runs(managed) || managed.worker !== undefined) return;
    const { number, id, url, filter, progress } = managed.stored;
    const connections = sender(url, options.concurrency);
    managed.sender = connections;
    managed.worker = startDeliveryWorker({
      ...setup,
      number,
      subscription: id,
      filter,
      progress,
      send: (event, headers) => {
        const body = JSON.stringify(event);
        return connections.send({ headers: { ...headers, ...managed.sign(event.id, clock.now(), body) }, body });
      },
      disabled: (reason) => disable(managed, reason),
    });
  };

  const run = (managed: Running): void => inTurn(managed, () => launch(managed));

  for (const stored of subscriptions.all()) {
    const { oldSecretUntil = Number.POSITIVE_INFINITY } = stored;
    const managed = enter(stored);
    if (oldSecretUntil <= clock.now()) write(managed, { oldSecret: undefined, oldSecretUntil: undefined });
  }

  return {
    all,
    add: (subscription) => {
      const managed = enter(atStore(store.path, () => subscriptions.add(subscription)));
      run(managed);
      return managed;
    },
    save: (managed, change) => write(own(managed), change),
    remove: (managed) => {
      const { id, number } = managed.stored;
      // First: one that could not be removed must not be gone until the next start, and deliver again then.
      atStore(store.path, () => subscriptions.remove(number));
      all.delete(id);
      buffer.forget(number);
      halt(own(managed));
      leaving.push(own(managed).turn);
    },
    restart: (managed) => {
      halt(own(managed));
      run(own(managed));
    },
    run: (managed) => run(own(managed)),
    resume: (managed) => {
      const resumed = own(managed);
      inTurn(resumed, () => {
        deliveries.beginAnew(resumed.stored.number);
        const progress = { ...resumed.stored.progress, failingSince: undefined };
        resumed.stored = { ...resumed.stored, progress };
        launch(resumed);
      });
    },
    halt: (managed) => halt(own(managed)),
    sender,
    start: () => {
      if (status !== 'opened') return;
      status = 'started';
      for (const managed of all.values()) run(managed);
    },
    stop: async () => {
      status = 'stopped';
      const present = [...all.values()];
      present.forEach(halt);
      await Promise.all([...leaving, ...present.map(({ turn }) => turn)]);
    },
  };
};
