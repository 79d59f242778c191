import type { Clock } from '@rapport/engine';

/** Rings once, at one instant. Setting it again replaces the instant. */
export class Alarm {
  private pending: { readonly instant: number; readonly controller: AbortController } | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
  ) {}

  /** @param instant in milliseconds since 1970; infinite for no alarm */
  set(instant: number): void {
    if (this.pending?.instant === instant) return;
    this.cancel();
    if (!Number.isFinite(instant)) return;
    const controller = new AbortController();
    this.pending = { instant, controller };
    void this.clock.until(instant, controller.signal).then(() => {
      if (controller.signal.aborted) return;
      this.pending = undefined;
      this.ring();
    });
  }

  cancel(): void {
    this.pending?.controller.abort();
    this.pending = undefined;
  }
}
