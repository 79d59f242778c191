import type { Metric } from '../metric';
import { CROSSING_SPAN } from '../number/crossing';
import type { Factor } from './factor';
import type { Dependents, Program } from './program';
import type { Remaining, StateContext } from './state-condition';

const NEVER = Number.POSITIVE_INFINITY;
const AT_LEAST = 0;
const ABOVE = 1;
const AT_MOST = 2;
const COMPARISON_CODES = { atLeast: AT_LEAST, above: ABOVE, atMost: AT_MOST, below: 3 } as const;

/** The parts of the state that are not numbers. */
export type Surroundings = Pick<StateContext, 'stageId' | 'hasConsent'>;

/**
 * Looks ahead, from one instant, to when the comparisons (atoms) of a ruleset flip while nothing but time happens.
 * Conditions are evaluated with it.
 *
 * What it has foreseen stays right until a metric or factor changes. So a comparison that no touchpoint concerns is not
 * looked at again before it may flip. "Quantity" is the index of a metric, or of a factor behind all metrics.
 *
 * Indexes come from the program or from loops over the array itself, so an element is always there (`!`).
 */
export class Foresight implements StateContext {
  private instant = Number.NaN;
  /** While peeking, what is foreseen from the instant must stay as it is. */
  private peeking = false;

  /** Per atom: from `foreseenAt` on it does not flip before `flipAt`. NaN: its quantity changed since. */
  private readonly foreseenAt: Float64Array;
  private readonly flipAt: Float64Array;
  /** 1 where the atom holds until then. */
  private readonly held: Uint8Array;
  /** 1 where the atom flips at that very millisecond. */
  private readonly exact: Uint8Array;
  private readonly comparisons: Uint8Array;
  private readonly quantityOfAtom: Int32Array;
  /** The threshold of a metric; of a factor the base, and what evidence is multiplied with. */
  private readonly thresholds: Float64Array;
  private readonly perFor: Float64Array;
  private readonly perAgainst: Float64Array;

  /** The value of a metric, or what remains of a factor's evidence, at the instant it was last asked about. */
  private readonly value: Float64Array;
  private readonly valueKnownAt: Float64Array;
  private readonly changedMetric: Uint8Array;
  private readonly changedFactor: Uint8Array;
  private anyChanged = false;

  constructor(
    private readonly program: Program,
    private readonly metrics: readonly Metric[],
    private readonly factors: readonly Factor[],
    private readonly surroundings: Surroundings,
  ) {
    const { atoms, thresholds } = program;
    this.foreseenAt = new Float64Array(atoms.length);
    this.flipAt = new Float64Array(atoms.length);
    this.held = new Uint8Array(atoms.length);
    this.exact = new Uint8Array(atoms.length);
    this.comparisons = Uint8Array.from(atoms, ({ comparison }) => COMPARISON_CODES[comparison]);
    const factorIds = program.factors.map(({ id }) => id);
    this.quantityOfAtom = Int32Array.from(atoms, ({ subject, id }) =>
      subject === 'metric' ? program.metricIds.indexOf(id) : metrics.length + factorIds.indexOf(id),
    );
    this.thresholds = Float64Array.from(thresholds, ({ base }) => base);
    this.perFor = Float64Array.from(thresholds, ({ perFor }) => perFor);
    this.perAgainst = Float64Array.from(thresholds, ({ perAgainst }) => perAgainst);
    this.value = new Float64Array(metrics.length + factors.length);
    this.valueKnownAt = new Float64Array(this.value.length);
    this.changedMetric = new Uint8Array(metrics.length);
    this.changedFactor = new Uint8Array(factors.length);
  }

  reset(): void {
    this.anyChanged = false;
    this.flipAt.fill(Number.NaN);
    this.valueKnownAt.fill(Number.NaN);
  }

  /** The instant that conditions are asked about. */
  get now(): number {
    return this.instant;
  }
  standAt(t: number): void {
    this.instant = t;
  }

  /** Until {@link endPeek}, conditions are asked about `t`, and what is foreseen stays as it is. Returns the instant before. */
  beginPeek(t: number): number {
    const before = this.instant;
    this.instant = t;
    this.peeking = true;
    return before;
  }
  endPeek(before: number): void {
    this.peeking = false;
    this.instant = before;
  }

  get stageId(): string | null {
    return this.surroundings.stageId;
  }
  hasConsent(purpose: string): boolean {
    return this.surroundings.hasConsent(purpose);
  }

