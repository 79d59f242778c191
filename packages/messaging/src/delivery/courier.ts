import type { Announcement, ChangeEvent, ChangeFeed, ChangeFilter, Clock } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { OpenWebhooksOptions, WebhookOptions } from '../options';
import type { DeliveryStore } from '../store/delivery-store';
import type { Journal, Journalled } from '../store/journal';
import type { Progress } from '../store/subscription-store';
import type { DeliveryAttempt } from '../webhooks';
import { type Attempting, attemptAt } from './attempt-at';
import { disablingReason, GONE } from './disabling';
import { createLanes } from './lanes';
import { retryAfter, retryDelay } from './retry';
import { type WaitingDelivery, withAttempt } from './waiting-delivery';
import { createWake } from './wake';

export interface CourierOptions extends Attempting, Pick<OpenWebhooksOptions, 'metrics' | 'logger'> {
  readonly number: number;
  readonly filter: ChangeFilter;
  readonly progress: Progress;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly random: () => number;
  readonly options: WebhookOptions;
  readonly deliveries: DeliveryStore;
  readonly journal: Journal;
  /** The courier stopped by itself. */
  disabled(reason: string): void;
}

/**
 * Delivers the changes of one subscription. Each has its own courier, connections and lanes, so that nothing that
 * happens at one endpoint reaches another.
 */
export interface Courier extends Journalled {
  /** Changes read that have no row in the store. */
  unstored(): number;
  /** Rows were made to wait again: takes them up. */
  lookAgain(): void;
  /** Sends nothing new, and resolves when what was under way has ended. May be called twice. */
  halt(): Promise<void>;
}

/** Rows and changes are taken up in pages of so many. */
const PAGE = 500;
/** When the log or the store cannot be read. */
const TROUBLE_MS = 5_000;
/** Deliveries that wait are looked through at most once in so long. */
const ROUSE_MS = 50;

