import type { Json } from '../json';
import { DAY } from '../time/instant';
import { ExactSum } from './exact-sum';
import type { StateReader, StateWriter } from './state-bytes';
import { beforeCrossing, type Subject } from './subject';

/**
 * A metric's accumulator. It changes only when a touchpoint is added, never by being asked, so that a history folded
 * in steps and one folded at once go through the same arithmetic.
 */
export interface Metric extends Subject {
  /** Takes a value found in a touchpoint at `t`; what a value is depends on the metric. */
  add(value: unknown, t: number): void;
  reset(): void;
  save(out: StateWriter): void;
  /** After a reset. */
  restore(saved: StateReader): void;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Count over the whole life. */
export class Count implements Metric {
  private count = 0;
  value(): number {
    return this.count;
  }
  crossing(): number {
    return NEVER;
  }
  add(): void {
    this.count++;
  }
  reset(): void {
    this.count = 0;
  }
  save(out: StateWriter): void {
    out.number(this.count);
  }
  restore(saved: StateReader): void {
    this.count = saved.number();
  }
}

/** Sum over the whole life. */
export class Sum implements Metric {
  private readonly sum = new ExactSum();
  value(): number {
    return this.sum.value;
  }
  crossing(): number {
    return NEVER;
  }
  add(value: unknown): void {
    this.sum.add(value as number);
  }
  reset(): void {
    this.sum.reset();
  }
  save(out: StateWriter): void {
    this.sum.save(out);
  }
  restore(saved: StateReader): void {
    this.sum.restore(saved);
  }
}

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

/** Days since the last (or the first) touchpoint of its kind, as a fraction of days. */
export class DaysSince implements Metric {
  private at = Number.NaN;
  /** @param none the value while there is no such touchpoint: infinite for the last, 0 for the first */
  constructor(
    private readonly which: 'last' | 'first',
    private readonly none: number = which === 'last' ? NEVER : 0,
  ) {}
  value(t: number): number {
    return Number.isNaN(this.at) ? this.none : (t - this.at) / DAY;
  }
  crossing(threshold: number, after: number): number {
    return Number.isNaN(this.at) ? NEVER : beforeCrossing(this.at + threshold * DAY, after);
  }
  add(_value: unknown, t: number): void {
    if (this.which === 'last' || Number.isNaN(this.at)) this.at = t;
  }
  reset(): void {
    this.at = Number.NaN;
  }
  save(out: StateWriter): void {
    out.number(this.at);
  }
  restore(saved: StateReader): void {
    this.at = saved.number();
  }
}

/** A count kept elsewhere (open promises, open complaints). */
export class Borrowed implements Metric {
  constructor(private readonly count: () => number) {}
  value(): number {
    return this.count();
  }
  crossing(): number {
    return NEVER;
  }
  add(): void {}
  reset(): void {}
  save(): void {}
  restore(): void {}
}
