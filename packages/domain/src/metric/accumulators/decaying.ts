import { beforeCrossing } from '../../number/crossing';
import { HalfLife, halvedExactly, neverNothing } from '../../number/decay';
import { type DoubleDouble, plus, times, ZERO } from '../../number/double-double';
import { ExactSum } from '../../number/exact-sum';
import type { StateReader, StateWriter } from '../../state-bytes';
import type { Metric } from '../metric';

/** When something that was `total` at `at` and halves may next cross a threshold. */
const decayedCrossing = (total: number, at: number, halfLife: HalfLife, threshold: number, after: number): number => {
  const left = threshold / total;
  return left > 0 && left < Number.POSITIVE_INFINITY
    ? beforeCrossing(at + halfLife.until(left), after)
    : Number.POSITIVE_INFINITY;
};

/**
 * Count in which each touchpoint halves every half-life. The total is kept as of one instant, which moves on only when a
 * half-life has passed: so rounding errors halve as fast as they are made, however many touchpoints there are.
 */
export class DecayingCount implements Metric {
  private total = 0;
  /** The rounding error of the additions (Neumaier). */
  private lost = 0;
  private at = 0;
  private readonly halfLife: HalfLife;
  /** @param halfLife milliseconds */
  constructor(halfLife: number) {
    this.halfLife = new HalfLife(halfLife);
  }
  value(t: number): number {
    const { total, at } = this;
    // Asked about a time before it was counted only within the window in which `at` stays.
    return total === 0 ? 0 : neverNothing((total + this.lost) * this.halfLife.left(t - at), total);
  }
  crossing(threshold: number, after: number): number {
    return decayedCrossing(this.total + this.lost, this.at, this.halfLife, threshold, after);
  }
  add(_value: unknown, t: number): void {
    if (this.total === 0 || t - this.at >= this.halfLife.length) {
      const before = this.total === 0 ? 0 : (this.total + this.lost) * this.halfLife.left(t - this.at);
      this.total = before + 1;
      this.lost = before - (this.total - 1);
      this.at = t;
      return;
    }
    const one = 1 / this.halfLife.left(t - this.at);
    const next = this.total + one;
    this.lost += this.total >= one ? this.total - next + one : one - next + this.total;
    this.total = next;
  }
  reset(): void {
    this.total = this.lost = this.at = 0;
  }
  save(out: StateWriter): void {
    out.number(this.total);
    out.number(this.lost);
    out.number(this.at);
  }
  restore(saved: StateReader): void {
    this.total = saved.number();
    this.lost = saved.number();
    this.at = saved.number();
  }
}

/**
 * Sum in which each value halves every half-life. Values of one instant are added exactly; what stood before them is
 * kept to twice the digits, so that enough are right where nearly all of it is taken off again.
 */
export class DecayingSum implements Metric {
  private before: DoubleDouble = ZERO;
  private readonly sum = new ExactSum();
  /** The instant that `sum` and `before` are kept as of. */
  private at = 0;
  private total = 0;
  private readonly halfLife: HalfLife;
  /** @param halfLife milliseconds */
  constructor(halfLife: number) {
    this.halfLife = new HalfLife(halfLife);
  }
  value(t: number): number {
    return this.total === 0 ? 0 : neverNothing(this.total * this.halfLife.left(t - this.at), this.total);
  }
  crossing(threshold: number, after: number): number {
    return decayedCrossing(this.total, this.at, this.halfLife, threshold, after);
  }
  add(value: unknown, t: number): void {
    if (t !== this.at) {
      const whole = this.precise;
      this.before = whole.hi === 0 ? ZERO : times(whole, halvedExactly(t - this.at, this.halfLife.length));
      this.sum.reset();
      this.at = t;
    }
    this.sum.add(value as number);
    this.total = this.precise.hi;
  }
  private get precise(): DoubleDouble {
    return this.before.hi === 0 ? this.sum.precise : plus(this.before, this.sum.precise);
  }
  reset(): void {
    this.before = ZERO;
    this.sum.reset();
    this.at = this.total = 0;
  }
  save(out: StateWriter): void {
    out.number(this.before.hi);
    out.number(this.before.lo);
    this.sum.save(out);
    out.number(this.at);
  }
  restore(saved: StateReader): void {
    this.before = { hi: saved.number(), lo: saved.number() };
    this.sum.restore(saved);
    this.at = saved.number();
    this.total = this.precise.hi;
  }
}
