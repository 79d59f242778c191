import fc from 'fast-check';
import { DEFAULT_WEBHOOK_OPTIONS } from '../options';
import { retryAfter, retryDelay } from './retry';

const { retries } = DEFAULT_WEBHOOK_OPTIONS;
const HOUR = 3_600_000;

test('the steps double from a second to an hour', () => {
  const longest = [1, 2, 3, 4, 12, 13, 200, 5_000].map((tries) => retryDelay(tries, retries, 1));
  expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 2_048_000, HOUR, HOUR, HOUR]);
});

test('full jitter: a delay is exactly as large a part of its step as chance says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      expect(retryDelay(tries, retries, random)).toBe(Math.ceil(random * retryDelay(tries, retries, 1)));
    }),
  );
  expect([0, 0.25, 0.5, 0.75].map((random) => retryDelay(5, retries, random))).toEqual([0, 4_000, 8_000, 12_000]);
});

test('a delay is a whole number of milliseconds within its step', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (tries, random) => {
      const delay = retryDelay(tries, retries, random);
      expect(Number.isInteger(delay)).toBe(true);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(retryDelay(tries, retries, 1));
    }),
  );
});

test.each([
  [undefined, undefined],
  ['', undefined],
  ['soon', undefined],
  ['-5', undefined],
  ['1e9', undefined],
  ['0', 0],
  ['120', 120_000],
  [' 7 ', 7_000],
  ['99999999999999999999', HOUR],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
  ['Thu, 01 Jan 2025 00:00:00 GMT', 0],
  ['Thu, 01 Jan 2099 00:00:00 GMT', HOUR],
])('Retry-After: %s', (header, milliseconds) => {
  expect(retryAfter(header, Date.UTC(2026, 0, 1), HOUR)).toBe(milliseconds);
});
