import type { Json } from '../json';
import { DAY } from '../time/instant';
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

/** Count or sum over the whole life. */
export class Total implements Metric {
  private total = 0;
  value(): number {
    return this.total;
  }
  crossing(): number {
    return NEVER;
  }
  add(value: unknown): void {
    this.total += value as number;
  }
  reset(): void {
    this.total = 0;
  }
  save(out: StateWriter): void {
    out.number(this.total);
  }
  restore(saved: StateReader): void {
    this.total = saved.number();
  }
}

/** Count or sum in which each value halves every half-life. */
export class DecayingTotal implements Metric {
  private total = 0;
  private at = 0;
  private readonly rate: number;
  /** @param halfLife milliseconds */
  constructor(halfLife: number) {
    this.rate = Math.LN2 / halfLife;
  }
  value(t: number): number {
    return this.total === 0 ? 0 : this.total * Math.exp(-(t - this.at) * this.rate);
  }
  crossing(threshold: number, after: number): number {
    const ratio = this.total / threshold;
    return ratio > 0 ? beforeCrossing(this.at + Math.log(ratio) / this.rate, after) : NEVER;
  }
  add(value: unknown, t: number): void {
    this.total = this.value(t) + (value as number);
    this.at = t;
  }
  reset(): void {
    this.total = 0;
    this.at = 0;
  }
  save(out: StateWriter): void {
    out.number(this.total);
    out.number(this.at);
  }
  restore(saved: StateReader): void {
    this.total = saved.number();
    this.at = saved.number();
  }
}

/** How many values that leave a window are looked at before it is said that nothing has happened yet. */
const LOOK_AHEAD = 8;

/** Drops the first `head` elements once they are the larger part: each element is moved at most once on average. */
const compact = (array: number[], head: number): number => {
  if (head < 32 || head * 2 < array.length) return head;
  array.splice(0, head);
  return 0;
};

/** Count over the window (t - within, t]. */
export class WindowCount implements Metric {
  private readonly instants: number[] = [];
  private head = 0;
  constructor(private readonly within: number) {}
  /** Index of the first instant still in the window at `t`. */
  private first(t: number): number {
    let i = this.head;
    while (i < this.instants.length && this.instants[i] <= t - this.within) i++;
    return i;
  }
  value(t: number): number {
    return this.instants.length - this.first(t);
  }
  crossing(threshold: number, after: number): number {
    // It only falls: through the threshold when so few are left that the next to leave matters.
    const first = this.first(after);
    if (this.instants.length - first < threshold) return NEVER;
    const leaving = Math.max(first, this.instants.length - Math.floor(threshold) - 1);
    return leaving < this.instants.length ? this.instants[leaving] + this.within : NEVER;
  }
  add(_value: unknown, t: number): void {
    this.instants.push(t);
    this.head = compact(this.instants, this.first(t));
  }
  reset(): void {
    this.instants.length = 0;
    this.head = 0;
  }
  save(out: StateWriter): void {
    out.numbers(this.instants, this.head);
  }
  restore(saved: StateReader): void {
    saved.numbers(this.instants);
  }
}

/**
 * Sum over the window (t - within, t]. Values leave by subtraction; Neumaier's compensation keeps that from leaving
 * a residue, which would make a sum of nothing differ from 0.
 */
export class WindowSum implements Metric {
  private readonly instants: number[] = [];
  private readonly values: number[] = [];
  private head = 0;
  private sum = 0;
  private compensation = 0;
  constructor(private readonly within: number) {}
  value(t: number): number {
    let { sum, compensation } = this;
    let i = this.head;
    for (; i < this.instants.length && this.instants[i] <= t - this.within; i++) {
      const value = -this.values[i];
      const next = sum + value;
      compensation += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
    }
    return i === this.instants.length ? 0 : sum + compensation;
  }
  crossing(threshold: number, after: number): number {
    const { instants, values } = this;
    let { sum, compensation } = this;
    let i = this.head;
    // Looks as far ahead again as it has to go for a start: a search that comes back here step by step stays linear.
    let end = instants.length;
    let side = Number.NaN;
    for (; i < end; i++) {
      if (Number.isNaN(side) && instants[i] + this.within > after) {
        side = Math.sign(sum + compensation - threshold);
        end = Math.min(end, 2 * i - this.head + LOOK_AHEAD);
      }
      const value = -values[i];
      const next = sum + value;
      compensation += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
      sum = next;
      const left = i + 1 === instants.length ? 0 : sum + compensation;
      if (!Number.isNaN(side) && Math.sign(left - threshold) !== side) return instants[i] + this.within;
    }
    return i < instants.length ? instants[i] + this.within : NEVER;
  }
  private include(value: number): void {
    const next = this.sum + value;
    this.compensation += Math.abs(this.sum) >= Math.abs(value) ? this.sum - next + value : value - next + this.sum;
    this.sum = next;
  }
  add(value: unknown, t: number): void {
    while (this.head < this.instants.length && this.instants[this.head] <= t - this.within)
      this.include(-this.values[this.head++]);
    if (this.head === this.instants.length) this.sum = this.compensation = 0;
    this.instants.push(t);
    this.values.push(value as number);
    this.include(value as number);
    const head = compact(this.instants, this.head);
    if (head !== this.head) this.values.splice(0, this.head);
    this.head = head;
  }
  reset(): void {
    this.instants.length = this.values.length = 0;
    this.head = this.sum = this.compensation = 0;
  }
  save(out: StateWriter): void {
    out.number(this.sum);
    out.number(this.compensation);
    out.numbers(this.instants, this.head);
    out.numbers(this.values, this.head);
  }
  restore(saved: StateReader): void {
    this.sum = saved.number();
    this.compensation = saved.number();
    saved.numbers(this.instants);
    saved.numbers(this.values);
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
