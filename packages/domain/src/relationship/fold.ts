import { CaseBook } from './case-book';
import { type EventContext, eachValue } from './event-condition';
import { Factor } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { Metric } from './metrics';
import type { MakeStep, Program, TypeProgram, Weight } from './program';
import { PromiseBook } from './promise-book';
import type { ComplaintCase, SettledPromise } from './relationship';
import { atomHolds, type StateContext } from './state-condition';
import { CROSSING_SPAN, type Subject } from './subject';

/** Hears what a fold does, for explanations and histories. A replay that only classifies has none. */
export interface FoldRecorder {
  /** `rule` is the id of an evidence rule, or `<promise>:kept` or `<promise>:broken`. */
  evidence?(rule: string, touchpoint: { source: string; id: string }, at: number, factor: number, weight: number): void;
  promiseSettled?(promise: SettledPromise): void;
  /** `from` is -1 for the first touchpoint. Asked while the fold stands at `at`. */
  stageChanged?(fold: Fold, from: number, to: number, at: number, touchpoint: FoldedTouchpoint | undefined): void;
  signalChanged?(signal: number, raised: boolean, at: number, touchpoint: FoldedTouchpoint | undefined): void;
}

const NEVER = Number.POSITIVE_INFINITY;
const ENDS_WITH_OFFSET = /(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * The fold of one customer's touchpoints under one ruleset (MODEL, sections 3 to 5): mutable, reusable, made for
 * speed. It stands at `instant`, the last step at which anything was applied, and knows when time alone may next
 * change something.
 *
 * Every atom (a comparison on one number) keeps whether it holds and when it may flip next. A touchpoint touches a
 * few subjects; only their atoms are looked at, and conditions only when an atom flipped.
 */
export class Fold implements EventContext, StateContext {
  readonly factors: readonly Factor[];
  readonly metrics: readonly Metric[];
  readonly cases = new CaseBook();
  readonly promises: PromiseBook;
  readonly consents = new Set<string>();
  readonly truth: Uint8Array;
  /** Since when each signal is raised; NaN while it is not. */
  readonly raisedSince: Float64Array;
  /** Index of the stage; -1 before the first touchpoint. */
  stage = -1;
  since = Number.NaN;
  instant = Number.NaN;
  touchpoints = 0;
  firstTouchpointAt = Number.NaN;
  lastTouchpointAt = Number.NaN;

  /** When each evidence rule with a limit last applied, the latest last. */
  readonly applied: number[][];
  /** Per atom: when it may flip next. Not before the instant kept here; at it exactly where `exact`. */
  private readonly flipAt: Float64Array;
  private readonly exact: Uint8Array;
  private readonly subjects: readonly Subject[];
  private readonly touchedMetric: Uint8Array;
  private readonly touchedFactor: Uint8Array;
  private conditionsChanged = false;
  private wakeAt = NEVER;

  constructor(
    readonly program: Program,
    readonly recorder: FoldRecorder = {},
  ) {
    this.factors = program.factors.map((parameters) => new Factor(parameters));
    this.promises = new PromiseBook(program.promises.map(({ id }) => id));
    this.metrics = program.createMetrics({
      openPromises: (rule) => this.promises.count(rule),
      openComplaints: () => this.cases.openCount,
    });
    this.applied = Array.from({ length: program.evidenceRules }, () => []);
    this.truth = new Uint8Array(program.atoms.length);
    this.exact = new Uint8Array(program.atoms.length);
    this.flipAt = new Float64Array(program.atoms.length);
    this.raisedSince = new Float64Array(program.signals.length);
    this.touchedMetric = new Uint8Array(this.metrics.length);
    this.touchedFactor = new Uint8Array(this.factors.length);
    const factorIds = program.factors.map(({ id }) => id);
    this.subjects = program.atoms.map(({ subject, id }) => {
      if (subject === 'metric') return this.metrics[program.metricIds.indexOf(id)];
      const factor = this.factors[factorIds.indexOf(id)];
      return subject === 'factor' ? factor.score : factor.confidence;
    });
    this.reset();
  }

  /** Back to a customer of whom nothing is known. */
  reset(): void {
    for (const factor of this.factors) factor.reset();
    for (const metric of this.metrics) metric.reset();
    for (const times of this.applied) times.length = 0;
    this.cases.reset();
    this.promises.reset();
    if (this.consents.size > 0) this.consents.clear();
    this.raisedSince.fill(Number.NaN);
    this.stage = -1;
    this.since = this.instant = this.firstTouchpointAt = this.lastTouchpointAt = Number.NaN;
    this.touchpoints = 0;
    this.conditionsChanged = false;
    this.wakeAt = NEVER;
  }

  get stageId(): string | null {
    return this.stage < 0 ? null : this.program.stages[this.stage].id;
  }
  hasConsent(purpose: string): boolean {
    return this.consents.has(purpose);
  }
  caseOf(touchpoint: FoldedTouchpoint): ComplaintCase | undefined {
    return this.cases.find(touchpoint.data.caseId);
  }
  metricValue(index: number, t: number): number {
    return this.metrics[index].value(t);
  }
  factorScore(index: number, t: number): number {
    return this.factors[index].scoreAt(t);
  }
  subjectOf(atom: number): Subject {
    return this.subjects[atom];
  }

  /**
   * Applies touchpoints: all different, in canonical order, all later than `instant`. What time changes between
   * them happens on the way.
   */
  apply(touchpoints: readonly FoldedTouchpoint[]): void {
    for (let i = 0; i < touchpoints.length; ) {
      const t = touchpoints[i].occurredAt;
      if (this.wakeAt < t) this.advance(t - 1);
      const first = this.stage < 0;
      if (first) this.begin(t);
      if (this.promises.breaksAt <= t) this.breakPromises(t);
      let touchpoint: FoldedTouchpoint;
      do {
        touchpoint = touchpoints[i++];
        this.take(touchpoint, t);
      } while (i < touchpoints.length && touchpoints[i].occurredAt === t);
      this.settle(t, touchpoint);
    }
  }

  /** Lets time pass: all changes that become true up to and including `until`, each at its own instant. */
  advance(until: number): void {
    while (this.wakeAt <= until) {
      const t = this.nextReviewAt();
      if (t > until) return;
      if (this.promises.breaksAt <= t) this.breakPromises(t);
      this.settle(t, undefined);
    }
  }

  /** The first instant at which time alone may change the classification or a signal; Infinity for never. */
  nextReviewAt(): number {
    if (this.stage < 0) return NEVER;
    for (;;) {
      let soonest = -1;
      let at = this.fixedWake();
      for (const atom of this.program.stages[this.stage].watches)
        if (this.flipAt[atom] < at) {
          at = this.flipAt[atom];
          soonest = atom;
        }
      if (soonest < 0 || this.exact[soonest] === 1) {
        this.wakeAt = at;
        return at;
      }
      this.solve(soonest);
    }
  }

  /** Recomputes what is derived from accumulators and `truth`: after a restore. */
  resume(): void {
    for (let atom = 0; atom < this.flipAt.length; atom++) this.foresee(atom, this.instant);
    this.findWake();
  }

  private begin(t: number): void {
    this.firstTouchpointAt = t;
    this.conditionsChanged = true;
    for (let atom = 0; atom < this.truth.length; atom++) this.look(atom, t);
  }

  private take(touchpoint: FoldedTouchpoint, t: number): void {
    const { program, recorder } = this;
    const steps: TypeProgram = program.programFor(touchpoint.type);
    this.touchpoints++;
    this.lastTouchpointAt = t;

    if (steps.movesCases && this.cases.apply(touchpoint, t)) this.touchMetrics(program.metricsOfComplaints);

    for (const { promise, outcome, key, when } of steps.settles) {
      if (this.promises.count(promise) === 0) continue;
      if (when !== null && !when(this, touchpoint, t)) continue;
      const keyValue = key === null ? null : keyText(key(this, touchpoint, t));
      if (keyValue === undefined) continue;
      const settled = this.promises.settle(promise, keyValue);
      if (settled === undefined) continue;
      this.touchMetrics(program.metricsOfPromise[promise]);
      recorder.promiseSettled?.({ id: settled.id, key: settled.key, outcome, at: t });
      if (outcome === 'kept') this.give(`${settled.id}:kept`, program.promises[promise].whenKept, 1, touchpoint, t);
    }

    for (const { rule, id, when, gives, scale, times, within } of steps.evidence) {
      if (when !== null && !when(this, touchpoint, t)) continue;
      const factor = scale === null ? 1 : scale(this, touchpoint, t);
      if (factor === 0) continue;
      if (times > 0) {
        const applied = this.applied[rule];
        if (applied.length === times && applied[0] > t - within) continue;
        if (applied.length === times) applied.shift();
        applied.push(t);
      }
      this.give(id, gives, factor, touchpoint, t);
    }

    for (const { metric, where, values, numbersOnly } of steps.metrics) {
      if (where !== null && !where(this, touchpoint, t)) continue;
      const accumulator = this.metrics[metric];
      if (values === null) accumulator.add(1, t);
      else
        eachValue(values(this, touchpoint, t), (value) => {
          if (!numbersOnly || typeof value === 'number') accumulator.add(value, t);
        });
      this.touchedMetric[metric] = 1;
    }

    for (const step of steps.makes) this.makePromise(step, touchpoint, t);

    if (steps.consent !== null) this.setConsent(touchpoint.data.purpose, steps.consent === 'granted');
  }

  private makePromise({ promise, when, key, within, by }: MakeStep, touchpoint: FoldedTouchpoint, t: number): void {
    if (when !== null && !when(this, touchpoint, t)) return;
    const deadline = by === null ? t + within : instantOf(by(this, touchpoint, t));
    if (!(deadline >= t)) return;
    const keyValue = key === null ? null : keyText(key(this, touchpoint, t));
    if (keyValue === undefined) return;
    if (this.promises.make(promise, keyValue, deadline, touchpoint, t))
      this.touchMetrics(this.program.metricsOfPromise[promise]);
  }

  private setConsent(purpose: unknown, granted: boolean): void {
    if (typeof purpose !== 'string' || this.consents.has(purpose) === granted) return;
    if (granted) this.consents.add(purpose);
    else this.consents.delete(purpose);
    this.conditionsChanged = true;
  }

  private breakPromises(t: number): void {
    this.promises.expire(t, (rule, { id, key, touchpoint }) => {
      this.touchMetrics(this.program.metricsOfPromise[rule]);
      this.recorder.promiseSettled?.({ id, key, outcome: 'broken', at: t });
      this.give(`${id}:broken`, this.program.promises[rule].whenBroken, 1, touchpoint, t);
    });
  }

  private give(
    rule: string,
    gives: readonly Weight[],
    scale: number,
    touchpoint: { source: string; id: string },
    t: number,
  ): void {
    for (const [factor, unscaled] of gives) {
      const weight = unscaled * scale;
      this.factors[factor].give(weight, t);
      this.touchedFactor[factor] = 1;
      this.recorder.evidence?.(rule, touchpoint, t, factor, weight);
    }
  }

  private touchMetrics(metrics: readonly number[]): void {
    for (const metric of metrics) this.touchedMetric[metric] = 1;
  }

  /** Ends a step: atoms, stage, signals, the next wake. */
  private settle(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    this.instant = t;
    const { atomsOfMetric, atomsOfFactor } = this.program;
    for (let i = 0; i < this.touchedMetric.length; i++)
      if (this.touchedMetric[i] === 1) {
        this.touchedMetric[i] = 0;
        for (const atom of atomsOfMetric[i]) this.look(atom, t);
      }
    for (let i = 0; i < this.touchedFactor.length; i++)
      if (this.touchedFactor[i] === 1) {
        this.touchedFactor[i] = 0;
        for (const atom of atomsOfFactor[i]) this.look(atom, t);
      }
    for (let atom = 0; atom < this.flipAt.length; atom++) if (this.flipAt[atom] <= t) this.flip(atom, t);
    if (this.conditionsChanged || this.minStayEndsAt() <= t) {
      this.conditionsChanged = false;
      this.classify(t, touchpoint);
      this.signal(t, touchpoint);
    }
    this.findWake();
  }

  /** Sees anew whether an atom holds, and when that may end. */
  private look(atom: number, t: number): void {
    const holds = Number(atomHolds(this.program.atoms[atom], this.subjects[atom].value(t)));
    if (holds !== this.truth[atom]) {
      this.truth[atom] = holds;
      this.conditionsChanged = true;
    }
    this.foresee(atom, t);
  }

  private foresee(atom: number, t: number): void {
    const at = this.subjects[atom].crossing(this.program.atoms[atom].threshold, t);
    this.flipAt[atom] = at;
    this.exact[atom] = at === NEVER ? 1 : 0;
  }

  /** From "not before" to the exact millisecond of the flip, or on to the next instant at which it may come. */
  private solve(atom: number): void {
    const subject = this.subjects[atom];
    const rule = this.program.atoms[atom];
    const held = this.truth[atom] === 1;
    const last = this.flipAt[atom] + CROSSING_SPAN;
    for (let t = this.flipAt[atom]; t <= last; t++)
      if (atomHolds(rule, subject.value(t)) !== held) {
        this.flipAt[atom] = t;
        this.exact[atom] = 1;
        return;
      }
    this.foresee(atom, last);
  }

  /** Brings an atom that may have flipped up to `t`. */
  private flip(atom: number, t: number): void {
    while (this.flipAt[atom] <= t) {
      if (this.exact[atom] === 0) this.solve(atom);
      else {
        this.truth[atom] = 1 - this.truth[atom];
        this.conditionsChanged = true;
        this.foresee(atom, this.flipAt[atom]);
      }
    }
  }

  private classify(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    const { stages } = this.program;
    const held = this.stage;
    let stage = Math.max(held, 0);
    while (stage > 0 && !stages[stage].stay(this)) {
      if (stage === held && t - this.since < stages[stage].minStay) break;
      stage--;
    }
    if (stage >= held) while (stage + 1 < stages.length && stages[stage + 1].enter(this)) stage++;
    if (stage === held) return;
    this.stage = stage;
    this.since = t;
    this.recorder.stageChanged?.(this, held, stage, t, touchpoint);
  }

  private signal(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    const { signals } = this.program;
    for (let i = 0; i < signals.length; i++) {
      const raised = !Number.isNaN(this.raisedSince[i]);
      if (raised ? !signals[i].clear(this) : !signals[i].raise(this)) continue;
      this.raisedSince[i] = raised ? Number.NaN : t;
      this.recorder.signalChanged?.(i, !raised, t, touchpoint);
    }
  }

  /** When the protection of the held stage ends; Infinity where nothing needs it. */
  private minStayEndsAt(): number {
    if (this.stage <= 0) return NEVER;
    const { minStay, stay } = this.program.stages[this.stage];
    return minStay > 0 && !stay(this) ? this.since + minStay : NEVER;
  }

  private fixedWake(): number {
    return Math.min(this.promises.breaksAt, this.minStayEndsAt());
  }

  private findWake(): void {
    let at = this.fixedWake();
    for (const atom of this.program.stages[this.stage].watches) if (this.flipAt[atom] < at) at = this.flipAt[atom];
    this.wakeAt = at;
  }
}

/** A promise's key as text; undefined where the field is missing, which names no promise. */
const keyText = (value: unknown): string | undefined => {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || typeof one === 'object' ? undefined : String(one);
};

/** The instant in a field; NaN where there is none. */
const instantOf = (value: unknown): number =>
  typeof value === 'string' && ENDS_WITH_OFFSET.test(value) ? Date.parse(value) : Number.NaN;
