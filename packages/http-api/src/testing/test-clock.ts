import type { Clock } from '@rapport/engine';

/** A clock that stands where it is put; waiting for an instant ends when it is put there. */
export interface TestClock extends Clock {
  set(instant: number): void;
  pass(milliseconds: number): void;
  /** How many wait for an instant. */
  waiting(): number;
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
    waiting: () => waiting.size,
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