/** @example const courier = startCourier({ ...options, send: (event) => sender.send(messageOf(event)) }); */
export const startCourier = (setup: CourierOptions): Courier => {
  const { number, subscription, feed, clock, options, deliveries, journal, metrics, logger } = setup;
  const { retries } = options;
  const halting = new AbortController();
  const lanes = createLanes();
  /** Changes read that neither ended nor have a row, in order, each with the cursor of the change before. */
  const unstored = new Map<Position, Position | undefined>();
  let { cursor: readTo, lastSuccessAt, lastFailureAt, failingSince } = setup.progress;
  /** Read once already, before this courier: they have rows. */
  let known = new Set<Position>();
  let underWay = 0;
  /** Until then the endpoint asked to be left alone. */
  let quietUntil = 0;
  /** No delivery that waits for an instant may go before. */
  let rouseAt = 0;
  let rousedAt = 0;
  let rereading = new AbortController();
  let madeRoom: (() => void) | undefined;
  let ended: (() => void) | undefined;

  const wake = createWake(clock, () => pump());

  /** Looking through what waits costs more the more waits: not more often than is useful. */
  const rouseBy = (instant: number): void => {
    rouseAt = Math.min(rouseAt, Math.max(instant, rousedAt + ROUSE_MS));
    wake.at(rouseAt);
  };

  const progress = (): Progress => {
    const oldest = unstored.values().next();
    return { cursor: oldest.done === true ? readTo : oldest.value, lastSuccessAt, lastFailureAt, failingSince };
  };
  const courier: Journalled = { number, progress };

  /** Gives a delivery a row of its own, so that the cursor may pass it. */
  const store = (delivery: WaitingDelivery): void => {
    delivery.stored = true;
    delivery.event = undefined;
    unstored.delete(delivery.cursor);
    journal.note(courier, delivery);
  };

  const ends = (delivery: WaitingDelivery): void => {
    lanes.settle(delivery);
    store(delivery);
    if (madeRoom !== undefined && lanes.size < options.heldDeliveries) madeRoom();
  };

  const dies = (delivery: WaitingDelivery): void => {
    delivery.status = 'dead';
    delivery.nextAttemptAt = undefined;
    ends(delivery);
  };

  const disable = (delivery: WaitingDelivery, reason: string): void => {
    delivery.nextAttemptAt = undefined;
    store(delivery);
    lanes.putBack(delivery);
    void halt();
    setup.disabled(reason);
  };

  const succeeded = (delivery: WaitingDelivery, event: ChangeEvent): void => {
    delivery.status = 'delivered';
    delivery.nextAttemptAt = undefined;
    lastSuccessAt = clock.now();
    failingSince = undefined;
    metrics?.announced(event.type, 'webhook', 1);
    ends(delivery);
  };

  const failed = (delivery: WaitingDelivery, attempt: DeliveryAttempt, wait: string | undefined): void => {
    const now = clock.now();
    lastFailureAt = now;
    failingSince ??= now;
    delivery.failingSince ??= now;
    delivery.tries++;
    const lastAttemptAt = delivery.failingSince + retries.spanMilliseconds;
    if (attempt.status === GONE || now - failingSince >= options.disableAfterMilliseconds) {
      disable(delivery, disablingReason(attempt, failingSince));
      return;
    }
    if (now >= lastAttemptAt) {
      dies(delivery);
      return;
    }
    const asked = retryAfter(wait, now, retries.capMilliseconds);
    if (asked !== undefined) quietUntil = Math.max(quietUntil, now + asked);
    const delay = Math.max(retryDelay(delivery.tries, retries, setup.random()), asked ?? 0);
    delivery.nextAttemptAt = Math.min(now + delay, lastAttemptAt);
    // Whatever waits behind it waits long.
    for (const one of lanes.of(delivery.customer)) if (one === delivery || !one.stored) store(one);
    lanes.putBack(delivery);
    rouseBy(delivery.nextAttemptAt);
  };

  const attempt = async (delivery: WaitingDelivery): Promise<void> => {
    const event = delivery.event ?? (await feed.find(delivery.customer, delivery.cursor))?.event;
    if (event === undefined) {
      const error = 'the change stands in the log no more';
      delivery.attempts = withAttempt(delivery.attempts, { at: clock.now(), milliseconds: 0, error });
      dies(delivery);
      return;
    }
    const at = clock.now();
    const { retryAfter: wait, ...answer } = await attemptAt(setup, delivery, event);
    const made = { at, ...answer };
    delivery.attempts = withAttempt(delivery.attempts, made);
    if (made.error === undefined) succeeded(delivery, event);
    else failed(delivery, made, wait);
    const outcome = delivery.status === 'waiting' ? 'failed' : delivery.status;
    metrics?.delivery(outcome, (clock.now() - Date.parse(event.recordedtime)) / 1_000);
  };

  const deliver = async (delivery: WaitingDelivery): Promise<void> => {
    underWay++;
    try {
      await attempt(delivery);
    } catch (error) {
      logger?.error({ err: error, subscription, delivery: delivery.id }, 'a webhook delivery could not be attempted');
      delivery.nextAttemptAt = clock.now() + TROUBLE_MS;
      lanes.putBack(delivery);
      rouseBy(delivery.nextAttemptAt);
    }
    underWay--;
    pump();
  };

  const pump = (): void => {
    if (halting.signal.aborted) {
      if (underWay === 0) ended?.();
      return;
    }
    const now = clock.now();
    if (now >= rouseAt) {
      rousedAt = now;
      rouseAt = Number.POSITIVE_INFINITY;
      const earliest = lanes.rouse(now);
      if (earliest !== undefined) rouseBy(earliest);
    }
    if (now < quietUntil) wake.at(quietUntil);
    else sendReady();
  };

  const sendReady = (): void => {
    while (underWay < options.concurrency) {
      const delivery = lanes.next();
      if (delivery === undefined) return;
      void deliver(delivery);
    }
  };

  /** Until less is held than may be, and the store takes what changes. */
  const room = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted && (lanes.size >= options.heldDeliveries || journal.failing))
      await new Promise<void>((resolve) => {
        const go = (): void => {
          madeRoom = undefined;
          signal.removeEventListener('abort', go);
          resolve();
        };
        signal.addEventListener('abort', go);
        madeRoom = go;
        if (journal.failing) void journal.written().then(go);
      });
  };

  const hurry = (delivery: WaitingDelivery): void => {
    if (delivery.nextAttemptAt === undefined) return;
    Object.assign(delivery, { nextAttemptAt: undefined, failingSince: undefined, tries: 0 });
    lanes.reschedule(delivery);
  };

  const takeUpRows = async (signal: AbortSignal): Promise<void> => {
    for (let last: Position | undefined; ; ) {
      // What is held may have ended since it was written; then its row must not be taken up again.
      journal.flush();
      const rows = journal.failing ? [] : deliveries.waiting(number, last, PAGE);
      const fresh = rows.filter((row) => {
        const held = lanes.find(row.cursor);
        if (held !== undefined && row.nextAttemptAt === undefined) hurry(held);
        return held === undefined;
      });
      if (fresh.length > 0 || journal.failing) await room(signal);
      if (signal.aborted) return;
      fresh.forEach(lanes.add);
      rouseAt = 0;
      pump();
      if (rows.length > 0) last = rows[rows.length - 1].cursor;
      if (rows.length < PAGE && !journal.failing) return;
    }
  };

  const takeUp = ({ cursor, event }: Announcement): void => {
    const before = readTo;
    readTo = cursor;
    if (known.delete(cursor)) return;
    const { id, subject: customer, type } = event;
    const first: WaitingDelivery | undefined = lanes.of(customer)[0];
    const delivery = { id, customer, type, cursor, status: 'waiting', stored: false, event, tries: 0, attempts: [] };
    const taken = delivery as WaitingDelivery;
    lanes.add(taken);
    unstored.set(cursor, before);
    // A delivery with a row may wait long: so does what comes behind it.
    if (first?.stored === true) store(taken);
  };

  const takeUpChanges = async (signal: AbortSignal): Promise<void> => {
    const looked = (cursor: Position): void => {
      readTo = cursor;
      journal.note(courier);
    };
    await room(signal);
    for await (const page of feed.follow({ after: readTo, filter: setup.filter, signal, looked })) {
      if (signal.aborted) return;
      page.changes.forEach(takeUp);
      readTo = page.cursor;
      journal.note(courier);
      pump();
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

  const read = async (): Promise<void> => {
    let begun = false;
    while (!halting.signal.aborted) {
      rereading = new AbortController();
      const signal = AbortSignal.any([halting.signal, rereading.signal]);
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

  const reading = read().catch((error: unknown) => {
    logger?.error({ err: error, subscription }, 'a webhook subscription stopped');
  });

  let halted: Promise<void> | undefined;
  const halt = (): Promise<void> => {
    halted ??= (async () => {
      halting.abort();
      wake.cancel();
      if (underWay > 0)
        await new Promise<void>((resolve) => {
          ended = resolve;
        });
      await reading;
    })();
    return halted;
  };

  return { ...courier, unstored: () => unstored.size, lookAgain: () => rereading.abort(), halt };
};
