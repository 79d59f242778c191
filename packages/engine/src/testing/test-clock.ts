import type { Clock } from '../clock';

/** A clock that stands where it is put; waiting for an instant ends when it is put there. */
export interface TestClock extends Clock {
  set(instant: number): void;
  pass(milliseconds: number): void;
  /** Instants that are waited for. */
  awaited(): readonly number[];
}

export const testClock = (start = 0): TestClock => {
  let now = start;
  const waiting = new Set<{ readonly instant: number; readonly resolve: () => void }>();
  const set = (instant: number): void => {
    now = instant;
    for (const one of waiting) if (one.instant <= now) one.resolve();
  };
  return {
    now: () => now,
    set,
    pass: (milliseconds) => set(now + milliseconds),
    awaited: () => [...waiting].map(({ instant }) => instant),
    until: (instant, signal) =>
      new Promise((resolve) => {
        if (instant <= now || signal.aborted) return resolve();
        const one = {
          instant,
          resolve: () => {
            waiting.delete(one);
            signal.removeEventListener('abort', one.resolve);
            resolve();
          },
        };
        waiting.add(one);
        signal.addEventListener('abort', one.resolve);
      }),
  };
};
