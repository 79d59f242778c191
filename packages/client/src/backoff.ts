export interface Backoff {
  /** Milliseconds before the first new attempt, about. */
  readonly first: number;
  /** Milliseconds that waiting never exceeds, but for what the server asks for. */
  readonly longest: number;
}

export const BACKOFF: Backoff = { first: 500, longest: 30_000 };

/**
 * How long to wait after a number of failures in a row (from 1): doubling, and by chance between half and all of it, so
 * that a thousand clients do not come back in the same instant. Never less than the server asked for.
 */
export const backoffDelay = (
  failures: number,
  { first, longest }: Backoff,
  asked = 0,
  random: () => number = Math.random,
): number => {
  const most = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  const chosen = most * (0.5 + random() / 2);
  return asked > chosen ? asked * (1 + random() / 10) : chosen;
};

/** Resolves after a while, or when the signal aborts. */
export const pause = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done);
  });
