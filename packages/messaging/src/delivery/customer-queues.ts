import type { ChangeFeed } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { WaitingDelivery } from './waiting-delivery';

interface CustomerQueue {
  /** In the order of their cursors, never empty. The first one is the next, or the one under way. */
  readonly deliveries: [WaitingDelivery, ...WaitingDelivery[]];
  underWay: boolean;
}

/**
 * Order per customer: each customer has a queue, and only the first delivery of a queue is handed out. Queues do not
 * wait for one another.
 */
export class CustomerQueues {
  private readonly queues = new Map<string, CustomerQueue>();
  private readonly held = new Map<Position, WaitingDelivery>();
  /** Customers whose first delivery may go now. */
  private readonly ready = new Set<string>();
  /** Customers whose first delivery waits, and until when. */
  private readonly sleeping = new Map<string, number>();

  /** @param isAfter compares cursors */
  constructor(private readonly isAfter: ChangeFeed['isAfter']) {}

  /** Deliveries in all queues. */
  get size(): number {
    return this.held.size;
  }

  find(cursor: Position): WaitingDelivery | undefined {
    return this.held.get(cursor);
  }

  /** The queue of a customer; empty when nothing waits. */
  of(customer: string): readonly WaitingDelivery[] {
    return this.queues.get(customer)?.deliveries ?? [];
  }

  /** Puts a delivery in its place by cursor, but never before the one under way. */
  add(delivery: WaitingDelivery): void {
    const { customer, cursor } = delivery;
    this.held.set(cursor, delivery);
    const queue = this.queues.get(customer);
    if (queue === undefined) {
      const started: CustomerQueue = { deliveries: [delivery], underWay: false };
      this.queues.set(customer, started);
      this.schedule(customer, started);
      return;
    }
    const { deliveries, underWay } = queue;
    let at = deliveries.length;
    while (at > (underWay ? 1 : 0) && this.isAfter(deliveries[at - 1]?.cursor, cursor)) at--;
    deliveries.splice(at, 0, delivery);
    if (at === 0) this.schedule(customer, queue);
  }

  /** Takes a delivery that may go now, and marks it as under way. */
  next(): WaitingDelivery | undefined {
    for (const customer of this.ready) {
      this.ready.delete(customer);
      const queue = this.queues.get(customer);
      if (queue === undefined) continue;
      queue.underWay = true;
      return queue.deliveries[0];
    }
    return undefined;
  }

  /** The delivery under way will not be tried again: the customer's next one may go. */
  settle({ customer, cursor }: WaitingDelivery): void {
    this.held.delete(cursor);
    const queue = this.queues.get(customer);
    if (queue === undefined) return;
    queue.underWay = false;
    if (queue.deliveries.length === 1) this.queues.delete(customer);
    else {
      queue.deliveries.shift();
      this.schedule(customer, queue);
    }
  }

  /** The delivery under way waits for its next attempt. */
  putBack({ customer }: WaitingDelivery): void {
    const queue = this.queues.get(customer);
    if (queue === undefined) return;
    queue.underWay = false;
    this.schedule(customer, queue);
  }

  /** Takes notice of a delivery's `nextAttemptAt` after that was changed. */
  reschedule(delivery: WaitingDelivery): void {
    const queue = this.queues.get(delivery.customer);
    if (queue?.deliveries[0] === delivery) this.schedule(delivery.customer, queue);
  }

  /** Lets deliveries go whose time has come. @returns when the next of the others may go */
  releaseDue(now: number): number | undefined {
    let earliest: number | undefined;
    for (const [customer, at] of this.sleeping) {
      if (at <= now) {
        this.sleeping.delete(customer);
        this.ready.add(customer);
      } else if (earliest === undefined || at < earliest) earliest = at;
    }
    return earliest;
  }

  private schedule(customer: string, { deliveries, underWay }: CustomerQueue): void {
    this.ready.delete(customer);
    this.sleeping.delete(customer);
    if (underWay) return;
    const { nextAttemptAt } = deliveries[0];
    if (nextAttemptAt === undefined) this.ready.add(customer);
    else this.sleeping.set(customer, nextAttemptAt);
  }
}
