import type { Metric } from '../metric';
import type { StateReader, StateWriter } from '../state-bytes';
import { BeforeTouchpoint } from './before-touchpoint';
import { CaseBook, type KeptCase } from './case-book';
import { Classification } from './classification';
import type { EventContext } from './event-condition';
import { EvidenceLimits } from './evidence-limits';
import { Factor, type Threshold } from './factor';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { Foresight } from './foresight';
import type { EvidenceStep, MakeStep, MetricStep, Program, SettleStep, Weight } from './program';
import { PromiseBook } from './promise-book';
import type { RaisedSignal, SettledPromise } from './relationship';

/** Receives what a fold does, for explanations and histories. A replay that only classifies needs none. */
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
  /** `from` is -1 for the first touchpoint. Called while the fold stands at `at`. */
  stageChanged?(fold: Fold, from: number, to: number, at: number, touchpoint: FoldedTouchpoint | undefined): void;
  signalChanged?(signal: number, raised: boolean, at: number, touchpoint: FoldedTouchpoint | undefined): void;
}

const ENDS_WITH_OFFSET = /(?:[Zz]|[+-]\d\d:\d\d)$/;

/**
 * The fold of one customer's touchpoints under one ruleset (MODEL, sections 3 to 5): mutable, reusable, made for
 * speed. It stands at `instant`, the last step at which anything was applied or changed.
 *
 * Everything is a function of the accumulators and the instant asked about. The fold applies touchpoints to
 * accumulators. What follows from them is left to its {@link Classification}, which looks at conditions only if one of
 * those accumulators is compared with anything, and which knows from its {@link Foresight} when they may next change:
 * time without touchpoints costs nothing.
 */
export class Fold implements EventContext {
  readonly factors: readonly Factor[];
  readonly metrics: readonly Metric[];
  readonly cases = new CaseBook();
  readonly promises: PromiseBook;
  readonly consents = new Set<string>();
  touchpoints = 0;
  firstTouchpointAt = Number.NaN;
  lastTouchpointAt = Number.NaN;
  private readonly limits: EvidenceLimits;
  private readonly beforeTouchpoint: BeforeTouchpoint;
  private readonly foresight: Foresight;
  private readonly classification: Classification;

  constructor(
    readonly program: Program,
    private readonly recorder: FoldRecorder = {},
  ) {
    this.factors = program.factors.map((parameters) => new Factor(parameters));
    this.promises = new PromiseBook(program.promises.map(({ id }) => id));
    this.metrics = program.createMetrics({
      openPromises: (rule) => this.promises.count(rule),
      openComplaints: () => this.cases.openCount,
    });
    this.limits = new EvidenceLimits(program.evidenceRules);
    this.beforeTouchpoint = new BeforeTouchpoint(this, this.metrics.length);
    this.foresight = new Foresight(program, this.metrics, this.factors, this);
    this.classification = new Classification(program, this.foresight, this.promises, {
      stageChanged: (...change) => recorder.stageChanged?.(this, ...change),
      signalChanged: (...change) => recorder.signalChanged?.(...change),
    });
    this.reset();
  }

  /** Back to a customer of whom nothing is known. */
  reset(): void {
    for (const factor of this.factors) factor.reset();
    for (const metric of this.metrics) metric.reset();
    this.limits.reset();
    this.cases.reset();
    this.promises.reset();
    if (this.consents.size > 0) this.consents.clear();
    this.firstTouchpointAt = this.lastTouchpointAt = Number.NaN;
    this.touchpoints = 0;
    this.foresight.reset();
    this.classification.reset();
  }

