import { type Announcement, type ChangeFeed, type ChangeFilter, type Clock, waitOrAbort } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { OpenWebhooksOptions } from '../options';
import type { DeliveryStore } from '../store/delivery-store';
import type { DeliveryWriteBuffer } from '../store/delivery-write-buffer';
import type { CustomerQueues } from './customer-queues';
import type { WaitingDelivery } from './waiting-delivery';

export interface DeliveryFeederOptions extends Pick<OpenWebhooksOptions, 'logger'> {
  readonly number: number;
  readonly subscription: string;
  readonly filter: ChangeFilter;
  readonly cursor: Position | undefined;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly deliveries: DeliveryStore;
  readonly buffer: DeliveryWriteBuffer;
  readonly queues: CustomerQueues;
  /** Deliveries in the queues, beyond which nothing more is taken up. */
  readonly held: number;
  /** Something about the subscription, or about one of its deliveries, is to be written. */
  note(delivery?: WaitingDelivery): void;
  /** The queues have something new. */
  taken(): void;
}

/**
 * Takes up what is to be delivered: first the deliveries that have a row in the store, then changes from the feed, and
 * no more of either than may be held.
 *
 * The cursor of a subscription stands before the oldest change that neither ended nor has a row: an endless stream of
 * good deliveries needs no row to be safe, only a cursor now and then.
 */
export interface DeliveryFeeder {
  /** Where a worker after this one has to begin. */
  cursor(): Position | undefined;
  /** Changes taken up that have no row. */
  unstored(): number;
  /** Gives a delivery, as it now is, a row of its own, so that the cursor may pass it. */
  store(delivery: WaitingDelivery): void;
  /** A delivery has left the queues. */
  left(): void;
  /** Rows were made to wait again: takes them up. */
  lookAgain(): void;
  /** Until the signal aborts or the feed is closed. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

/** Rows are taken up in pages of so many. */
const PAGE = 500;
/** When the log or the store cannot be read. */
const TROUBLE_MS = 5_000;

export const createDeliveryFeeder = (setup: DeliveryFeederOptions): DeliveryFeeder => {
  const { number, subscription, feed, clock, deliveries, buffer, queues, logger } = setup;
  /** Changes without a row, in order, each with the cursor of the change before. */
  const unstored = new Map<Position, Position | undefined>();
  let readTo = setup.cursor;
  /** Changes after the cursor that were read before, and have rows. */
  let known = new Set<Position>();
  let rereading = new AbortController();
  let madeRoom: (() => void) | undefined;

  const store = (delivery: WaitingDelivery): void => {
    delivery.stored = true;
    delivery.event = undefined;
    unstored.delete(delivery.cursor);
    setup.note(delivery);
  };

  /** Until less is held than may be, and the store takes what changes. */
  const room = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && (queues.size >= setup.held || buffer.failing))
      await waitOrAbort(signal, (done) => {
        madeRoom = done;
        if (buffer.failing) void buffer.written().then(done);
        return () => {
          madeRoom = undefined;
        };
      });
  };

  const hurry = (delivery: WaitingDelivery): void => {
    if (delivery.nextAttemptAt === undefined) return;
    Object.assign(delivery, { nextAttemptAt: undefined, failingSince: undefined, tries: 0 });
    queues.reschedule(delivery);
  };

  const takeUpRows = async (signal: AbortSignal): Promise<void> => {
    for (let last: Position | undefined; ; ) {
      // What is held may have ended since it was written; then its row must not be taken up again.
      buffer.flush();
      if (buffer.failing) await room(signal);
      if (signal.aborted) return;
      const rows = deliveries.waiting(number, last, PAGE);
      const fresh = rows.filter((row) => {
        const held = queues.find(row.cursor);
        if (held !== undefined && row.nextAttemptAt === undefined) hurry(held);
        return held === undefined;
      });
      if (fresh.length > 0) await room(signal);
      if (signal.aborted) return;
      fresh.forEach(queues.add);
      setup.taken();
      if (rows.length < PAGE) return;
      last = rows[rows.length - 1].cursor;
    }
  };

  const takeUp = ({ cursor, event }: Announcement): void => {
    const before = readTo;
    readTo = cursor;
    if (known.delete(cursor)) return;
    const { id, subject: customer, type } = event;
    const first: WaitingDelivery | undefined = queues.of(customer)[0];
    const base = { id, customer, type, cursor, event };
    const delivery: WaitingDelivery = { ...base, status: 'waiting', stored: false, tries: 0, attempts: [] };
    queues.add(delivery);
    unstored.set(cursor, before);
    // A delivery with a row may wait long: so does what comes behind it.
    if (first?.stored === true) store(delivery);
  };

  const takeUpChanges = async (signal: AbortSignal): Promise<void> => {
    const looked = (cursor: Position): void => {
      readTo = cursor;
      setup.note();
    };
    await room(signal);
    for await (const page of feed.follow({ after: readTo, filter: setup.filter, signal, looked })) {
      if (signal.aborted) return;
      page.changes.forEach(takeUp);
      readTo = page.cursor;
      setup.note();
      setup.taken();
      await room(signal);
    }
  };

  /** A log that was put back from a backup ends before the cursor; what it records from now on must be seen. */
  const begin = async (): Promise<void> => {
    const end = await feed.end();
    if (readTo !== undefined && (end === undefined || end < readTo)) {
      logger?.warn({ subscription, cursor: readTo, end }, 'the log ends before the cursor of a webhook subscription');
      readTo = end;
      deliveries.cutOff(number, end);
    }
    known = new Set(deliveries.known(number, readTo));
  };

  const run = async (halting: AbortSignal): Promise<void> => {
    let begun = false;
    while (!halting.aborted) {
      rereading = new AbortController();
      const signal = AbortSignal.any([halting, rereading.signal]);
      try {
        if (!begun) await begin();
        begun = true;
        await takeUpRows(signal);
        if (!signal.aborted) await takeUpChanges(signal);
        // The feed was closed: the engine is stopping.
        if (!signal.aborted) return;
      } catch (error) {
        logger?.error({ err: error, subscription }, 'changes for a webhook subscription cannot be read; trying again');
        await clock.until(clock.now() + TROUBLE_MS, signal);
      }
    }
  };

  return {
    cursor: () => {
      const oldest = unstored.values().next();
      return oldest.done === true ? readTo : oldest.value;
    },
    unstored: () => unstored.size,
    store,
    left: () => {
      if (queues.size < setup.held) madeRoom?.();
    },
    lookAgain: () => rereading.abort(),
    run,
  };
};
