import { beforeCrossing } from '../number/crossing';
import { HalfLife } from '../number/decay';
import { decimalOf, quotient } from '../number/exact-sum';
import type { StateReader, StateWriter } from '../state-bytes';

/** The numbers of a factor's rule, from which scores are computed. */
export interface FactorParameters {
  /** Milliseconds. */
  readonly halfLife: number;
  /** [for, against]. */
  readonly prior: readonly [number, number];
}

/** A factor of a ruleset. */
export interface FactorOfRuleset extends FactorParameters {
  readonly id: string;
}

/**
 * On which side of a threshold a score or confidence lies: the sign of base + perFor * P + perAgainst * N. It is asked
 * instead of the rounded score, which is the prior's long before all evidence is gone.
 */
export interface Threshold {
  readonly base: number;
  readonly perFor: number;
  readonly perAgainst: number;
}

/** A sum of products of decimals, rounded once. */
const exactly = (...products: readonly (readonly number[])[]): number => {
  const parts = products.map((factors) =>
    factors.map(decimalOf).reduce((a, b) => ({ units: a.units * b.units, scale: a.scale + b.scale })),
  );
  const scale = Math.max(...parts.map((part) => part.scale));
  const units = parts.reduce((sum, part) => sum + part.units * 10n ** BigInt(scale - part.scale), 0n);
  return quotient(units, 10n ** BigInt(scale));
};

/** score > x exactly where (100a - x(a + b)) + (100 - x)P - xN > 0, and the same with = and <. */
export const scoreThreshold = ([a, b]: readonly [number, number], x: number): Threshold => ({
  base: exactly([100, a], [-1, x, a], [-1, x, b]),
  perFor: exactly([100], [-1, x]),
  perAgainst: -x,
});

/** confidence > x exactly where -x(a + b) + (1 - x)(P + N) > 0, and the same with = and <. */
export const confidenceThreshold = ([a, b]: readonly [number, number], x: number): Threshold => {
  const per = exactly([1], [-1, x]);
  return { base: exactly([-1, x, a], [-1, x, b]), perFor: per, perAgainst: per };
};

/**
 * Evidence for and against, both halving every half-life: the beta reputation model with forgetting (Jøsang and
 * Ismail, 2002). Like a metric it changes only when evidence is given.
 */
export class Factor {
  evidenceFor = 0;
  evidenceAgainst = 0;
  /** When evidence was last given. */
  at = 0;
  private readonly halfLife: HalfLife;
  private readonly a: number;
  private readonly b: number;

  constructor({ halfLife, prior: [a, b] }: FactorParameters) {
    this.halfLife = new HalfLife(halfLife);
    this.a = a;
    this.b = b;
  }

  /** What is left at `t` of a weight of 1 given at `u`. */
  remaining(u: number, t: number): number {
    // Asked about a time before it is given only while there is none: `at` is then 1970, and `t` may be earlier.
    return t <= u ? 1 : this.halfLife.left(t - u);
  }

  /** What is left at `t` of the evidence as it stands. */
  remainingAt(t: number): number {
    return this.remaining(this.at, t);
  }

  /** 0 to 100. */
  scoreAt(t: number): number {
    const d = this.remainingAt(t);
    const forIt = this.a + this.evidenceFor * d;
    return (100 * forIt) / (forIt + this.b + this.evidenceAgainst * d);
  }

  /** 0 to 1. */
  confidenceAt(t: number): number {
    const evidence = (this.evidenceFor + this.evidenceAgainst) * this.remainingAt(t);
    return evidence / (this.a + this.b + evidence);
  }

  /** The denominator of score and confidence, T of the model. */
  totalAt(t: number): number {
    return this.a + this.b + (this.evidenceFor + this.evidenceAgainst) * this.remainingAt(t);
  }

  /** Below 0, 0 or above it, as the score (or confidence) lies to the threshold, where `remaining` is left. */
  side(base: number, perFor: number, perAgainst: number, remaining: number): number {
    const evidence = perFor * this.evidenceFor + perAgainst * this.evidenceAgainst;
    // At the prior itself any evidence decides, however little is left of it.
    return base === 0 ? evidence : base + evidence * remaining;
  }

  /** When the score (or confidence) crosses the threshold: as {@link Quantity.crossing}. */
  crossing(base: number, perFor: number, perAgainst: number, after: number): number {
    const remaining = -base / (perFor * this.evidenceFor + perAgainst * this.evidenceAgainst);
    return remaining > 0 && remaining < Number.POSITIVE_INFINITY
      ? beforeCrossing(this.at + this.halfLife.until(remaining), after)
      : Number.POSITIVE_INFINITY;
  }

  give(weight: number, t: number): void {
    if (t !== this.at) {
      const d = this.remainingAt(t);
      this.evidenceFor *= d;
      this.evidenceAgainst *= d;
      this.at = t;
    }
    if (weight > 0) this.evidenceFor += weight;
    else this.evidenceAgainst -= weight;
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
