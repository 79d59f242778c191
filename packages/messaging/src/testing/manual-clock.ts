import { type TestClock, testClock } from '@rapport/engine/testing';
import { eventually } from '@rapport/runtime/testing';

export interface ManualClock extends TestClock {
  /** Jumps from one awaited instant to the next until something holds. */
  runUntil(holds: () => boolean | Promise<boolean>): Promise<void>;
}

/** Time that a test moves. It begins now, since receivers compare timestamps with their own clock. */
export const createManualClock = (): ManualClock => {
  const clock = testClock(Date.now());
  return {
    ...clock,
    runUntil: async (holds) => {
      await eventually(async () => {
        if (await holds()) return true;
        const next = Math.min(...clock.awaited());
        if (Number.isFinite(next)) clock.set(next);
        return false;
      });
    },
  };
};
