import type { StateReader, StateWriter } from './state-bytes';
import { beforeCrossing, type Subject } from './subject';

/** A factor's rule in numbers. */
export interface FactorParameters {
  readonly id: string;
  /** Milliseconds. */
  readonly halfLife: number;
  /** [for, against]. */
  readonly prior: readonly [number, number];
}

/**
 * Evidence for and against, both halving every half-life: the beta reputation model with forgetting (Jøsang and
 * Ismail, 2002). Like a metric it changes only when evidence is given.
 */
export class Factor {
  evidenceFor = 0;
  evidenceAgainst = 0;
  /** When evidence was last given. */
  at = 0;
  readonly score: Subject;
  readonly confidence: Subject;
  private readonly rate: number;
  private readonly a: number;
  private readonly b: number;

  constructor({ halfLife, prior: [a, b] }: FactorParameters) {
    this.rate = Math.LN2 / halfLife;
    this.a = a;
    this.b = b;
    this.score = {
      value: (t) => this.scoreAt(t),
      crossing: (threshold, after) => this.scoreCrossing(threshold, after),
    };
    this.confidence = {
      value: (t) => this.confidenceAt(t),
      crossing: (threshold, after) => this.confidenceCrossing(threshold, after),
    };
  }

  /** What is left at `t` of a weight of 1 given at `u`. */
  remaining(u: number, t: number): number {
    // Asked about a time before it is given only while there is none: `at` is then 1970, and `t` may be earlier.
    return t <= u ? 1 : Math.exp(-(t - u) * this.rate);
  }

  /** 0 to 100. */
  scoreAt(t: number): number {
    const d = this.remaining(this.at, t);
    const forIt = this.a + this.evidenceFor * d;
    return (100 * forIt) / (forIt + this.b + this.evidenceAgainst * d);
  }

  /** 0 to 1. */
  confidenceAt(t: number): number {
    const evidence = (this.evidenceFor + this.evidenceAgainst) * this.remaining(this.at, t);
    return evidence / (this.a + this.b + evidence);
  }

  /** The denominator of score and confidence, T of the model. */
  totalAt(t: number): number {
    return this.a + this.b + (this.evidenceFor + this.evidenceAgainst) * this.remaining(this.at, t);
  }

  give(weight: number, t: number): void {
    if (t !== this.at) {
      const d = this.remaining(this.at, t);
      this.evidenceFor *= d;
      this.evidenceAgainst *= d;
      this.at = t;
    }
    if (weight > 0) this.evidenceFor += weight;
    else this.evidenceAgainst -= weight;
  }

  /** score = s is linear in what remains, d: (a + P d) = s/100 (a + b + (P + N) d). */
  private scoreCrossing(threshold: number, after: number): number {
    const s = threshold / 100;
    const slope = this.evidenceFor - s * (this.evidenceFor + this.evidenceAgainst);
    return this.whenRemaining((s * (this.a + this.b) - this.a) / slope, after);
  }

  private confidenceCrossing(threshold: number, after: number): number {
    const evidence = this.evidenceFor + this.evidenceAgainst;
    return this.whenRemaining((threshold * (this.a + this.b)) / (evidence * (1 - threshold)), after);
  }

  private whenRemaining(d: number, after: number): number {
    return d > 0 && d < Number.POSITIVE_INFINITY
      ? beforeCrossing(this.at - Math.log(d) / this.rate, after)
      : Number.POSITIVE_INFINITY;
  }

  reset(): void {
    this.evidenceFor = this.evidenceAgainst = this.at = 0;
  }
  save(out: StateWriter): void {
    out.number(this.evidenceFor);
    out.number(this.evidenceAgainst);
    out.number(this.at);
  }
  restore(saved: StateReader): void {
    this.evidenceFor = saved.number();
    this.evidenceAgainst = saved.number();
    this.at = saved.number();
  }
}
