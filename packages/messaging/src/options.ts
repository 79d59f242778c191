import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangeFeed, Clock } from '@rapport/engine';
import type { Metrics, Telemetry, Traces } from '@rapport/telemetry';
import type { Resolve, TargetOptions } from './egress/targets';

/** How a failing delivery is tried again: after a random time up to min(cap, base * factor^n). */
export interface RetryOptions {
  readonly baseMilliseconds: number;
  readonly factor: number;
  readonly capMilliseconds: number;
  /** From the first failure to the last attempt. */
  readonly spanMilliseconds: number;
}

export interface WebhookOptions extends TargetOptions {
  /** For one attempt, from connecting to the end of the answer. */
  readonly timeoutMilliseconds: number;
  /** How many customers of a subscription have a delivery under way at the same time. */
  readonly concurrency: number;
  /** The most waiting deliveries of a subscription in memory. Then the log is not read further for it. */
  readonly heldDeliveries: number;
  /** How many delivered ones of a subscription stay in the delivery log. Waiting and dead ones always stay. */
  readonly keptDeliveries: number;
  readonly retries: RetryOptions;
  /** A subscription is disabled when every attempt has failed for this time. */
  readonly disableAfterMilliseconds: number;
  /** How long the old secret signs too, after a rotation. */
  readonly oldSecretMilliseconds: number;
  readonly userAgent: string;
}

const DAY = 86_400_000;

const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
  readonly version: string;
};

export const DEFAULT_WEBHOOK_OPTIONS: WebhookOptions = {
  allowPrivateTargets: false,
  allowedTargets: [],
  allowHttp: false,
  timeoutMilliseconds: 15_000,
  concurrency: 16,
  heldDeliveries: 10_000,
  keptDeliveries: 10_000,
  retries: { baseMilliseconds: 1_000, factor: 2, capMilliseconds: 3_600_000, spanMilliseconds: 3 * DAY },
  disableAfterMilliseconds: 3 * DAY,
  oldSecretMilliseconds: DAY,
  userAgent: `Rapport/${version}`,
};

export interface OpenWebhooksOptions {
  /** The file with subscriptions, secrets and deliveries: `data/subscriptions.sqlite`. */
  readonly path: string;
  readonly feed: ChangeFeed;
  /** {@link DEFAULT_WEBHOOK_OPTIONS} where absent. */
  readonly options?: Partial<WebhookOptions>;
  readonly clock?: Clock;
  readonly metrics?: Pick<Metrics, 'announced' | 'delivery'>;
  readonly traces?: Pick<Traces, 'span' | 'contextOf' | 'outgoing'>;
  readonly logger?: Pick<Telemetry['logger'], 'info' | 'warn' | 'error'>;
  /** Finds the addresses of a name; the lookup of the system when absent. */
  readonly resolve?: Resolve;
  /** 0 <= x < 1, for the jitter. */
  readonly random?: () => number;
}
