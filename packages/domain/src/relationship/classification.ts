import type { StateReader, StateWriter } from '../state-bytes';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { Foresight } from './foresight';
import type { Dependents, Program } from './program';
import type { RaisedSignal } from './relationship';
import type { Remaining } from './state-condition';

const NEVER = Number.POSITIVE_INFINITY;
const NO_STAGE = -1;

/** Receives each change. `from` is -1 for the first touchpoint. */
export interface ChangeListener {
  stageChanged(from: number, to: number, at: number, touchpoint: FoldedTouchpoint | undefined): void;
  signalChanged(signal: number, raised: boolean, at: number, touchpoint: FoldedTouchpoint | undefined): void;
}

/**
 * The stage a customer is in and the signals that are raised (MODEL, section 2), and the instant up to which time alone
 * leaves both as they are. Conditions are asked only where something they look at changed, or where they may flip.
 *
 * Indexes come from the program or from loops over the array itself, so an element is always there (`!`).
 */
export class Classification {
  /** Index of the stage; -1 before the first touchpoint. */
  stage = NO_STAGE;
  /** When the stage was entered. */
  since = Number.NaN;
  /** The last step at which anything was applied or changed. */
  instant = Number.NaN;
  /** Time alone changes nothing before this instant. */
  quietUntil = NEVER;
  /** Since when each signal is raised; NaN while it is not. */
  private readonly raisedSince: Float64Array;
  /** Whether the stage, and which signals, must be looked at again whatever the instant. */
  private stageInDoubt = false;
  private readonly signalInDoubt: Uint8Array;
  /** Before these instants, time alone changes nothing about the stage, or about each signal. */
  private stageUntil = NEVER;
  private readonly signalUntil: Float64Array;
  /** How long the conditions of the stage computed last stay as they are. */
  private stageRemaining = NEVER;
  /** Whether the stage computed last is kept by its minStay alone, although its `stay` fails. */
  private stageProtected = false;
  /** From this instant, time alone changes nothing before `quietUntil`. */
  private quietFrom = Number.NaN;

  /** @param promises when the next one breaks */
  constructor(
    private readonly program: Program,
    private readonly foresight: Foresight,
    private readonly promises: { readonly breaksAt: number },
    private readonly listener: ChangeListener,
  ) {
    this.raisedSince = new Float64Array(program.signals.length);
    this.signalInDoubt = new Uint8Array(program.signals.length);
    this.signalUntil = new Float64Array(program.signals.length);
  }

  reset(): void {
    this.raisedSince.fill(Number.NaN);
    this.stage = NO_STAGE;
    this.since = this.instant = Number.NaN;
    this.quietUntil = NEVER;
  }

  get isEmpty(): boolean {
    return this.stage < 0;
  }
  get stageId(): string | null {
    return this.stage < 0 ? null : this.program.stages[this.stage]!.id;
  }
  /** In the order of the ruleset. */
  raisedSignals(): readonly RaisedSignal[] {
    return this.program.signals.flatMap(({ id }, i) => (this.isRaised(i) ? [{ id, since: this.raisedSince[i]! }] : []));
  }

  /** Everything is looked at in the next step. */
  reconsiderAll(): void {
    this.stageInDoubt = true;
    this.signalInDoubt.fill(1);
  }
  reconsider({ signals, stages }: Dependents): void {
    for (let i = 0; i < signals.length; i++) this.signalInDoubt[signals[i]!] = 1;
    if (stages) this.stageInDoubt = true;
  }

  /** Ends a step at `t`: looks at the stage and signals where they may have changed. */
  settle(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    this.instant = this.quietFrom = t;
    this.foresight.standAt(t);
    this.foresight.forgetChanged(this);
    if (this.stageInDoubt || t >= this.stageUntil) this.settleStage(t, touchpoint);
    for (let i = 0; i < this.signalUntil.length; i++)
      if (this.signalInDoubt[i] !== 0 || t >= this.signalUntil[i]!) this.settleSignal(i, t, touchpoint);
    this.findQuiet();
  }

  private settleStage(t: number, touchpoint: FoldedTouchpoint | undefined): void {
    this.stageInDoubt = false;
    const held = this.stage;
    const stage = this.stageNow(t);
    if (stage === held) {
      this.stageUntil = this.heldUntil(t + this.stageRemaining, this.stageProtected);
      return;
    }
    this.stage = stage;
    this.since = t;
    this.signalInDoubt.fill(1);
    this.listener.stageChanged(held, stage, t, touchpoint);
    this.stageUntil = this.stageQuietUntil();
  }

  private settleSignal(signal: number, t: number, touchpoint: FoldedTouchpoint | undefined): void {
    this.signalInDoubt[signal] = 0;
    let remaining = this.signalRemaining(signal);
    if (remaining > 0) {
      const raised = !this.isRaised(signal);
      this.raisedSince[signal] = raised ? t : Number.NaN;
      this.listener.signalChanged(signal, raised, t, touchpoint);
      remaining = this.signalRemaining(signal);
    }
    this.signalUntil[signal] = t + Math.abs(remaining);
  }

