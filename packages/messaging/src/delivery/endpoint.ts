import type { RetryOptions } from '../options';
import { retryDelay } from './retry';

/**
 * The health of an endpoint as a whole. When attempts for many customers in a row have failed, the endpoint counts as
 * down. Then one delivery at a time tries it, less and less often, instead of one for each customer. Many customers are
 * asked for, because one delivery that the endpoint cannot process says nothing about the others.
 */
export interface Endpoint {
  /** Nothing is sent before this instant. */
  readonly quietUntil: number;
  /** The most deliveries that may be under way. */
  readonly limit: number;
  /** @returns whether it was down until now */
  succeeded(): boolean;
  /** @param asked milliseconds for which the endpoint asked to be left alone */
  failed(customer: string, now: number, asked: number | undefined): void;
}

export interface EndpointOptions {
  readonly concurrency: number;
  readonly retries: RetryOptions;
  readonly random: () => number;
}

/** An endpoint that is back is noticed within a minute. */
const LONGEST_QUIET_MS = 60_000;

export const createEndpoint = ({ concurrency, retries, random }: EndpointOptions): Endpoint => {
  /** Customers with a failure since the last success, up to the number at which the endpoint counts as down. */
  const failedFor = new Set<string>();
  const steps = { ...retries, capMilliseconds: Math.min(retries.capMilliseconds, LONGEST_QUIET_MS) };
  let quietUntil = 0;
  let failedDown = 0;
  const isDown = (): boolean => failedFor.size >= concurrency;

  return {
    get quietUntil() {
      return quietUntil;
    },
    get limit() {
      return isDown() ? 1 : concurrency;
    },
    succeeded: () => {
      const wasDown = isDown();
      failedFor.clear();
      failedDown = 0;
      quietUntil = 0;
      return wasDown;
    },
    failed: (customer, now, asked = 0) => {
      if (!isDown()) failedFor.add(customer);
      // Attempts that were still under way when it went down say nothing new.
      const isNews = isDown() && now >= quietUntil;
      const quiet = isNews ? retryDelay(++failedDown, steps, random()) : 0;
      quietUntil = Math.max(quietUntil, now + Math.max(quiet, asked));
    },
  };
};
