import type { ChangeEvent, Clock } from '@rapport/engine';
import { match } from 'ts-pattern';
import type { ProgressSource } from '../store/delivery-write-buffer';
import type { Progress, StoredSubscription } from '../store/subscription-store';
import type { WebhookContext } from '../webhook-context';
import type { DeliveryAttempt } from '../webhooks';
import { afterFailure } from './after-failure';
import { Alarm } from './alarm';
import { type Attempting, attemptAt } from './attempt-at';
import { CustomerQueues } from './customer-queues';
import { DeliveryFeeder } from './delivery-feeder';
import { disablingReason } from './disabling';
import { createEndpoint, type Endpoint } from './endpoint';
import { retryAfter } from './retry';
import { type WaitingDelivery, withAttempt } from './waiting-delivery';

export interface DeliveryWorkerOptions extends Pick<Attempting, 'send'> {
  readonly subscription: Pick<StoredSubscription, 'number' | 'id' | 'filter' | 'progress'>;
  /** The worker has halted, since the endpoint is gone or has failed for too long. */
  onDisabled(reason: string): void;
}

/** Before a delivery is tried again whose attempt could not be made, since the log cannot be read. */
const RETRY_MS = 5_000;
/** Least time between two searches for deliveries that are due: a search costs the more, the more deliveries wait. */
const RELEASE_MS = 50;

const kindOf = ({ type }: ChangeEvent): string => type.split('.')[1] ?? type;

/**
 * Delivers the changes of one subscription, from its construction until it is halted. Each subscription has its own
 * worker, connections and queues, so that nothing that happens at one endpoint reaches another.
 */
export class DeliveryWorker implements ProgressSource {
  readonly number: number;
  private readonly clock: Clock;
  private readonly queues: CustomerQueues;
  private readonly endpoint: Endpoint;
  private readonly feeder: DeliveryFeeder;
  private readonly feeding: Promise<void>;
  private readonly alarm: Alarm;
  private readonly halting = new AbortController();
  private readonly underWay = new Set<Promise<void>>();
  private health: Omit<Progress, 'cursor'>;
  /** No delivery that waits for an instant may go before this one. */
  private releaseAt = 0;
  private releasedAt = 0;
  private halted: Promise<void> | undefined;

  /** @example new DeliveryWorker(context, { subscription, send: (event) => sender.send(messageOf(event)), onDisabled }) */
  constructor(
    private readonly context: WebhookContext,
    private readonly setup: DeliveryWorkerOptions,
  ) {
    const { clock, feed, options, random } = context;
    const { subscription } = setup;
    const { cursor: _, ...health } = subscription.progress;
    this.number = subscription.number;
    this.clock = clock;
    this.health = health;
    this.queues = new CustomerQueues(feed.isAfter);
    this.endpoint = createEndpoint({ concurrency: options.concurrency, retries: options.retries, random });
    this.alarm = new Alarm(clock, () => this.pump());
    const onFed = (): void => {
      this.releaseAt = 0;
      this.pump();
    };
    this.feeder = new DeliveryFeeder(context, { subscription, queues: this.queues, source: this, onFed });
    this.feeding = this.feeder.run(this.halting.signal);
  }

  progress(): Progress {
    return { cursor: this.feeder.position, ...this.health };
  }

  /** Changes in the queues that have no row in the store. */
  get unstored(): number {
    return this.feeder.unstored;
  }

  /** Reads the rows again: some of them were made to wait again. */
  lookAgain(): void {
    this.feeder.lookAgain();
  }

  /** Sends nothing new, and resolves when what was under way has ended. May be called twice. */
  halt(): Promise<void> {
    this.halted ??= this.end();
    return this.halted;
  }

  private async end(): Promise<void> {
    this.halting.abort();
    this.alarm.cancel();
    await Promise.all(this.underWay);
    await this.feeding;
  }

  /**
   * Sends what may go now, and sets the alarm for the next instant at which more may go. Called after everything that
   * changes queues or endpoint. The alarm is set here alone, from the state as it then is: while the endpoint is left
   * alone nothing may go, and afterwards only what is due.
   */
  private pump(): void {
    if (this.halting.signal.aborted) return;
    const now = this.clock.now();
    if (now >= this.releaseAt) this.release(now);
    this.sendReady();
    const { quietUntil } = this.endpoint;
    this.alarm.set(now < quietUntil ? quietUntil : this.releaseAt);
  }

  private release(now: number): void {
    this.releasedAt = now;
    this.releaseAt = Number.POSITIVE_INFINITY;
    const earliest = this.queues.releaseDue(now);
    if (earliest !== undefined) this.releaseBy(earliest);
  }

