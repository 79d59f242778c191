import { backoffDelay } from './backoff';

const backoff = { first: 500, longest: 30_000 };

describe('waiting before the next attempt', () => {
  it('doubles with each failure, up to the longest', () => {
    const most = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((failures) => backoffDelay(failures, backoff, 0, () => 1));
    expect(most).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is by chance down to half of it', () => {
    expect(backoffDelay(3, backoff, 0, () => 0)).toBe(1_000);
    expect(backoffDelay(3, backoff, 0, () => 0.5)).toBe(1_500);
  });

  it('is never less than the server asked for', () => {
    expect(backoffDelay(1, backoff, 60_000, () => 0)).toBe(60_000);
    expect(backoffDelay(1, backoff, 60_000, () => 1)).toBe(66_000);
    expect(backoffDelay(1, backoff, 100, () => 1)).toBe(500);
  });
});
