import type { ChangeEvent, ChangeFeed, ChangeFilter, Clock } from '@rapport/engine';
import type { OpenWebhooksOptions, WebhookOptions } from '../options';
import type { DeliveryStore } from '../store/delivery-store';
import type { DeliveryWriteBuffer, ProgressSource } from '../store/delivery-write-buffer';
import type { Progress } from '../store/subscription-store';
import type { DeliveryAttempt } from '../webhooks';
import { type Attempting, attemptAt } from './attempt-at';
import { createCustomerQueues } from './customer-queues';
import { createDeliveryFeeder } from './delivery-feeder';
import { disablingReason, GONE } from './disabling';
import { createEndpoint } from './endpoint';
import { retryAfter, retryDelay } from './retry';
import { type WaitingDelivery, withAttempt } from './waiting-delivery';
import { createWake } from './wake';

export interface DeliveryWorkerOptions extends Attempting, Pick<OpenWebhooksOptions, 'metrics' | 'logger'> {
  readonly number: number;
  readonly filter: ChangeFilter;
  readonly progress: Progress;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly random: () => number;
  readonly options: WebhookOptions;
  readonly deliveries: DeliveryStore;
  readonly buffer: DeliveryWriteBuffer;
  /** The worker stopped by itself. */
  disabled(reason: string): void;
}

/**
 * Delivers the changes of one subscription. Each has its own worker, connections and queues, so that nothing that
 * happens at one endpoint reaches another.
 */
export interface DeliveryWorker extends ProgressSource {
  /** Changes taken up that have no row in the store. */
  unstored(): number;
  /** Rows were made to wait again: takes them up. */
  lookAgain(): void;
  /** Sends nothing new, and resolves when what was under way has ended. May be called twice. */
  halt(): Promise<void>;
}

/** When the log cannot be read. */
const TROUBLE_MS = 5_000;
/** Deliveries that wait are looked through at most once in so long: the more wait, the more it costs. */
const RELEASE_MS = 50;

const kindOf = ({ type }: ChangeEvent): string => type.split('.')[1];

/** @example const worker = startDeliveryWorker({ ...options, send: (event) => sender.send(messageOf(event)) }); */
export const startDeliveryWorker = (setup: DeliveryWorkerOptions): DeliveryWorker => {
  const { number, subscription, feed, clock, options, buffer, metrics, logger } = setup;
  const { retries } = options;
  const halting = new AbortController();
  const queues = createCustomerQueues();
  const endpoint = createEndpoint({ concurrency: options.concurrency, retries, random: setup.random });
  let { lastSuccessAt, lastFailureAt, failingSince } = setup.progress;
  let underWay = 0;
  /** Nothing that waits for an instant may go before. */
  let releaseAt = 0;
  let releasedAt = 0;
  let ended: (() => void) | undefined;

  const source: ProgressSource = {
    number,
    progress: () => ({ cursor: feeder.cursor(), lastSuccessAt, lastFailureAt, failingSince }),
  };
  const wake = createWake(clock, () => pump());
  const feeder = createDeliveryFeeder({
    ...setup,
    cursor: setup.progress.cursor,
    queues,
    held: options.heldDeliveries,
    note: (delivery) => buffer.note(source, delivery),
    taken: () => {
      releaseAt = 0;
      pump();
    },
  });

  const releaseBy = (instant: number): void => {
    releaseAt = Math.min(releaseAt, Math.max(instant, releasedAt + RELEASE_MS));
    wake.at(releaseAt);
  };

  const putBack = (delivery: WaitingDelivery, nextAttemptAt: number): void => {
    delivery.nextAttemptAt = nextAttemptAt;
    queues.putBack(delivery);
    releaseBy(nextAttemptAt);
  };

  const ends = (delivery: WaitingDelivery, as: 'delivered' | 'dead'): void => {
    delivery.status = as;
    delivery.nextAttemptAt = undefined;
    queues.settle(delivery);
    feeder.store(delivery);
    feeder.left();
  };

  const disable = (delivery: WaitingDelivery, reason: string): void => {
    delivery.nextAttemptAt = undefined;
    feeder.store(delivery);
    queues.putBack(delivery);
    void halt();
    setup.disabled(reason);
  };

  const succeeded = (delivery: WaitingDelivery, event: ChangeEvent): void => {
    lastSuccessAt = clock.now();
    failingSince = undefined;
    ends(delivery, 'delivered');
    // It is back: what waits has waited long enough.
    if (endpoint.succeeded()) queues.releaseDue(Number.POSITIVE_INFINITY);
    metrics?.announced(kindOf(event), 'webhook', 1);
  };

  const tryLater = (delivery: WaitingDelivery, now: number, asked: number, last: number): void => {
    const delay = Math.max(retryDelay(delivery.tries, retries, setup.random()), asked);
    putBack(delivery, Math.min(now + delay, last));
    // Whatever waits behind it waits long.
    for (const one of queues.of(delivery.customer)) if (one === delivery || !one.stored) feeder.store(one);
  };

  const failed = (delivery: WaitingDelivery, attempt: DeliveryAttempt, wait: string | undefined): void => {
    const now = clock.now();
    lastFailureAt = now;
    failingSince ??= now;
    delivery.failingSince ??= now;
    delivery.tries++;
    const last = delivery.failingSince + retries.spanMilliseconds;
    const asked = retryAfter(wait, now, retries.capMilliseconds);
    endpoint.failed(delivery.customer, now, asked);
    if (attempt.status === GONE || now - failingSince >= options.disableAfterMilliseconds)
      disable(delivery, disablingReason(attempt, failingSince));
    else if (now >= last) ends(delivery, 'dead');
    else tryLater(delivery, now, asked ?? 0, last);
  };

  const attempt = async (delivery: WaitingDelivery): Promise<void> => {
    const event = delivery.event ?? (await feed.find(delivery.customer, delivery.cursor))?.event;
    const at = clock.now();
    if (event === undefined) {
      const error = 'the change stands in the log no more';
      delivery.attempts = withAttempt(delivery.attempts, { at, milliseconds: 0, error });
      ends(delivery, 'dead');
      return;
    }
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
      if (queues.find(delivery.cursor) === delivery) putBack(delivery, clock.now() + TROUBLE_MS);
    }
    underWay--;
    pump();
  };

  const sendReady = (): void => {
    while (underWay < endpoint.limit && clock.now() >= endpoint.quietUntil) {
      const delivery = queues.next();
      if (delivery === undefined) return;
      void deliver(delivery);
    }
  };

  const pump = (): void => {
    if (halting.signal.aborted) {
      if (underWay === 0) ended?.();
      return;
    }
    const now = clock.now();
    if (now >= releaseAt) {
      releasedAt = now;
      releaseAt = Number.POSITIVE_INFINITY;
      const earliest = queues.releaseDue(now);
      if (earliest !== undefined) releaseBy(earliest);
    }
    // There is one alarm: the one that has just rung may have stood for either of the two.
    if (Number.isFinite(releaseAt)) wake.at(releaseAt);
    if (now < endpoint.quietUntil) wake.at(endpoint.quietUntil);
    else sendReady();
  };

  const running = feeder.run(halting.signal);
  let halted: Promise<void> | undefined;
  const halt = (): Promise<void> => {
    halted ??= (async () => {
      halting.abort();
      wake.cancel();
      if (underWay > 0)
        await new Promise<void>((resolve) => {
          ended = resolve;
        });
      await running;
    })();
    return halted;
  };

  return { ...source, unstored: feeder.unstored, lookAgain: feeder.lookAgain, halt };
};
