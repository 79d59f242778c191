import { ExactSum } from '../../number/exact-sum';
import type { StateReader, StateWriter } from '../../state-bytes';
import type { Metric } from '../metric';

const NEVER = Number.POSITIVE_INFINITY;

/** How many values that leave a window are checked before the search stops and names the next one to leave. */
const LOOK_AHEAD = 8;

/** Drops the first `head` elements once they are the larger part: each element is moved at most once on average. */
const compact = (array: number[], head: number): number => {
  if (head < 32 || head * 2 < array.length) return head;
  array.splice(0, head);
  return 0;
};

/** Count over the window (t - within, t]. Indexes are between `head` and the end, so an element is always there (`!`). */
export class WindowCount implements Metric {
  private readonly instants: number[] = [];
  private head = 0;
  constructor(private readonly within: number) {}
  /** Index of the first instant still in the window at `t`. */
  private first(t: number): number {
    let i = this.head;
    while (i < this.instants.length && this.instants[i]! <= t - this.within) i++;
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
    return leaving < this.instants.length ? this.instants[leaving]! + this.within : NEVER;
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

/** Working memory for trial sums, one at a time. */
const scratch = new ExactSum();

/** Sum over the window (t - within, t]. It keeps the values in the window, and their sum. */
export class WindowSum implements Metric {
  private readonly instants: number[] = [];
  private readonly values: number[] = [];
  private head = 0;
  private readonly sum = new ExactSum();
  constructor(private readonly within: number) {}
  value(t: number): number {
    const { instants, values, within } = this;
    let i = this.head;
    if (i === instants.length || instants[i]! > t - within) return this.sum.value;
    scratch.set(this.sum);
    for (; i < instants.length && instants[i]! <= t - within; i++) scratch.add(-values[i]!);
    return scratch.value;
  }
  crossing(threshold: number, after: number): number {
    const { instants, values } = this;
    scratch.set(this.sum);
    let i = this.head;
    // Each search looks as far ahead as it had to walk to its start, so repeated searches stay linear.
    let end = instants.length;
    let side = Number.NaN;
    for (; i < end; i++) {
      if (Number.isNaN(side) && instants[i]! + this.within > after) {
        side = Math.sign(scratch.value - threshold);
        end = Math.min(end, 2 * i - this.head + LOOK_AHEAD);
      }
      scratch.add(-values[i]!);
      if (!Number.isNaN(side) && Math.sign(scratch.value - threshold) !== side) return instants[i]! + this.within;
    }
    return i < instants.length ? instants[i]! + this.within : NEVER;
  }
  add(value: unknown, t: number): void {
    while (this.head < this.instants.length && this.instants[this.head]! <= t - this.within)
      this.sum.add(-this.values[this.head++]!);
    if (this.head === this.instants.length) this.sum.reset();
    this.instants.push(t);
    this.values.push(value as number);
    this.sum.add(value as number);
    const head = compact(this.instants, this.head);
    if (head !== this.head) this.values.splice(0, this.head);
    this.head = head;
  }
  reset(): void {
    this.instants.length = this.values.length = 0;
    this.head = 0;
    this.sum.reset();
  }
  save(out: StateWriter): void {
    out.numbers(this.instants, this.head);
    out.numbers(this.values, this.head);
  }
  restore(saved: StateReader): void {
    saved.numbers(this.instants);
    saved.numbers(this.values);
    for (const value of this.values) this.sum.add(value);
  }
}
