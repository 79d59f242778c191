import { ExactSum } from '../../number/exact-sum';
import type { StateReader, StateWriter } from '../../state-bytes';
import type { Metric } from '../metric';

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