  atomRemaining(atom: number): Remaining {
    if (this.peeking) return this.atomHolds(atom) ? 1 : -1;
    if (!(this.foreseenAt[atom]! <= this.instant && this.instant < this.flipAt[atom]!)) {
      this.held[atom] = this.atomHolds(atom) ? 1 : 0;
      this.foresee(atom, this.instant, this.instant);
    }
    const remaining = this.flipAt[atom]! - this.instant;
    return this.held[atom] === 1 ? remaining : -remaining;
  }

  metricChanged(metric: number): void {
    this.changedMetric[metric] = 1;
    this.anyChanged = true;
  }
  factorChanged(factor: number): void {
    this.changedFactor[factor] = 1;
    this.anyChanged = true;
  }

  /** Forgets what was foreseen from the numbers that changed, and passes on what depends on each of them. */
  forgetChanged(concerned: { reconsider(dependents: Dependents): void }): void {
    if (!this.anyChanged) return;
    this.anyChanged = false;
    const { ofMetric, ofFactor } = this.program;
    const metrics = this.changedMetric.length;
    const factors = this.changedFactor.length;
    for (let i = 0; i < metrics; i++)
      if (this.changedMetric[i] === 1) {
        this.changedMetric[i] = 0;
        this.forget(i, ofMetric[i]!);
        concerned.reconsider(ofMetric[i]!);
      }
    for (let i = 0; i < factors; i++)
      if (this.changedFactor[i] === 1) {
        this.changedFactor[i] = 0;
        this.forget(metrics + i, ofFactor[i]!);
        concerned.reconsider(ofFactor[i]!);
      }
  }

  private forget(quantity: number, { atoms }: Dependents): void {
    this.valueKnownAt[quantity] = Number.NaN;
    for (let i = 0; i < atoms.length; i++) this.flipAt[atoms[i]!] = Number.NaN;
  }

  /** Finds the exact millisecond of all flips that may come up to `until`. Returns false where none was to be found. */
  solveUpTo(until: number): boolean {
    let solved = false;
    for (let atom = 0; atom < this.flipAt.length; atom++)
      if (this.exact[atom] === 0 && this.flipAt[atom]! > this.instant && this.flipAt[atom]! <= until) {
        this.solve(atom);
        solved = true;
      }
    return solved;
  }

  private valueAt(quantity: number, t: number): number {
    const factor = quantity - this.metrics.length;
    return factor < 0 ? this.metrics[quantity]!.value(t) : this.factors[factor]!.remainingAt(t);
  }

  private valueNow(quantity: number): number {
    if (this.valueKnownAt[quantity] !== this.instant) {
      this.value[quantity] = this.valueAt(quantity, this.instant);
      this.valueKnownAt[quantity] = this.instant;
    }
    return this.value[quantity]!;
  }

  private atomHolds(atom: number): boolean {
    return this.holdsWith(atom, this.valueNow(this.quantityOfAtom[atom]!));
  }

  /** Whether an atom holds while its quantity has a value. */
  private holdsWith(atom: number, value: number): boolean {
    const factor = this.quantityOfAtom[atom]! - this.metrics.length;
    const side =
      factor < 0
        ? value - this.thresholds[atom]!
        : this.factors[factor]!.side(this.thresholds[atom]!, this.perFor[atom]!, this.perAgainst[atom]!, value);
    switch (this.comparisons[atom]) {
      case AT_LEAST:
        return side >= 0;
      case ABOVE:
        return side > 0;
      case AT_MOST:
        return side <= 0;
      default:
        return side < 0;
    }
  }

  /** Notes the first flip after `from`, sought after `after`, up to where there is none. */
  private foresee(atom: number, from: number, after: number): void {
    this.foreseenAt[atom] = from;
    const quantity = this.quantityOfAtom[atom]!;
    const factor = quantity - this.metrics.length;
    const at =
      factor < 0
        ? this.metrics[quantity]!.crossing(this.thresholds[atom]!, after)
        : this.factors[factor]!.crossing(this.thresholds[atom]!, this.perFor[atom]!, this.perAgainst[atom]!, after);
    this.flipAt[atom] = at;
    this.exact[atom] = at === NEVER ? 1 : 0;
  }

  /** From "not before" to the exact millisecond of the flip, or on to the next instant at which it may come. */
  private solve(atom: number): void {
    const quantity = this.quantityOfAtom[atom]!;
    const held = this.atomHolds(atom);
    const last = this.flipAt[atom]! + CROSSING_SPAN;
    for (let t = this.flipAt[atom]!; t <= last; t++)
      if (this.holdsWith(atom, this.valueAt(quantity, t)) !== held) {
        this.flipAt[atom]! = t;
        this.exact[atom] = 1;
        return;
      }
    this.foresee(atom, this.foreseenAt[atom]!, last);
  }
}
