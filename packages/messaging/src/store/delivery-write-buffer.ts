import type { Store } from '@rapport/sqlite';
import { asStoreError } from '@rapport/sqlite';
import type { WaitingDelivery } from '../delivery/waiting-delivery';
import type { OpenWebhooksOptions } from '../options';
import type { DeliveryStore } from './delivery-store';
import type { Progress, SubscriptionStore } from './subscription-store';

/** What a worker tells the buffer of itself. */
export interface ProgressSource {
  /** Of its subscription. */
  readonly number: number;
  progress(): Progress;
}

interface Noted {
  worker: ProgressSource;
  readonly deliveries: Set<WaitingDelivery>;
}

/**
 * Writes the state of deliveries in groups: a delivery that succeeds costs no commit of its own. What is lost with the
 * last group when the process dies is delivered again, with the same id.
 */
export interface DeliveryWriteBuffer {
  /** Notes that something of a worker changed, and which delivery. */
  note(worker: ProgressSource, delivery?: WaitingDelivery): void;
  /** Its subscription was removed: nothing of it is written any more. */
  forget(number: number): void;
  /** Writes now. Does not throw; what could not be written is kept and tried again. */
  flush(): void;
  /** The last write failed: what comes in now would only pile up. */
  readonly failing: boolean;
  /** Resolves after the next write that succeeds. */
  written(): Promise<void>;
  close(): void;
}

export interface DeliveryWriteBufferOptions {
  readonly store: Store;
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryStore;
  readonly keptDeliveries: number;
  readonly logger?: OpenWebhooksOptions['logger'];
}

const GROUP_MS = 50;
const AGAIN_MS = 1_000;
/** Share of the delivered ones kept by which they may grow before they are trimmed. */
const SLACK = 0.1;

export const createDeliveryWriteBuffer = ({
  store,
  subscriptions,
  deliveries,
  keptDeliveries,
  logger,
}: DeliveryWriteBufferOptions): DeliveryWriteBuffer => {
  /** By subscription. */
  const noted = new Map<number, Noted>();
  const forgotten = new Set<number>();
  /** At most so many delivered ones, by subscription. */
  const delivered = new Map<number, number>();
  const waiting = new Set<() => void>();
  let timer: NodeJS.Timeout | undefined;
  let failing = false;

  const write = store.db.transaction((): void => {
    for (const [number, { worker, deliveries: changed }] of noted) {
      let count = delivered.get(number) ?? deliveries.count(number, 'delivered');
      for (const delivery of changed) {
        deliveries.put(number, delivery);
        if (delivery.status === 'delivered') count++;
      }
      subscriptions.saveProgress(number, worker.progress());
      if (count > keptDeliveries * (1 + SLACK)) {
        deliveries.trim(number, keptDeliveries);
        count = deliveries.count(number, 'delivered');
      }
      delivered.set(number, count);
    }
  });

  const schedule = (milliseconds: number): void => {
    timer ??= setTimeout(flush, milliseconds);
  };

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (noted.size === 0) return;
    try {
      write.immediate();
      noted.clear();
      failing = false;
      for (const resolve of waiting) resolve();
      waiting.clear();
    } catch (error) {
      const known = asStoreError(error, store.path);
      delivered.clear();
      if (!failing) logger?.error({ err: known }, 'the state of webhook deliveries cannot be written; trying again');
      failing = true;
      schedule(AGAIN_MS);
    }
  };

  return {
    note: (worker, delivery) => {
      const { number } = worker;
      if (forgotten.has(number)) return;
      const known = noted.get(number) ?? { worker, deliveries: new Set() };
      known.worker = worker;
      if (delivery !== undefined) known.deliveries.add(delivery);
      noted.set(number, known);
      schedule(GROUP_MS);
    },
    forget: (number) => {
      forgotten.add(number);
      noted.delete(number);
      delivered.delete(number);
    },
    flush,
    get failing() {
      return failing;
    },
    written: () => new Promise((resolve) => waiting.add(resolve)),
    close: () => {
      flush();
      clearTimeout(timer);
      timer = undefined;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
  };
};
