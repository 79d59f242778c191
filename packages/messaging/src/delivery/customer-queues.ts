import type { Position } from '@rapport/event-log';
import type { WaitingDelivery } from './waiting-delivery';

interface CustomerQueue {
  /** In order of cursor. The first one is the next, or the one under way. */
  readonly deliveries: WaitingDelivery[];
  underWay: boolean;
}

/**
 * Order per customer: each customer has a queue, of which only the first delivery is ever handed out; queues do not wait
 * for one another.
 */
export interface CustomerQueues {
  readonly size: number;
  find(cursor: Position): WaitingDelivery | undefined;
  /** The queue of a customer; empty when nothing waits. */
  of(customer: string): readonly WaitingDelivery[];
  /** In its place by cursor, but never before the one under way. */
  add(delivery: WaitingDelivery): void;
  /** Takes a delivery that may go now, and marks it as under way. */
  next(): WaitingDelivery | undefined;
  /** It is under way no more and will not be tried again: the customer's next may go. */
  settle(delivery: WaitingDelivery): void;
  /** It is under way no more and waits for its next attempt. */
  putBack(delivery: WaitingDelivery): void;
  /** Looks again at when a delivery may go, after that was changed. */
  reschedule(delivery: WaitingDelivery): void;
  /** Lets those go whose time has come. @returns when the next of the others may go */
  releaseDue(now: number): number | undefined;
}

export const createCustomerQueues = (): CustomerQueues => {
  const queues = new Map<string, CustomerQueue>();
  const held = new Map<Position, WaitingDelivery>();
  const ready = new Set<string>();
  const sleeping = new Map<string, number>();

  const schedule = (customer: string, { deliveries, underWay }: CustomerQueue): void => {
    ready.delete(customer);
    sleeping.delete(customer);
    if (underWay) return;
    const { nextAttemptAt } = deliveries[0];
    if (nextAttemptAt === undefined) ready.add(customer);
    else sleeping.set(customer, nextAttemptAt);
  };

  return {
    get size() {
      return held.size;
    },
    find: (cursor) => held.get(cursor),
    of: (customer) => queues.get(customer)?.deliveries ?? [],
    add: (delivery) => {
      const { customer, cursor } = delivery;
      let queue = queues.get(customer);
      if (queue === undefined) {
        queue = { deliveries: [], underWay: false };
        queues.set(customer, queue);
      }
      const { deliveries } = queue;
      let at = deliveries.length;
      while (at > (queue.underWay ? 1 : 0) && deliveries[at - 1].cursor > cursor) at--;
      deliveries.splice(at, 0, delivery);
      held.set(cursor, delivery);
      if (at === 0) schedule(customer, queue);
    },
    next: () => {
      for (const customer of ready) {
        const queue = queues.get(customer)!;
        queue.underWay = true;
        ready.delete(customer);
        return queue.deliveries[0];
      }
      return undefined;
    },
    settle: ({ customer, cursor }) => {
      const queue = queues.get(customer)!;
      queue.deliveries.shift();
      held.delete(cursor);
      queue.underWay = false;
      if (queue.deliveries.length === 0) queues.delete(customer);
      else schedule(customer, queue);
    },
    putBack: ({ customer }) => {
      const queue = queues.get(customer)!;
      queue.underWay = false;
      schedule(customer, queue);
    },
    reschedule: (delivery) => {
      const queue = queues.get(delivery.customer);
      if (queue?.deliveries[0] === delivery) schedule(delivery.customer, queue);
    },
    releaseDue: (now) => {
      let earliest: number | undefined;
      for (const [customer, at] of sleeping) {
        if (at <= now) {
          sleeping.delete(customer);
          ready.add(customer);
        } else if (earliest === undefined || at < earliest) earliest = at;
      }
      return earliest;
    },
  };
};
