import type { Metric } from '../metric';
import { CROSSING_SPAN } from '../number/crossing';
import { BeforeTouchpoint } from './before-touchpoint';
import { CaseBook, type KeptCase } from './case-book';
import type { EventContext } from './event-condition';
import { Factor, type Threshold } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { Dependents, MakeStep, Program, TypeProgram, Weight } from './program';
import { PromiseBook } from './promise-book';
import type { RaisedSignal, SettledPromise } from './relationship';
import type { Remaining, StateContext } from './state-condition';

/** Hears what a fold does, for explanations and histories. A replay that only classifies has none. */
export interface FoldRecorder {
  /** `rule` is the id of an evidence rule, or `<promise>:kept` or `<promise>:broken`; it gives `weight` times `scale`. */
  evidence?(
    rule: string,
    touchpoint: { source: string; id: string },
    at: number,
    factor: number,
    weight: number,
    scale: number,
  ): void;
  promiseSettled?(promise: SettledPromise): void;
  /** `from` is -1 for the first touchpoint. Asked while the fold stands at `at`. */
  stageChanged?(fold: Fold, from: number, to: number, at: number, touchpoint: FoldedTouchpoint | undefined): void;
  signalChanged?(signal: number, raised: boolean, at: number, touchpoint: FoldedTouchpoint | undefined): void;
}

