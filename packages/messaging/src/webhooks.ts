import type { ChangeFilter } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import type { Either } from 'fp-ts/Either';

export type SubscriptionStatus =
  | 'active'
  /** By its owner. */
  | 'paused'
  /** By Rapport, with the reason. When it is resumed it goes on where it stopped. */
  | 'disabled';

export interface Subscription {
  readonly id: string;
  readonly url: string;
  readonly description?: string;
  readonly filter: ChangeFilter;
  readonly status: SubscriptionStatus;
  /** Why it was disabled. */
  readonly reason?: string;
  readonly createdAt: number;
  /** Everything up to here was delivered, or waits as a delivery. */
  readonly cursor: Position | undefined;
  readonly waiting: number;
  readonly deadLetters: number;
  readonly lastSuccessAt?: number;
  readonly lastFailureAt?: number;
}

export interface NewSubscription {
  readonly url: string;
  readonly description?: string;
  readonly filter?: ChangeFilter;
  /** Changes after this cursor; `start` for the whole log; only what is recorded from now on when absent. */
  readonly after?: Position | 'start';
}

export type DeliveryStatus = 'waiting' | 'delivered' | 'dead';

export interface DeliveryAttempt {
  readonly at: number;
  readonly milliseconds: number;
  /** Absent where no answer came. */
  readonly status?: number;
  /** Why the attempt counts as failed; absent for a success. */
  readonly error?: string;
}

export interface Delivery {
  /** The `webhook-id`: the id of the change, the same at every attempt and redelivery. */
  readonly id: string;
  readonly subscription: string;
  readonly customer: string;
  readonly type: string;
  readonly cursor: Position;
  readonly status: DeliveryStatus;
  /** Oldest first. Only the last ones, if there were many. */
  readonly attempts: readonly DeliveryAttempt[];
  readonly nextAttemptAt?: number;
}

export type SubscriptionProblem =
  | { readonly kind: 'not-found' }
  /** For a URL: not https or http, a private or loopback target, a port that cannot be used ... */
  | { readonly kind: 'invalid'; readonly field: string; readonly message: string };

/** Webhook subscriptions and their deliveries. */
export interface Webhooks {
  /** The `secret` (`whsec_...`) is shown here and at its rotation only. @throws StoreError */
  create(
    subscription: NewSubscription,
  ): Promise<Either<SubscriptionProblem, { readonly subscription: Subscription; readonly secret: string }>>;
  list(): Promise<readonly Subscription[]>;
  get(id: string): Promise<Subscription | undefined>;
  update(
    id: string,
    change: {
      readonly status?: 'active' | 'paused';
      readonly url?: string;
      readonly description?: string;
      readonly filter?: ChangeFilter;
    },
  ): Promise<Either<SubscriptionProblem, Subscription>>;
  remove(id: string): Promise<boolean>;
  /** The old secret signs too, until `oldSecretUntil`. @throws StoreError */
  rotateSecret(
    id: string,
  ): Promise<Either<SubscriptionProblem, { readonly secret: string; readonly oldSecretUntil: number }>>;
  /** Sends a test event now, once, and gives the outcome. */
  test(id: string): Promise<Either<SubscriptionProblem, DeliveryAttempt>>;
  /**
   * Newest first. `next` is the `after` of the next page, if there is one. A delivery is listed once its first attempt
   * is over, or when it waits behind one that failed.
   */
  deliveries(query: {
    readonly subscription: string;
    readonly status?: DeliveryStatus;
    readonly customer?: string;
    readonly after?: string;
    readonly limit: number;
  }): Promise<{ readonly deliveries: readonly Delivery[]; readonly next?: string }>;
  /** Delivers again: one delivery by its id, or all dead letters without an id. Returns how many were queued. */
  redeliver(subscription: string, id?: string): Promise<Either<SubscriptionProblem, number>>;
  /** Starts to deliver. May be called twice. */
  start(): void;
  /** Waits for attempts under way (up to their timeout), then closes. May be called twice. */
  stop(): Promise<void>;
}
