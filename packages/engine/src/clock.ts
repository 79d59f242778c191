import { aborted, waitOrAbort } from '@rapport/runtime';

/** Time as the engine sees it; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Resolves when `instant` has come or the signal aborts, never rejects. */
  until(instant: number, signal: AbortSignal): Promise<void>;
}

/**
 * A longer wait is waited in pieces: timers do not notice when the clock is set, or that the machine slept meanwhile.
 * After each piece the clock is asked again.
 */
const LONGEST_TIMER = 60_000;

/** A clock that is set back by no more than this stands still until it comes again to where it was. */
const HELD = 60_000;

let latest = Number.NEGATIVE_INFINITY;

const now = (): number => {
  const told = Date.now();
  if (told >= latest || latest - told > HELD) latest = told;
  return latest;
};

/**
 * The time of the machine. Where that is corrected by a little, it stands still for as long: nothing that has happened
 * lies ahead again. Where it is set back by more, it was wrong, and is believed now.
 */
export const systemClock: Clock = {
  now,
  until: (instant, signal) =>
    waitOrAbort(signal, (done) => {
      let timer: NodeJS.Timeout | undefined;
      const wait = () => {
        const left = instant - now();
        if (left <= 0) done();
        else timer = setTimeout(wait, Math.min(left, LONGEST_TIMER));
      };
      wait();
      return () => clearTimeout(timer);
    }),
};

/** A clock that stands still: for a store of simulated history, whose today is the end of the simulation. */
export const stoppedClock = (today: number): Clock => ({
  now: () => today,
  until: async (instant, signal) => {
    if (instant > today) await aborted(signal);
  },
});