  /** The instant at which time alone next changes the stage or a signal, or breaks a promise; Infinity for never. */
  nextReviewAt(): number {
    if (this.stage < 0) return NEVER;
    this.foresight.standAt(Math.max(this.instant, this.quietFrom));
    for (;;) {
      const at = this.solvedQuietUntil();
      this.quietUntil = at;
      if (at === NEVER || at >= this.promises.breaksAt || this.changesAt(at)) return at;
      this.quietFrom = at;
      this.foresight.standAt(at);
    }
  }

  /** Whether the conditions, asked about at `t`, give another stage or signal. Leaves everything as it was. */
  wouldChange(t: number): boolean {
    return this.peekAt(t, NEVER);
  }

  /** The same at the end of a quiet time: only what may change then is asked. */
  private changesAt(t: number): boolean {
    return this.peekAt(t, t);
  }

  /** Asks about `t`, leaving out what is known not to change up to `asked`. */
  private peekAt(t: number, asked: number): boolean {
    const before = this.foresight.beginPeek(t);
    let would = this.stageUntil <= asked && this.stageNow(t) !== this.stage;
    for (let i = 0; i < this.signalUntil.length && !would; i++)
      would = this.signalUntil[i]! <= asked && this.signalRemaining(i) > 0;
    this.foresight.endPeek(before);
    return would;
  }

  /** The stage that the conditions give at `t`, where the foresight stands (MODEL, section 2, Stages). */
  private stageNow(t: number): number {
    const { foresight } = this;
    const { stages } = this.program;
    const held = this.stage;
    let stage = Math.max(held, 0);
    let remaining = NEVER;
    let staying = NEVER;
    while (stage > 0) {
      staying = stages[stage]!.stay(foresight);
      remaining = Math.abs(staying);
      if (staying > 0 || (stage === held && t - this.since < stages[stage]!.minStay)) break;
      stage--;
    }
    if (stage >= held)
      for (; stage + 1 < stages.length; stage++) {
        const entering = stages[stage + 1]!.enter(foresight);
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
    const { raise, clear } = this.program.signals[signal]!;
    return (this.isRaised(signal) ? clear : raise)(this.foresight);
  }

  private stageQuietUntil(): number {
    const { foresight } = this;
    const { stages } = this.program;
    const staying = stages[this.stage]!.stay(foresight);
    const entering =
      this.stage + 1 < stages.length ? stages[this.stage + 1]!.enter(foresight) : Number.NEGATIVE_INFINITY;
    // The conditions of a stage just reached may move the customer on, at the next millisecond.
    const movesOn = entering > 0 || (staying < 0 && this.since + stages[this.stage]!.minStay <= foresight.now);
    if (movesOn && this.program.stagesLookAtStage) return foresight.now + 1;
    return this.heldUntil(foresight.now + Math.min(Math.abs(staying), Math.abs(entering)), staying < 0);
  }

  /** A stage that is only protected by its minStay is looked at again when that ends. */
  private heldUntil(until: number, onlyProtected: boolean): number {
    const end = this.since + this.program.stages[this.stage]!.minStay;
    return onlyProtected && end > this.foresight.now && end < until ? end : until;
  }

  private findQuiet(): void {
    let until = Math.min(this.stageUntil, this.promises.breaksAt);
    for (let i = 0; i < this.signalUntil.length; i++) if (this.signalUntil[i]! < until) until = this.signalUntil[i]!;
    this.quietUntil = until;
  }

  /** Looks again, from where the foresight stands, at what is known not to change before `upTo` and no longer. */
  private lookAhead(upTo: number): void {
    if (this.stageUntil <= upTo) this.stageUntil = this.stageQuietUntil();
    for (let i = 0; i < this.signalUntil.length; i++)
      if (this.signalUntil[i]! <= upTo) this.signalUntil[i] = this.foresight.now + Math.abs(this.signalRemaining(i));
    this.findQuiet();
  }

  /** The end of the quiet time, solved: some condition does change at that millisecond. */
  private solvedQuietUntil(): number {
    this.lookAhead(this.foresight.now);
    while (this.foresight.solveUpTo(this.quietUntil)) this.lookAhead(this.quietUntil);
    return this.quietUntil;
  }

  saveSignals(out: StateWriter): void {
    for (let i = 0; i < this.raisedSince.length; i++) out.number(this.raisedSince[i]!);
  }
  restoreSignals(saved: StateReader): void {
    for (let i = 0; i < this.raisedSince.length; i++) this.raisedSince[i] = saved.number();
  }
  /** Computes what comes next, after a restore. */
  resume(): void {
    this.quietFrom = this.instant;
    this.foresight.standAt(this.instant);
    this.lookAhead(NEVER);
  }
}
