import { type TestClock, testClock } from '@rapport/engine/testing';

export interface ManualClock extends TestClock {
  /** Jumps from one awaited instant to the next until something holds. */
  runUntil(holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** For a busy machine; what never comes about ends the test all the same. */
const PATIENCE_MS = 120_000;

/** Real waiting, a few milliseconds at a time. */
export const eventually = async (holds: () => boolean | Promise<boolean>, patience = PATIENCE_MS): Promise<void> => {
  for (const end = Date.now() + patience; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`Still not so after ${patience} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** Time that passes only when it is told to. Begins now, since receivers compare timestamps with their own clock. */
export const createManualClock = (): ManualClock => {
  const clock = testClock(Date.now());
  return {
    ...clock,
    runUntil: (holds) =>
      eventually(async () => {
        if (await holds()) return true;
        const next = Math.min(...clock.awaited());
        if (Number.isFinite(next)) clock.set(next);
        return false;
      }),
  };
};
