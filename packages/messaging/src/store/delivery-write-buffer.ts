import { Notifier } from '@rapport/runtime';
import { asStoreError, type Store } from '@rapport/sqlite';
import type { WaitingDelivery } from '../delivery/waiting-delivery';
import type { OpenWebhooksOptions } from '../options';
import type { DeliveryStore } from './delivery-store';
import type { Progress, SubscriptionStore } from './subscription-store';

/** How far a subscription is; asked when it is written. */
export interface ProgressSource {
  /** Of the subscription. */
  readonly number: number;
  progress(): Progress;
}

/** What is to be written about one subscription. */
interface Pending {
  source: ProgressSource;
  readonly deliveries: Set<WaitingDelivery>;
}

export interface DeliveryWriteBufferOptions {
  readonly store: Store;
  readonly subscriptions: SubscriptionStore;
  readonly deliveries: DeliveryStore;
  readonly keptDeliveries: number;
  readonly logger?: OpenWebhooksOptions['logger'];
}

const GROUP_MS = 50;
const RETRY_MS = 1_000;
/** Share of the kept delivered ones by which they may grow before they are trimmed. */
const SLACK = 0.1;

/**
 * Writes the state of deliveries in groups: a delivery that succeeds costs no commit of its own. The last group is lost
 * when the process dies; its deliveries are delivered again, with the same id.
 */
export class DeliveryWriteBuffer {
  private readonly pending = new Map<number, Pending>();
  /** Removed subscriptions, by number. */
  private readonly forgotten = new Set<number>();
  /** An upper bound of the delivered ones in the store, by subscription. */
  private readonly delivered = new Map<number, number>();
  private readonly success = new Notifier();
  private readonly write: { immediate(): void };
  private timer: NodeJS.Timeout | undefined;
  private lastFailed = false;

  constructor(private readonly options: DeliveryWriteBufferOptions) {
    this.write = options.store.db.transaction(() => this.writeAll());
  }

  /** The last write failed, and what it should have written still waits: more would only pile up. */
  get failing(): boolean {
    return this.lastFailed;
  }

  /** Something about a subscription changed, and about this delivery: both are written a little later. */
  note(source: ProgressSource, delivery?: WaitingDelivery): void {
    const { number } = source;
    if (this.forgotten.has(number)) return;
    const pending = this.pending.get(number) ?? { source, deliveries: new Set() };
    pending.source = source;
    if (delivery !== undefined) pending.deliveries.add(delivery);
    this.pending.set(number, pending);
    this.schedule(GROUP_MS);
  }

  /** The subscription was removed: nothing about it is written any more. */
  forget(number: number): void {
    this.forgotten.add(number);
    this.pending.delete(number);
    this.delivered.delete(number);
  }

  /** Writes now. Does not throw: what could not be written is kept and tried again. */
  flush(): void {
    this.stopTimer();
    if (this.pending.size === 0) {
      this.succeeded();
      return;
    }
    const { store, logger } = this.options;
    try {
      this.write.immediate();
      this.pending.clear();
      this.succeeded();
    } catch (error) {
      const known = asStoreError(error, store.path);
      this.delivered.clear();
      if (!this.lastFailed)
        logger?.error({ err: known }, 'the state of webhook deliveries cannot be written; trying again');
      this.lastFailed = true;
      this.schedule(RETRY_MS);
    }
  }

  /** Resolves when nothing is left to write, when the buffer is closed, or when the signal aborts. */
  written(signal: AbortSignal): Promise<void> {
    return this.success.next(signal);
  }

  /** Writes what it can, and stops. */
  close(): void {
    this.flush();
    this.stopTimer();
    this.success.notify();
  }

  /** Nothing is left to write; after a failure also because the subscription was removed. */
  private succeeded(): void {
    this.lastFailed = false;
    this.success.notify();
  }

  /** Runs in a transaction. */
  private writeAll(): void {
    const { subscriptions, deliveries, keptDeliveries } = this.options;
    for (const [number, { source, deliveries: changed }] of this.pending) {
      let count = this.delivered.get(number) ?? deliveries.count(number, 'delivered');
      for (const delivery of changed) {
        deliveries.put(number, delivery);
        if (delivery.status === 'delivered') count++;
      }
      subscriptions.saveProgress(number, source.progress());
      if (count > keptDeliveries * (1 + SLACK)) {
        deliveries.trim(number, keptDeliveries);
        count = deliveries.count(number, 'delivered');
      }
      this.delivered.set(number, count);
    }
  }

  private schedule(milliseconds: number): void {
    this.timer ??= setTimeout(() => this.flush(), milliseconds);
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