const NEVER = Number.POSITIVE_INFINITY;
const AT_LEAST = 0;
const ABOVE = 1;
const AT_MOST = 2;
const COMPARISON_CODES = { atLeast: AT_LEAST, above: ABOVE, atMost: AT_MOST, below: 3 } as const;
const ENDS_WITH_OFFSET = /(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * The fold of one customer's touchpoints under one ruleset (MODEL, sections 3 to 5): mutable, reusable, made for
 * speed. It stands at `instant`, the last step at which anything was applied or changed.
 *
 * Everything is a function of the accumulators and the instant asked about. A touchpoint changes a few accumulators;
 * conditions are looked at only if one of those is compared with anything, and then solved for the instant at which
 * they may next change, so that time without touchpoints costs nothing.
 */
export class Fold implements EventContext, StateContext {
  readonly factors: readonly Factor[];
  readonly metrics: readonly Metric[];
  readonly cases = new CaseBook();
  readonly promises: PromiseBook;
  readonly consents = new Set<string>();
  private readonly beforeTouchpoint: BeforeTouchpoint;
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
  /** The instant that conditions are asked about. */
  private now = Number.NaN;
  /** Per atom: from `foreseenAt` on it does not flip before `flipAt`; NaN where its subject changed since. */
  private readonly foreseenAt: Float64Array;
  private readonly flipAt: Float64Array;
  /** 1 where the atom holds until then. */
  private readonly held: Uint8Array;
  /** 1 where the atom flips at that very millisecond. */
  private readonly exact: Uint8Array;
  private readonly comparisons: Uint8Array;
  /** Metrics, then factors, whose scores and confidences move with what remains of their evidence. */
  private readonly subjectOfAtom: Int32Array;
  /** The threshold of a metric; of a factor the base, and what evidence is multiplied with. */
  private readonly thresholds: Float64Array;
  private readonly perFor: Float64Array;
  private readonly perAgainst: Float64Array;
  /** The value of a metric, or what remains of a factor's evidence, at the instant it was last asked about. */
  private readonly subjectValue: Float64Array;
  private readonly subjectValueAt: Float64Array;
  private readonly touchedMetric: Uint8Array;
  private readonly touchedFactor: Uint8Array;
  private touched = false;
  /** While looking ahead, what is foreseen from `now` must stay as it is. */
  private peeking = false;
  /** Whether stages, and which signals, must be looked at again whatever the instant. */
  private stageTouched = false;
  private readonly signalTouched: Uint8Array;
  /** Before these instants, time alone changes nothing about the stage, or about each signal. */
  private stageUntil = NEVER;
  /** How long the conditions asked for the stage last stay as they are. */
  private stageRemaining = NEVER;
  /** Whether the stage asked for last is held against its `stay`, by its minStay alone. */
  private stageProtected = false;
  private readonly signalUntil: Float64Array;
  /** From here, where nothing was left to change, time alone changes nothing before `quietUntil`. */
  private quietFrom = Number.NaN;
  private quietUntil = NEVER;

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
    this.beforeTouchpoint = new BeforeTouchpoint(this, this.metrics.length);
    this.applied = Array.from({ length: program.evidenceRules }, () => []);
    this.held = new Uint8Array(program.atoms.length);
    this.exact = new Uint8Array(program.atoms.length);
    this.foreseenAt = new Float64Array(program.atoms.length);
    this.flipAt = new Float64Array(program.atoms.length);
    this.raisedSince = new Float64Array(program.signals.length);
    this.signalTouched = new Uint8Array(program.signals.length);
    this.signalUntil = new Float64Array(program.signals.length);
    this.touchedMetric = new Uint8Array(this.metrics.length);
    this.touchedFactor = new Uint8Array(this.factors.length);
    this.subjectValue = new Float64Array(this.metrics.length + this.factors.length);
    this.subjectValueAt = new Float64Array(this.subjectValue.length);
    this.comparisons = Uint8Array.from(program.atoms, ({ comparison }) => COMPARISON_CODES[comparison]);
    const factorIds = program.factors.map(({ id }) => id);
    this.subjectOfAtom = Int32Array.from(program.atoms, ({ subject, id }) =>
      subject === 'metric' ? program.metricIds.indexOf(id) : this.metrics.length + factorIds.indexOf(id),
    );
    this.thresholds = Float64Array.from(program.thresholds, ({ base }) => base);
    this.perFor = Float64Array.from(program.thresholds, ({ perFor }) => perFor);
    this.perAgainst = Float64Array.from(program.thresholds, ({ perAgainst }) => perAgainst);
    this.reset();
  }

  /** Back to a customer of whom nothing is known. */
  reset(): void {
    for (const factor of this.factors) factor.reset();
    for (const metric of this.metrics) metric.reset();
    for (const times of this.applied) if (times.length > 0) times.length = 0;
    this.cases.reset();
    this.promises.reset();
    if (this.consents.size > 0) this.consents.clear();
    this.raisedSince.fill(Number.NaN);
    this.stage = -1;
    this.since = this.instant = this.firstTouchpointAt = this.lastTouchpointAt = Number.NaN;
    this.touchpoints = 0;
    this.touched = false;
    this.quietUntil = NEVER;
    this.flipAt.fill(Number.NaN);
    this.subjectValueAt.fill(Number.NaN);
  }

  /** Whether no touchpoint was applied yet: then there is no stage. */
  get isEmpty(): boolean {
    return this.stage < 0;
  }
  get stageId(): string | null {
    return this.stage < 0 ? null : this.program.stages[this.stage].id;
  }
  hasConsent(purpose: string): boolean {
    return this.consents.has(purpose);
  }
  /** The signals that are raised, in the order of the ruleset, and since when. */
  raisedSignals(): readonly RaisedSignal[] {
    return this.program.signals.flatMap(({ id }, i) => (this.isRaised(i) ? [{ id, since: this.raisedSince[i] }] : []));
  }
  caseOf(touchpoint: FoldedTouchpoint): KeptCase | undefined {
    return this.cases.find(touchpoint.data.caseId);
  }
  metricValue(index: number, t: number): number {
    return this.metrics[index].value(t);
  }
  factorScore(index: number, t: number): number {
    return this.factors[index].scoreAt(t);
  }
  factorSide(index: number, { base, perFor, perAgainst }: Threshold, t: number): number {
    const factor = this.factors[index];
    return factor.side(base, perFor, perAgainst, factor.remainingAt(t));
  }
  atomRemaining(atom: number): Remaining {
    if (this.peeking) return this.atomHolds(atom) ? 1 : -1;
    if (!(this.foreseenAt[atom] <= this.now && this.now < this.flipAt[atom])) {
      this.held[atom] = this.atomHolds(atom) ? 1 : 0;
      this.foresee(atom, this.now, this.now);
    }
    const remaining = this.flipAt[atom] - this.now;
    return this.held[atom] === 1 ? remaining : -remaining;
  }

  /**
   * Applies touchpoints: all different, in canonical order, all later than `instant`. What time changes between
   * them happens on the way.
   */
  apply(touchpoints: readonly FoldedTouchpoint[]): void {
    for (let i = 0; i < touchpoints.length; ) {
      const t = touchpoints[i].occurredAt;
      if (this.quietUntil < t) this.advance(t - 1);
      if (this.stage < 0) {
        this.firstTouchpointAt = t;
        this.touchAll();
      }
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
    while (this.quietUntil <= until) {
      const t = this.nextReviewAt();
      if (t > until) return;
      if (this.promises.breaksAt <= t) this.breakPromises(t);
      this.settle(t, undefined);
    }
  }

  /** The instant at which time alone next changes the stage or a signal, or breaks a promise; Infinity for never. */
  nextReviewAt(): number {
    if (this.stage < 0) return NEVER;
    this.now = Math.max(this.instant, this.quietFrom);
    for (;;) {
      const at = this.solvedQuietUntil();
      this.quietUntil = at;
      if (at === NEVER || at >= this.promises.breaksAt || this.changesAt(at)) return at;
      this.quietFrom = this.now = at;
    }
  }

  /** Whether the conditions, asked about at `t`, give another stage or signal than the fold has. */
  wouldChange(t: number): boolean {
    return this.peekAt(t, NEVER);
  }

  /** The same at the end of a quiet time: only what may change then is asked. */
  private changesAt(t: number): boolean {
    return this.peekAt(t, t);
  }

  /** Asks about `t`, leaving out what is known not to change up to `asked`, and leaves everything as it was. */
  private peekAt(t: number, asked: number): boolean {
    const { now } = this;
    this.now = t;
    this.peeking = true;
    let would = this.stageUntil <= asked && this.stageNow(t) !== this.stage;
    for (let i = 0; i < this.signalUntil.length && !would; i++)
      would = this.signalUntil[i] <= asked && this.signalRemaining(i) > 0;
    this.peeking = false;
    this.now = now;
    return would;
  }

  /** Foresees what comes next, after a restore. */
  resume(): void {
    if (this.stage < 0) return;
    this.now = this.quietFrom = this.instant;
    this.lookAhead(NEVER);
  }

  private take(touchpoint: FoldedTouchpoint, t: number): void {
    const { program, recorder } = this;
    const steps: TypeProgram = program.programFor(touchpoint.type);
    this.touchpoints++;
    this.lastTouchpointAt = t;
    const before = steps.metricsSeen.length === 0 ? this : this.beforeTouchpoint.as(steps.metricsSeen, t);

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
      if (outcome === 'kept')
        this.give(program.promises[promise].kept, program.promises[promise].whenKept, 1, touchpoint, t);
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

    for (const { metric, where, values, sign } of steps.metrics) {
      if (where !== null && !where(before, touchpoint, t)) continue;
      const accumulator = this.metrics[metric];
      if (values === null) accumulator.add(1, t);
      else addValues(accumulator, values(before, touchpoint, t), sign, t);
      this.touchedMetric[metric] = 1;
      this.touched = true;
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
    this.touchAll();
  }

  private breakPromises(t: number): void {
    this.promises.expire(t, (rule, { id, key, touchpoint }) => {
      this.touchMetrics(this.program.metricsOfPromise[rule]);
      this.recorder.promiseSettled?.({ id, key, outcome: 'broken', at: t });
      this.give(this.program.promises[rule].broken, this.program.promises[rule].whenBroken, 1, touchpoint, t);
    });
  }

  private give(
    rule: string,
    gives: readonly Weight[],
    scale: number,
    touchpoint: { source: string; id: string },
    t: number,
  ): void {
    for (const [factor, weight] of gives) {
      this.factors[factor].give(weight * scale, t);
      this.touchedFactor[factor] = 1;
      this.touched = true;
      this.recorder.evidence?.(rule, touchpoint, t, factor, weight, scale);
    }
  }

  private touchMetrics(metrics: readonly number[]): void {
    for (const metric of metrics) {
      this.touchedMetric[metric] = 1;
      this.touched = true;
    }
  }

  /** Ends a step: stage and signals, where they may have changed. */
  private settle(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    this.now = this.instant = this.quietFrom = t;
    if (this.touched) this.forgetTouched();
    if (this.stageTouched || t >= this.stageUntil) {
      this.stageTouched = false;
      const held = this.stage;
      const stage = this.stageNow(t);
      if (stage !== held) {
        this.stage = stage;
        this.since = t;
        this.signalTouched.fill(1);
        this.recorder.stageChanged?.(this, held, stage, t, touchpoint);
      }
      this.stageUntil =
        stage === held ? this.heldUntil(t + this.stageRemaining, this.stageProtected) : this.stageQuietUntil();
    }
    for (let i = 0; i < this.signalUntil.length; i++) {
      if (this.signalTouched[i] === 0 && t < this.signalUntil[i]) continue;
      this.signalTouched[i] = 0;
      let remaining = this.signalRemaining(i);
      if (remaining > 0) {
        const raised = !this.isRaised(i);
        this.raisedSince[i] = raised ? t : Number.NaN;
        this.recorder.signalChanged?.(i, raised, t, touchpoint);
        remaining = this.signalRemaining(i);
      }
      this.signalUntil[i] = t + Math.abs(remaining);
    }
    this.findQuiet();
  }

  private touchAll(): void {
    this.stageTouched = true;
    this.signalTouched.fill(1);
  }

  /** What was known of numbers that a touchpoint changed is no longer so. */
  private forgetTouched(): void {
    this.touched = false;
    const { ofMetric, ofFactor } = this.program;
    const metrics = this.touchedMetric.length;
    const factors = this.touchedFactor.length;
    for (let i = 0; i < metrics; i++)
      if (this.touchedMetric[i] === 1) {
        this.touchedMetric[i] = 0;
        this.subjectValueAt[i] = Number.NaN;
        this.forget(ofMetric[i]);
      }
    for (let i = 0; i < factors; i++)
      if (this.touchedFactor[i] === 1) {
        this.touchedFactor[i] = 0;
        this.subjectValueAt[metrics + i] = Number.NaN;
        this.forget(ofFactor[i]);
      }
  }

  private forget({ atoms, signals, stages }: Dependents): void {
    for (let i = 0; i < atoms.length; i++) this.flipAt[atoms[i]] = Number.NaN;
    for (let i = 0; i < signals.length; i++) this.signalTouched[signals[i]] = 1;
    if (stages) this.stageTouched = true;
  }

  private valueAt(subject: number, t: number): number {
    const factor = subject - this.metrics.length;
    return factor < 0 ? this.metrics[subject].value(t) : this.factors[factor].remainingAt(t);
  }

  private valueNow(subject: number): number {
    if (this.subjectValueAt[subject] !== this.now) {
      this.subjectValue[subject] = this.valueAt(subject, this.now);
      this.subjectValueAt[subject] = this.now;
    }
    return this.subjectValue[subject];
  }

  private atomHolds(atom: number): boolean {
    return this.holdsWith(atom, this.valueNow(this.subjectOfAtom[atom]));
  }

  /** Whether an atom holds while its subject has a value. */
  private holdsWith(atom: number, value: number): boolean {
    const factor = this.subjectOfAtom[atom] - this.metrics.length;
    const side =
      factor < 0
        ? value - this.thresholds[atom]
        : this.factors[factor].side(this.thresholds[atom], this.perFor[atom], this.perAgainst[atom], value);
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

  /** The first flip after `from`, sought after `after`, up to where there is none. */
  private foresee(atom: number, from: number, after: number): void {
    this.foreseenAt[atom] = from;
    const subject = this.subjectOfAtom[atom];
    const factor = subject - this.metrics.length;
    const at =
      factor < 0
        ? this.metrics[subject].crossing(this.thresholds[atom], after)
        : this.factors[factor].crossing(this.thresholds[atom], this.perFor[atom], this.perAgainst[atom], after);
    this.flipAt[atom] = at;
    this.exact[atom] = at === NEVER ? 1 : 0;
  }

  /** From "not before" to the exact millisecond of the flip, or on to the next instant at which it may come. */
  private solve(atom: number): void {
    const subject = this.subjectOfAtom[atom];
    const held = this.atomHolds(atom);
    const last = this.flipAt[atom] + CROSSING_SPAN;
    for (let t = this.flipAt[atom]; t <= last; t++)
      if (this.holdsWith(atom, this.valueAt(subject, t)) !== held) {
        this.flipAt[atom] = t;
        this.exact[atom] = 1;
        return;
      }
    this.foresee(atom, this.foreseenAt[atom], last);
  }

  /** The stage that the conditions give at `t`, where `now` stands (MODEL, section 2, Stages). */
  private stageNow(t: number): number {
    const { stages } = this.program;
    const held = this.stage;
    let stage = Math.max(held, 0);
    let remaining = NEVER;
    let staying = NEVER;
    while (stage > 0) {
      staying = stages[stage].stay(this);
      remaining = Math.abs(staying);
      if (staying > 0 || (stage === held && t - this.since < stages[stage].minStay)) break;
      stage--;
    }
    if (stage >= held)
      for (; stage + 1 < stages.length; stage++) {
        const entering = stages[stage + 1].enter(this);
        remaining = Math.min(remaining, Math.abs(entering));
        if (entering < 0) break;
      }
    this.stageRemaining = remaining;
    this.stageProtected = staying < 0;
    return stage;
  }

  private isRaised(signal: number): boolean {
    return !Number.isNaN(this.raisedSince[signal]);
  }

  /** Above 0 where the signal is to be raised, or cleared. */
  private signalRemaining(signal: number): Remaining {
    const { raise, clear } = this.program.signals[signal];
    return (this.isRaised(signal) ? clear : raise)(this);
  }

  private stageQuietUntil(): number {
    const { stages } = this.program;
    const staying = stages[this.stage].stay(this);
    const entering = this.stage + 1 < stages.length ? stages[this.stage + 1].enter(this) : Number.NEGATIVE_INFINITY;
    // Asked about the stage just reached, its conditions may want to move on: they do at the next millisecond.
    const movesOn = entering > 0 || (staying < 0 && this.since + stages[this.stage].minStay <= this.now);
    if (movesOn && this.program.stagesLookAtStage) return this.now + 1;
    return this.heldUntil(this.now + Math.min(Math.abs(staying), Math.abs(entering)), staying < 0);
  }

  /** A stage that is only protected by its minStay is looked at again when that ends. */
  private heldUntil(until: number, onlyProtected: boolean): number {
    const end = this.since + this.program.stages[this.stage].minStay;
    return onlyProtected && end > this.now && end < until ? end : until;
  }

  private findQuiet(): void {
    let until = Math.min(this.stageUntil, this.promises.breaksAt);
    for (let i = 0; i < this.signalUntil.length; i++) if (this.signalUntil[i] < until) until = this.signalUntil[i];
    this.quietUntil = until;
  }

  /** Looks anew, from `now`, at what is known not to change before `upTo` and no longer. */
  private lookAhead(upTo: number): void {
    if (this.stageUntil <= upTo) this.stageUntil = this.stageQuietUntil();
    for (let i = 0; i < this.signalUntil.length; i++)
      if (this.signalUntil[i] <= upTo) this.signalUntil[i] = this.now + Math.abs(this.signalRemaining(i));
    this.findQuiet();
  }

  /** Before when nothing can change by time, solved: some condition does change at that millisecond. */
  private solvedQuietUntil(): number {
    this.lookAhead(this.now);
    for (;;) {
      let solved = false;
      for (let atom = 0; atom < this.flipAt.length; atom++)
        if (this.exact[atom] === 0 && this.flipAt[atom] > this.now && this.flipAt[atom] <= this.quietUntil) {
          this.solve(atom);
          solved = true;
        }
      if (!solved) return this.quietUntil;
      this.lookAhead(this.quietUntil);
    }
  }
}

/** Objects are no values: two with the same content could not be told to be the same. A sum takes numbers only. */
const addValue = (metric: Metric, value: unknown, sign: number, t: number): void => {
  if (sign === 0) {
    if (value !== undefined && typeof value !== 'object') metric.add(value, t);
  } else if (typeof value === 'number') metric.add(sign * value, t);
};

const addValues = (metric: Metric, found: unknown, sign: number, t: number): void => {
  if (!Array.isArray(found)) addValue(metric, found, sign, t);
  else for (let i = 0; i < found.length; i++) addValue(metric, found[i], sign, t);
};

/** A promise's key as text; undefined where the field is missing, which names no promise. */
const keyText = (value: unknown): string | undefined => {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || typeof one === 'object' ? undefined : String(one);
};

/** The instant in a field; NaN where there is none. */
const instantOf = (value: unknown): number =>
  typeof value === 'string' && ENDS_WITH_OFFSET.test(value) ? Date.parse(value) : Number.NaN;
