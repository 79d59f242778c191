import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangeFeed, Clock } from '@rapport/engine';
import type { Metrics, Telemetry, Traces } from '@rapport/telemetry';
import type { Resolve, TargetOptions } from './egress/targets';

/** How often and how long a failing delivery is tried again: at a random instant up to min(cap, base * factor^n). */
export interface RetryOptions {
  readonly baseMilliseconds: number;
  readonly factor: number;
  readonly capMilliseconds: number;
  /** From the first failure to the last attempt. */
  readonly spanMilliseconds: number;
}

export interface WebhookOptions extends TargetOptions {
  /** For an attempt, from connecting to the end of the answer. */
  readonly timeoutMilliseconds: number;
  /** Customers of a subscription that are delivered to it at the same time. */
  readonly concurrency: number;
  /** Waiting deliveries of a subscription that are held in memory; beyond it the log is not read further for it. */
  readonly heldDeliveries: number;
  /** Delivered ones of a subscription that stay in the delivery log. Waiting and dead ones always stay. */
  readonly keptDeliveries: number;
  readonly retries: RetryOptions;
  /** Without one success for so long, a subscription is disabled. */
  readonly disableAfterMilliseconds: number;
  /** How long the old secret signs too after a rotation. */
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
  /** Of the file that holds subscriptions, secrets and deliveries: `subscriptions.sqlite`, say. */
  readonly path: string;
  readonly feed: ChangeFeed;
  /** {@link DEFAULT_WEBHOOK_OPTIONS} where absent. */
  readonly options?: Partial<WebhookOptions>;
  readonly clock?: Clock;
  readonly metrics?: Pick<Metrics, 'announced' | 'delivery'>;
  readonly traces?: Pick<Traces, 'span' | 'contextOf' | 'outgoing'>;
  readonly logger?: Pick<Telemetry['logger'], 'info' | 'warn' | 'error'>;
  /** How names become addresses; the system's way when absent. */
  readonly resolve?: Resolve;
  /** 0 <= x < 1, for the jitter. */
  readonly random?: () => number;
}
