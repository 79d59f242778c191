import type { Announcement } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { Notifier } from '@rapport/runtime';
import type { DeliveryWriteBuffer, ProgressSource } from '../store/delivery-write-buffer';
import type { StoredSubscription } from '../store/subscription-store';
import type { WebhookContext } from '../webhook-context';
import type { CustomerQueues } from './customer-queues';
import { SafeCursor } from './safe-cursor';
import type { WaitingDelivery } from './waiting-delivery';

export interface DeliveryFeederOptions {
  readonly subscription: Pick<StoredSubscription, 'number' | 'id' | 'filter' | 'progress'>;
  readonly queues: CustomerQueues;
  /** Says how far the subscription is, when something about it is written. */
  readonly source: ProgressSource;
  /** The queues have new deliveries. */
  onFed(): void;
}

/** Rows read from the store at once. */
const PAGE = 500;
/** Between two attempts, when the log or the store cannot be read. */
const RETRY_MS = 5_000;

/**
 * Fills the queues of a subscription: first with the deliveries that have a row in the store, then with changes from
 * the feed. It reads no more of either than the queues may hold.
 */
export class DeliveryFeeder {
  private readonly cursor: SafeCursor;
  private readonly buffer: DeliveryWriteBuffer;
  private readonly room = new Notifier();
  /** Changes after the cursor that have rows: they are not taken from the feed again. */
  private known: Set<Position> | undefined;
  /** Aborted when the rows are to be read again. */
  private rereading = new AbortController();

  constructor(
    private readonly context: WebhookContext,
    private readonly options: DeliveryFeederOptions,
  ) {
    this.cursor = new SafeCursor(options.subscription.progress.cursor);
    this.buffer = context.buffer;
  }

  /** Where a worker after this one has to begin. */
  get position(): Position | undefined {
    return this.cursor.position;
  }

  /** Changes in the queues that have no row in the store. */
  get unstored(): number {
    return this.cursor.openChanges;
  }

  /** Gives a delivery, as it now is, a row of its own, so that the cursor may pass it. */
  store(delivery: WaitingDelivery): void {
    delivery.stored = true;
    delivery.event = undefined;
    this.cursor.close(delivery.cursor);
    this.note(delivery);
  }

  /** A delivery has left the queues. */
  left(): void {
    if (!this.isFull()) this.room.notify();
  }

  /** Reads the rows again: some of them were made to wait again. */
  lookAgain(): void {
    this.rereading.abort();
  }

  /** Feeds until the signal aborts or the feed of changes is closed. Never rejects. */
  async run(halting: AbortSignal): Promise<void> {
    const { clock, logger } = this.context;
    while (!halting.aborted) {
      this.rereading = new AbortController();
      const signal = AbortSignal.any([halting, this.rereading.signal]);
      try {
        this.known ??= await this.begin();
        await this.feedRows(signal);
        if (!signal.aborted) await this.feedChanges(this.known, signal);
        // The feed of changes was closed: the engine is stopping.
        if (!signal.aborted) return;
      } catch (error) {
        const subscription = this.options.subscription.id;
        logger?.error({ err: error, subscription }, 'changes for a webhook subscription cannot be read; trying again');
        await clock.until(clock.now() + RETRY_MS, signal);
      }
    }
  }

  /**
   * A log that was restored from a backup may end before the cursor. Then the subscription goes on at its end, so that
   * it receives what is recorded from now on.
   *
   * @returns the changes after the cursor that have rows
   */
  private async begin(): Promise<Set<Position>> {
    const { feed, deliveries, logger } = this.context;
    const { number, id } = this.options.subscription;
    const end = await feed.end();
    const cursor = this.cursor.read;
    if (feed.isAfter(cursor, end)) {
      logger?.warn({ subscription: id, cursor, end }, 'the log ends before the cursor of a webhook subscription');
      this.cursor.advance(end);
      deliveries.cutOff(number, end);
    }
    return new Set(deliveries.known(number, this.cursor.read));
  }

  private async feedRows(signal: AbortSignal): Promise<void> {
    const { number } = this.options.subscription;
    for (let last: Position | undefined; ; ) {
      // A delivery that has ended since its row was written must not be read again from that row.
      this.buffer.flush();
      if (this.buffer.failing) await this.waitForRoom(signal);
      if (signal.aborted) return;
      const rows = this.context.deliveries.waiting(number, last, PAGE);
      const fresh = rows.filter((row) => !this.isHeld(row));
      if (fresh.length > 0) await this.waitForRoom(signal);
      if (signal.aborted) return;
      for (const row of fresh) this.options.queues.add(row);
      this.options.onFed();
      if (rows.length < PAGE) return;
      last = rows.at(-1)?.cursor;
    }
  }

  /** Whether the queues hold a delivery already. If its row says that it may go at once, it does. */
  private isHeld(row: WaitingDelivery): boolean {
    const held = this.options.queues.find(row.cursor);
    if (held === undefined) return false;
    if (row.nextAttemptAt === undefined && held.nextAttemptAt !== undefined) {
      Object.assign(held, { nextAttemptAt: undefined, failingSince: undefined, tries: 0 });
      this.options.queues.reschedule(held);
    }
    return true;
  }

  private async feedChanges(known: Set<Position>, signal: AbortSignal): Promise<void> {
    const looked = (cursor: Position): void => {
      this.cursor.advance(cursor);
      this.note();
    };
    const { filter } = this.options.subscription;
    await this.waitForRoom(signal);
    for await (const page of this.context.feed.follow({ after: this.cursor.read, filter, signal, looked })) {
      if (signal.aborted) return;
      for (const change of page.changes) this.feedChange(change, known);
      this.cursor.advance(page.cursor);
      this.note();
      this.options.onFed();
      await this.waitForRoom(signal);
    }
  }

  private feedChange({ cursor, event }: Announcement, known: Set<Position>): void {
    if (known.delete(cursor)) {
      this.cursor.advance(cursor);
      return;
    }
    const { queues } = this.options;
    const { id, subject: customer, type } = event;
    const first = queues.of(customer)[0];
    const base = { id, customer, type, cursor, event };
    const delivery: WaitingDelivery = { ...base, status: 'waiting', stored: false, tries: 0, attempts: [] };
    queues.add(delivery);
    this.cursor.begin(cursor);
    // A first delivery with a row may wait long, and so may what comes behind it.
    if (first?.stored === true) this.store(delivery);
  }

  /** Until the queues may hold more, and the store takes what changes. */
  private async waitForRoom(signal: AbortSignal): Promise<void> {
    while (!signal.aborted)
      if (this.buffer.failing) await this.buffer.written(signal);
      else if (this.isFull()) await this.room.next(signal);
      else return;
  }

  private isFull(): boolean {
    return this.options.queues.size >= this.context.options.heldDeliveries;
  }

  /** What changed is to be written: how far the subscription is, and a delivery. */
  private note(delivery?: WaitingDelivery): void {
    this.buffer.note(this.options.source, delivery);
  }
}