  /** Whether no touchpoint was applied yet: then there is no stage. */
  get isEmpty(): boolean {
    return this.classification.isEmpty;
  }
  /** Index of the stage in the program; only where the fold is not empty. */
  get stage(): number {
    return this.classification.stage;
  }
  get stageId(): string | null {
    return this.classification.stageId;
  }
  /** When the stage was entered. */
  get since(): number {
    return this.classification.since;
  }
  /** The last step at which anything was applied or changed. */
  get instant(): number {
    return this.classification.instant;
  }
  /** The signals that are raised, in the order of the ruleset, and since when. */
  raisedSignals(): readonly RaisedSignal[] {
    return this.classification.raisedSignals();
  }
  hasConsent(purpose: string): boolean {
    return this.consents.has(purpose);
  }
  caseOf(touchpoint: FoldedTouchpoint): KeptCase | undefined {
    return this.cases.find(touchpoint.data.caseId);
  }
  metricValue(index: number, t: number): number {
    return this.metrics[index]!.value(t);
  }
  /** @throws TypeError for a factor that the ruleset does not have */
  factorOf(id: string): Factor {
    const factor = this.factors[this.program.factors.findIndex((one) => one.id === id)];
    if (factor === undefined) throw new TypeError(`no factor "${id}" in the ruleset`);
    return factor;
  }
  factorScore(index: number, t: number): number {
    return this.factors[index]!.scoreAt(t);
  }
  factorSide(index: number, { base, perFor, perAgainst }: Threshold, t: number): number {
    const factor = this.factors[index]!;
    return factor.side(base, perFor, perAgainst, factor.remainingAt(t));
  }

  /**
   * Applies touchpoints: all different, in canonical order, all later than `instant`. What time changes between
   * them happens on the way.
   */
  apply(touchpoints: readonly FoldedTouchpoint[]): void {
    const { classification, promises } = this;
    for (let i = 0; i < touchpoints.length; ) {
      const t = touchpoints[i]!.occurredAt;
      if (classification.quietUntil < t) this.advance(t - 1);
      if (classification.isEmpty) {
        this.firstTouchpointAt = t;
        classification.reconsiderAll();
      }
      if (promises.breaksAt <= t) this.breakPromises(t);
      let touchpoint: FoldedTouchpoint;
      do {
        touchpoint = touchpoints[i++]!;
        this.take(touchpoint, t);
      } while (i < touchpoints.length && touchpoints[i]!.occurredAt === t);
      classification.settle(t, touchpoint);
    }
  }

  /** Lets time pass: all changes that become true up to and including `until`, each at its own instant. */
  advance(until: number): void {
    const { classification } = this;
    while (classification.quietUntil <= until) {
      const t = classification.nextReviewAt();
      if (t > until) return;
      if (this.promises.breaksAt <= t) this.breakPromises(t);
      classification.settle(t, undefined);
    }
  }

  /** The instant at which time alone next changes the stage or a signal, or breaks a promise; Infinity for never. */
  nextReviewAt(): number {
    return this.classification.nextReviewAt();
  }

  /** Whether the conditions, asked about at `t`, give another stage or signal than the fold has. */
  wouldChange(t: number): boolean {
    return this.classification.wouldChange(t);
  }

  /** Applies one touchpoint, in the order of MODEL, section 3. */
  private take(touchpoint: FoldedTouchpoint, t: number): void {
    const { program } = this;
    const steps = program.programFor(touchpoint.type);
    this.touchpoints++;
    this.lastTouchpointAt = t;
    const before = steps.metricsSeen.length === 0 ? this : this.beforeTouchpoint.as(steps.metricsSeen, t);

    if (steps.movesCases && this.cases.apply(touchpoint, t)) this.metricsChanged(program.metricsOfComplaints);
    for (const step of steps.settles) this.settlePromise(step, touchpoint, t);
    for (const step of steps.evidence) this.giveEvidence(step, touchpoint, t);
    for (const step of steps.metrics) this.addToMetric(step, before, touchpoint, t);
    for (const step of steps.makes) this.makePromise(step, touchpoint, t);
    if (steps.consent !== null) this.setConsent(touchpoint.data.purpose, steps.consent === 'granted');
  }

  private settlePromise({ promise, outcome, key, when }: SettleStep, touchpoint: FoldedTouchpoint, t: number): void {
    if (this.promises.count(promise) === 0) return;
    if (when !== null && !when(this, touchpoint, t)) return;
    const keyValue = key === null ? null : keyText(key(this, touchpoint, t));
    if (keyValue === undefined) return;
    const settled = this.promises.settle(promise, keyValue);
    if (settled === undefined) return;
    this.metricsChanged(this.program.metricsOfPromise[promise]!);
    this.recorder.promiseSettled?.({ id: settled.id, key: settled.key, outcome, at: t });
    if (outcome !== 'kept') return;
    const { kept, whenKept } = this.program.promises[promise]!;
    this.give(kept, whenKept, 1, touchpoint, t);
  }

