import { addAbortListener } from 'node:events';

/** Lets readers wait for the next commit of this process. */
export interface Changes {
  announce(): void;
  /** Resolves at the next announcement, or when the signal aborts. */
  next(signal: AbortSignal): Promise<void>;
}

export const changes = (): Changes => {
  const waiting = new Set<() => void>();
  return {
    announce: () => {
      for (const wake of waiting) wake();
    },
    next: (signal) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake);
          listening[Symbol.dispose]();
          resolve();
        };
        if (signal.aborted) return resolve();
        waiting.add(wake);
        const listening = addAbortListener(signal, wake);
      }),
  };
};
