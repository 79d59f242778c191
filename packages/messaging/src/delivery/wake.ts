import type { Clock } from '@rapport/engine';

/** One alarm: of all instants asked for, the earliest counts. */
export interface Wake {
  at(instant: number): void;
  cancel(): void;
}

export const createWake = (clock: Clock, ring: () => void): Wake => {
  let set: { readonly instant: number; readonly controller: AbortController } | undefined;
  const cancel = (): void => {
    set?.controller.abort();
    set = undefined;
  };
  return {
    at: (instant) => {
      if (set !== undefined && set.instant <= instant) return;
      cancel();
      const controller = new AbortController();
      set = { instant, controller };
      void clock.until(instant, controller.signal).then(() => {
        if (controller.signal.aborted) return;
        set = undefined;
        ring();
      });
    },
    cancel,
  };
};