  private giveEvidence(
    { rule, id, when, gives, scale, times, within }: EvidenceStep,
    touchpoint: FoldedTouchpoint,
    t: number,
  ): void {
    if (when !== null && !when(this, touchpoint, t)) return;
    const factor = scale === null ? 1 : scale(this, touchpoint, t);
    if (factor === 0) return;
    if (times > 0 && !this.limits.admit(rule, times, within, t)) return;
    this.give(id, gives, factor, touchpoint, t);
  }

  /** @param before the customer as they were before the touchpoint */
  private addToMetric(
    { metric, where, values, sign }: MetricStep,
    before: EventContext,
    touchpoint: FoldedTouchpoint,
    t: number,
  ): void {
    if (where !== null && !where(before, touchpoint, t)) return;
    const accumulator = this.metrics[metric]!;
    if (values === null) accumulator.add(1, t);
    else addValues(accumulator, values(before, touchpoint, t), sign, t);
    this.foresight.metricChanged(metric);
  }

  private makePromise({ promise, when, key, within, by }: MakeStep, touchpoint: FoldedTouchpoint, t: number): void {
    if (when !== null && !when(this, touchpoint, t)) return;
    const deadline = by === null ? t + within : instantOf(by(this, touchpoint, t));
    if (!(deadline >= t)) return;
    const keyValue = key === null ? null : keyText(key(this, touchpoint, t));
    if (keyValue === undefined) return;
    if (this.promises.make(promise, keyValue, deadline, touchpoint, t))
      this.metricsChanged(this.program.metricsOfPromise[promise]!);
  }

  private setConsent(purpose: unknown, granted: boolean): void {
    if (typeof purpose !== 'string' || this.consents.has(purpose) === granted) return;
    if (granted) this.consents.add(purpose);
    else this.consents.delete(purpose);
    this.classification.reconsiderAll();
  }

  private breakPromises(t: number): void {
    this.promises.expire(t, (rule, { id, key, touchpoint }) => {
      this.metricsChanged(this.program.metricsOfPromise[rule]!);
      this.recorder.promiseSettled?.({ id, key, outcome: 'broken', at: t });
      this.give(this.program.promises[rule]!.broken, this.program.promises[rule]!.whenBroken, 1, touchpoint, t);
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
      this.factors[factor]!.give(weight * scale, t);
      this.foresight.factorChanged(factor);
      this.recorder.evidence?.(rule, touchpoint, t, factor, weight, scale);
    }
  }

  private metricsChanged(metrics: readonly number[]): void {
    for (const metric of metrics) this.foresight.metricChanged(metric);
  }

  /** Writes the state for {@link restore}. What is written, and its order, belongs to the version of the model. */
  save(out: StateWriter): void {
    out.number(this.stage);
    if (this.isEmpty) return;
    out.number(this.since);
    out.number(this.instant);
    out.number(this.touchpoints);
    out.number(this.firstTouchpointAt);
    out.number(this.lastTouchpointAt);
    for (const factor of this.factors) factor.save(out);
    for (const metric of this.metrics) metric.save(out);
    this.cases.save(out);
    this.promises.save(out);
    out.number(this.consents.size);
    for (const purpose of this.consents) out.other(purpose);
    this.limits.save(out);
    this.classification.saveSignals(out);
  }

  /** Takes on a state saved under the same ruleset. The state before is lost. */
  restore(saved: StateReader): void {
    const { classification } = this;
    this.reset();
    classification.stage = saved.number();
    if (classification.isEmpty) return;
    classification.since = saved.number();
    classification.instant = saved.number();
    this.touchpoints = saved.number();
    this.firstTouchpointAt = saved.number();
    this.lastTouchpointAt = saved.number();
    for (const factor of this.factors) factor.restore(saved);
    for (const metric of this.metrics) metric.restore(saved);
    this.cases.restore(saved);
    this.promises.restore(saved);
    for (let left = saved.number(); left > 0; left--) this.consents.add(saved.other() as string);
    this.limits.restore(saved);
    classification.restoreSignals(saved);
    classification.resume();
  }
}

/** Objects are not counted: two with equal content would be two values. A sum takes numbers only. */
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