  private releaseBy(instant: number): void {
    this.releaseAt = Math.min(this.releaseAt, Math.max(instant, this.releasedAt + RELEASE_MS));
  }

  private sendReady(): void {
    while (this.underWay.size < this.endpoint.limit && this.clock.now() >= this.endpoint.quietUntil) {
      const delivery = this.queues.next();
      if (delivery === undefined) return;
      const attempt = this.deliver(delivery).then(() => {
        this.underWay.delete(attempt);
        this.pump();
      });
      this.underWay.add(attempt);
    }
  }

  private async deliver(delivery: WaitingDelivery): Promise<void> {
    try {
      await this.attempt(delivery);
    } catch (error) {
      const { id: subscription } = this.setup.subscription;
      const about = { err: error, subscription, delivery: delivery.id };
      this.context.logger?.error(about, 'a webhook delivery could not be attempted');
      if (this.queues.find(delivery.cursor) === delivery) this.putBack(delivery, this.clock.now() + RETRY_MS);
    }
  }

  private async attempt(delivery: WaitingDelivery): Promise<void> {
    const { feed, metrics, traces } = this.context;
    const event = delivery.event ?? (await feed.find(delivery.customer, delivery.cursor))?.event;
    const at = this.clock.now();
    if (event === undefined) {
      const error = 'the log does not hold this change any more';
      delivery.attempts = withAttempt(delivery.attempts, { at, milliseconds: 0, error });
      this.settle(delivery, 'dead');
      return;
    }
    const attempting = { send: this.setup.send, traces, subscription: this.setup.subscription.id };
    const { retryAfter: asked, ...answer } = await attemptAt(attempting, delivery, event);
    const attempt = { at, ...answer };
    delivery.attempts = withAttempt(delivery.attempts, attempt);
    if (attempt.error === undefined) this.succeeded(delivery, event);
    else this.failed(delivery, attempt, asked);
    const outcome = delivery.status === 'waiting' ? 'failed' : delivery.status;
    metrics?.delivery(outcome, (this.clock.now() - Date.parse(event.recordedtime)) / 1_000);
  }

  private succeeded(delivery: WaitingDelivery, event: ChangeEvent): void {
    this.health = { ...this.health, lastSuccessAt: this.clock.now(), failingSince: undefined };
    this.settle(delivery, 'delivered');
    // The endpoint is back: whatever waits for its next attempt may go now.
    if (this.endpoint.succeeded()) this.queues.releaseDue(Number.POSITIVE_INFINITY);
    this.context.metrics?.announced(kindOf(event), 'webhook', 1);
  }

  private failed(delivery: WaitingDelivery, attempt: DeliveryAttempt, header: string | undefined): void {
    const { options, random } = this.context;
    const now = this.clock.now();
    const failingSince = this.health.failingSince ?? now;
    this.health = { ...this.health, lastFailureAt: now, failingSince };
    delivery.failingSince ??= now;
    delivery.tries++;
    const asked = retryAfter(header, now, options.retries.capMilliseconds);
    this.endpoint.failed(delivery.customer, now, asked);
    const failure = {
      now,
      status: attempt.status,
      tries: delivery.tries,
      deliveryFailingSince: delivery.failingSince,
      endpointFailingSince: failingSince,
      asked,
    };
    match(afterFailure(failure, options, random()))
      .with({ kind: 'disable' }, () => this.disable(delivery, disablingReason(attempt, failingSince)))
      .with({ kind: 'dead-letter' }, () => this.settle(delivery, 'dead'))
      .with({ kind: 'retry' }, ({ at }) => this.tryLater(delivery, at))
      .exhaustive();
  }

  private tryLater(delivery: WaitingDelivery, at: number): void {
    this.putBack(delivery, at);
    // What waits behind it waits as long, and the cursor must be able to pass all of it.
    for (const one of this.queues.of(delivery.customer)) if (one === delivery || !one.stored) this.feeder.store(one);
  }

  private putBack(delivery: WaitingDelivery, nextAttemptAt: number): void {
    delivery.nextAttemptAt = nextAttemptAt;
    this.queues.putBack(delivery);
    this.releaseBy(nextAttemptAt);
  }

  private settle(delivery: WaitingDelivery, status: 'delivered' | 'dead'): void {
    delivery.status = status;
    delivery.nextAttemptAt = undefined;
    this.queues.settle(delivery);
    this.feeder.store(delivery);
    this.feeder.left();
  }

  private disable(delivery: WaitingDelivery, reason: string): void {
    delivery.nextAttemptAt = undefined;
    this.feeder.store(delivery);
    this.queues.putBack(delivery);
    void this.halt();
    this.setup.onDisabled(reason);
  }
}
