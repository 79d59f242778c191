import { addAbortListener } from 'node:events';

/**
 * Calls `listener` once when the signal aborts, soon after this call when it has aborted already.
 *
 * @returns stops listening; may be called at any time, and twice
 */
export const onAbort = (signal: AbortSignal, listener: () => void): (() => void) => {
  const listening = addAbortListener(signal, listener);
  return () => listening[Symbol.dispose]();
};

/**
 * Waits for something, or until the signal aborts. Never rejects: ask `signal.aborted` which of the two it was.
 *
 * @param begin starts the wait, unless the signal has aborted already. It calls `done` when the wait is over, at once
 *   or later, and returns what cleans up after it (clears a timer, removes a listener). That runs once, whichever way
 *   the wait ends.
 * @example
 * await waitOrAbort(signal, (done) => {
 *   socket.once('drain', done);
 *   return () => socket.off('drain', done);
 * });
 */
export const waitOrAbort = (signal: AbortSignal, begin: (done: () => void) => () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return resolve();
    let over = false;
    let cleanUp: (() => void) | undefined;
    const end = (): void => {
      if (over) return;
      over = true;
      signal.removeEventListener('abort', end);
      cleanUp?.();
      resolve();
    };
    signal.addEventListener('abort', end);
    try {
      cleanUp = begin(end);
    } catch (error) {
      signal.removeEventListener('abort', end);
      return reject(error);
    }
    if (over) cleanUp();
  });

/** Resolves when the signal aborts. A signal alone keeps no process alive. */
export const aborted = (signal: AbortSignal): Promise<void> => waitOrAbort(signal, () => () => undefined);

/** Resolves after some milliseconds, or when the signal aborts. Never rejects. */
export const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  waitOrAbort(signal, (done) => {
    const timer = setTimeout(done, milliseconds);
    return () => clearTimeout(timer);
  });

/** Many may wait for one thing that happens again and again. */
export class Notifier {
  private readonly waiting = new Set<() => void>();

  /** Wakes all that wait now. */
  notify(): void {
    // Each removes itself. Those that wait again do so later, when they have been resumed.
    for (const wake of this.waiting) wake();
  }

  /** Resolves at the next `notify`, or when the signal aborts. Never rejects. */
  next(signal: AbortSignal): Promise<void> {
    // As waitOrAbort, with two functions less: hundreds of readers come here for every change.
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = (): void => {
        this.waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}
