import { setTimeout as delay } from 'node:timers/promises';

/** Up to this number, readers are written to at once without a noticeable cost. */
const FEW = 20;
const MICROSECONDS_PER_READER = 40;

/**
 * Where hundreds of readers follow, waking each of them for each change would cost more than the changes: they wait for
 * one common moment, a few milliseconds away, and take what has come since in one write.
 */
export const turns = (readers: () => number): (() => Promise<void> | undefined) => {
  let next: Promise<void> | undefined;
  return () => {
    const count = readers();
    if (count <= FEW) return undefined;
    next ??= delay(Math.ceil((count * MICROSECONDS_PER_READER) / 1_000)).then(() => {
      next = undefined;
    });
    return next;
  };
};
