import { beforeCrossing } from '../../number/crossing';
import type { StateReader, StateWriter } from '../../state-bytes';
import { DAY } from '../../time/instant';
import type { Metric } from '../metric';

const NEVER = Number.POSITIVE_INFINITY;

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
