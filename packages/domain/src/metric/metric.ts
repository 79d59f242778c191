import type { Quantity } from '../number/crossing';
import type { StateReader, StateWriter } from '../state-bytes';

/**
 * A metric's accumulator. It changes only when a touchpoint is added, never by being asked, so that a history folded
 * in steps and one folded at once go through the same arithmetic.
 */
export interface Metric extends Quantity {
  /** Takes a value found in a touchpoint at `t`; what a value is depends on the metric. */
  add(value: unknown, t: number): void;
  reset(): void;
  save(out: StateWriter): void;
  /** After a reset. */
  restore(saved: StateReader): void;
}
