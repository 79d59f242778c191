import type { Position } from '@rapport/event-log';
import type { WaitingDelivery } from './waiting-delivery';

interface Lane {
  /** In order of cursor. The first one is the next, or the one under way. */
  readonly deliveries: WaitingDelivery[];
  underWay: boolean;
}

/**
 * Order per customer: each customer has a lane, of which only the first delivery is ever handed out; lanes do not wait
 * for one another.
 */
export interface Lanes {
  readonly size: number;
  find(cursor: Position): WaitingDelivery | undefined;
  /** The lane of a customer; empty when nothing waits. */
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
  rouse(now: number): number | undefined;
}

export const createLanes = (): Lanes => {
  const lanes = new Map<string, Lane>();
  const held = new Map<Position, WaitingDelivery>();
  const ready = new Set<string>();
  const sleeping = new Map<string, number>();

  const schedule = (customer: string, { deliveries, underWay }: Lane): void => {
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
    of: (customer) => lanes.get(customer)?.deliveries ?? [],
    add: (delivery) => {
      const { customer, cursor } = delivery;
      let lane = lanes.get(customer);
      if (lane === undefined) {
        lane = { deliveries: [], underWay: false };
        lanes.set(customer, lane);
      }
      const { deliveries } = lane;
      let at = deliveries.length;
      while (at > (lane.underWay ? 1 : 0) && deliveries[at - 1].cursor > cursor) at--;
      deliveries.splice(at, 0, delivery);
      held.set(cursor, delivery);
      if (at === 0) schedule(customer, lane);
    },
    next: () => {
      for (const customer of ready) {
        const lane = lanes.get(customer)!;
        lane.underWay = true;
        ready.delete(customer);
        return lane.deliveries[0];
      }
      return undefined;
    },
    settle: ({ customer, cursor }) => {
      const lane = lanes.get(customer)!;
      lane.deliveries.shift();
      held.delete(cursor);
      lane.underWay = false;
      if (lane.deliveries.length === 0) lanes.delete(customer);
      else schedule(customer, lane);
    },
    putBack: ({ customer }) => {
      const lane = lanes.get(customer)!;
      lane.underWay = false;
      schedule(customer, lane);
    },
    reschedule: (delivery) => {
      const lane = lanes.get(delivery.customer);
      if (lane?.deliveries[0] === delivery) schedule(delivery.customer, lane);
    },
    rouse: (now) => {
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
