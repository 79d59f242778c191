import type { RetryOptions } from '../options';
import { retryDelay } from './retry';

/**
 * How an endpoint as a whole is doing. When the attempts of many customers in a row failed, it is taken for down: then
 * one delivery at a time tries it, less and less often, instead of every customer's on a schedule of its own. Many
 * customers, because one delivery that the endpoint cannot digest says nothing about the others.
 */
export interface Endpoint {
  /** Nothing is sent before this instant. */
  readonly quietUntil: number;
  /** So many deliveries may be under way. */
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

/** An endpoint that is back is found out within a minute. */
const LONGEST_QUIET_MS = 60_000;

export const createEndpoint = ({ concurrency, retries, random }: EndpointOptions): Endpoint => {
  /** Since the last success; no more than it takes. */
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
      // What was still under way when it went down tells nothing new.
      const told = isDown() && now >= quietUntil;
      const quiet = told ? retryDelay(++failedDown, steps, random()) : 0;
      quietUntil = Math.max(quietUntil, now + Math.max(quiet, asked));
    },
  };
};
