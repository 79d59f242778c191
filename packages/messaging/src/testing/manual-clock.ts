import type { Clock } from '@rapport/engine';

export interface ManualClock extends Clock {
  /** Instants that are waited for. */
  sleepers(): readonly number[];
  advance(milliseconds: number): void;
  /** Jumps from one awaited instant to the next until something holds. */
  runUntil(holds: () => boolean | Promise<boolean>): Promise<void>;
}

const PATIENCE_MS = 20_000;

/** Real waiting, a few milliseconds at a time. */
export const eventually = async (holds: () => boolean | Promise<boolean>, patience = PATIENCE_MS): Promise<void> => {
  for (const end = Date.now() + patience; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`Still not so after ${patience} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};

/** Time that passes only when it is told to. Begins now, since receivers compare timestamps with their own clock. */
export const createManualClock = (): ManualClock => {
  let now = Date.now();
  const sleeping = new Map<() => void, number>();
  const rouse = (): void => {
    for (const [resolve, instant] of [...sleeping]) if (instant <= now) resolve();
  };
  const advance = (milliseconds: number): void => {
    now += milliseconds;
    rouse();
  };
  return {
    now: () => now,
    until: (instant, signal) =>
      new Promise((resolve) => {
        const end = (): void => {
          sleeping.delete(end);
          signal.removeEventListener('abort', end);
          resolve();
        };
        if (instant <= now || signal.aborted) return resolve();
        sleeping.set(end, instant);
        signal.addEventListener('abort', end);
      }),
    sleepers: () => [...sleeping.values()],
    advance,
    runUntil: (holds) =>
      eventually(async () => {
        if (await holds()) return true;
        const next = Math.min(...sleeping.values());
        if (Number.isFinite(next)) advance(next - now);
        return false;
      }),
  };
};
