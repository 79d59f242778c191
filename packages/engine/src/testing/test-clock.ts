import { waitOrAbort } from '@rapport/runtime';
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
  const waiting = new Set<{ readonly instant: number; readonly done: () => void }>();
  const set = (instant: number): void => {
    now = instant;
    for (const one of [...waiting]) if (one.instant <= now) one.done();
  };
  return {
    now: () => now,
    set,
    pass: (milliseconds) => set(now + milliseconds),
    awaited: () => [...waiting].map(({ instant }) => instant),
    until: (instant, signal) =>
      waitOrAbort(signal, (done) => {
        const one = { instant, done };
        if (instant <= now) done();
        else waiting.add(one);
        return () => void waiting.delete(one);
      }),
  };
};
