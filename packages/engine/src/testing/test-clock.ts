import type { Clock } from '../clock';

/** A clock that stands where it is put; waiting for an instant ends when it is put there. */
export const testClock = (start: number): Clock & { set(instant: number): void } => {
  let now = start;
  const waiting = new Set<{ readonly instant: number; readonly resolve: () => void }>();
  return {
    now: () => now,
    set: (instant) => {
      now = instant;
      for (const one of waiting) if (one.instant <= now) one.resolve();
    },
    until: (instant, signal) =>
      new Promise((resolve) => {
        const one = {
          instant,
          resolve: () => {
            waiting.delete(one);
            resolve();
          },
        };
        if (instant <= now || signal.aborted) return resolve();
        waiting.add(one);
        signal.addEventListener('abort', one.resolve);
      }),
  };
};
