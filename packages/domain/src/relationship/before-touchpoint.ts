import type { KeptCase } from './case-book';
import type { EventContext } from './event-condition';
import type { Threshold } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';

/**
 * What `where` of metrics sees: the customer as they are, but metrics as they stood before the touchpoint. So it makes
 * no difference in which order the metrics of a ruleset are counted.
 */
export class BeforeTouchpoint implements EventContext {
  private readonly values: Float64Array;

  constructor(
    private readonly now: EventContext,
    metrics: number,
  ) {
    this.values = new Float64Array(metrics);
  }

  /** Keeps the values that some metrics have before a touchpoint at `t`. */
  as(metrics: readonly number[], t: number): this {
    for (const metric of metrics) this.values[metric] = this.now.metricValue(metric, t);
    return this;
  }

  metricValue(index: number): number {
    return this.values[index]!;
  }
  caseOf(touchpoint: FoldedTouchpoint): KeptCase | undefined {
    return this.now.caseOf(touchpoint);
  }
  factorScore(index: number, t: number): number {
    return this.now.factorScore(index, t);
  }
  factorSide(index: number, threshold: Threshold, t: number): number {
    return this.now.factorSide(index, threshold, t);
  }
  get stageId(): string | null {
    return this.now.stageId;
  }
  hasConsent(purpose: string): boolean {
    return this.now.hasConsent(purpose);
  }
}
