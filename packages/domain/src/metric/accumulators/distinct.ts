import type { Json } from '../../json';
import type { StateReader, StateWriter } from '../../state-bytes';
import type { Metric } from '../metric';

const NEVER = Number.POSITIVE_INFINITY;

/** How many different values there were, over the whole life or the window (t - within, t]. */
export class Distinct implements Metric {
  /** Value to when it was last seen, the longest unseen first. */
  private readonly seen = new Map<unknown, number>();
  constructor(private readonly within: number = NEVER) {}
  value(t: number): number {
    if (this.within === NEVER) return this.seen.size;
    let gone = 0;
    for (const at of this.seen.values()) {
      if (at > t - this.within) break;
      gone++;
    }
    return this.seen.size - gone;
  }
  crossing(threshold: number, after: number): number {
    if (this.within === NEVER) return NEVER;
    let left = this.seen.size;
    for (const at of this.seen.values()) {
      if (at + this.within > after) {
        if (left < threshold) return NEVER;
        // It only falls, by one at a time.
        if (left <= threshold + 1) return at + this.within;
      }
      left--;
    }
    return NEVER;
  }
  add(value: unknown, t: number): void {
    if (this.within !== NEVER) {
      this.seen.delete(value);
      for (const [old, at] of this.seen) {
        if (at > t - this.within) break;
        this.seen.delete(old);
      }
    }
    this.seen.set(value, t);
  }
  reset(): void {
    this.seen.clear();
  }
  save(out: StateWriter): void {
    out.number(this.seen.size);
    for (const [value, at] of this.seen) {
      out.other(value as Json);
      if (this.within !== NEVER) out.number(at);
    }
  }
  restore(saved: StateReader): void {
    for (let left = saved.number(); left > 0; left--)
      this.seen.set(saved.other(), this.within === NEVER ? 0 : saved.number());
  }
}
