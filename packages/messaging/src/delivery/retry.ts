import type { RetryOptions } from '../options';

/**
 * Exponential with full jitter (a random instant between now and the end of the step): endpoints that came back are
 * not met by everything that waited at once.
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
 * What a Retry-After header asks for.
 *
 * @returns milliseconds from `now`, at most `cap`; undefined when it says nothing of use
 */
export const retryAfter = (header: string | undefined, now: number, cap: number): number | undefined => {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : /[a-z]/i.test(text) ? Date.parse(text) - now : Number.NaN;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), cap);
};
