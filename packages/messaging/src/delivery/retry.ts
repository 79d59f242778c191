import type { RetryOptions } from '../options';

/**
 * Exponential back-off with full jitter: a random instant between now and the end of the step. So an endpoint that is
 * back does not receive everything that waited in one moment.
 *
 * @param tries failed attempts so far, 1 or more
 * @param random 0 <= x < 1
 * @returns milliseconds
 */
export const retryDelay = (
  tries: number,
  { baseMilliseconds, factor, capMilliseconds }: RetryOptions,
  random: number,
) => Math.ceil(random * Math.min(capMilliseconds, baseMilliseconds * factor ** (tries - 1)));

/**
 * The wait that a Retry-After header asks for.
 *
 * @returns milliseconds from `now`, at most `cap`; undefined without a header that can be understood
 */
export const retryAfter = (header: string | undefined, now: number, cap: number): number | undefined => {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : /[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), cap);
};
