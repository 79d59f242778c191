import type { WebhookOptions } from '../options';
import { GONE } from './disabling';
import { retryDelay } from './retry';

/** What becomes of a delivery, and of its subscription, after an attempt that failed. */
export type AfterFailure =
  /** Nothing is sent to this endpoint until its owner resumes the subscription. */
  { readonly kind: 'disable' } | { readonly kind: 'dead-letter' } | { readonly kind: 'retry'; readonly at: number };

export interface Failure {
  readonly now: number;
  /** Of the answer; absent where none came. */
  readonly status?: number;
  /** Failed attempts of the delivery since its schedule of retries began, this one included. */
  readonly tries: number;
  /** When the first of them failed. */
  readonly deliveryFailingSince: number;
  /** The first failure at the endpoint since its last success. */
  readonly endpointFailingSince: number;
  /** Milliseconds for which the endpoint asked to be left alone. */
  readonly asked?: number;
}

/** @param random 0 <= x < 1, for the jitter */
export const afterFailure = (failure: Failure, options: WebhookOptions, random: number): AfterFailure => {
  const { now, tries, asked = 0 } = failure;
  const { retries, disableAfterMilliseconds } = options;
  if (failure.status === GONE || now - failure.endpointFailingSince >= disableAfterMilliseconds)
    return { kind: 'disable' };
  const last = failure.deliveryFailingSince + retries.spanMilliseconds;
  if (now >= last) return { kind: 'dead-letter' };
  const delay = Math.max(retryDelay(tries, retries, random), asked);
  return { kind: 'retry', at: Math.min(now + delay, last) };
};
