import { formatInstant } from '../time/instant';
import { identityOf } from '../touchpoint/touchpoint';
import { type View, viewOf, withoutDuplicates } from './canonical';
import { decidingConditions } from './conditions-now';
import { Fold, type FoldRecorder } from './fold';
import type { FoldedTouchpoint } from './folded-touchpoint';
import type { Program } from './program';
import type { SettledPromise, SignalChange, StageChange, StageMove } from './relationship';

/** A piece of evidence as the fold gave it. */
export interface GivenEvidence {
  readonly rule: string;
  readonly source: string;
  readonly event: string;
  readonly at: number;
  /** Of the rule, before its scale. */
  readonly weight: number;
  /** What the weight was multiplied with; 1 where the rule has no scale. */
  readonly scale: number;
}

/** A fold at `asOf` with everything it did on the way: what explanations are made from. */
export interface Evaluation {
  readonly fold: Fold;
  readonly asOf: number;
  readonly history: readonly StageChange[];
  readonly signals: readonly SignalChange[];
  readonly settledPromises: readonly SettledPromise[];
  /** By index of the factor, in the order given. */
  readonly evidence: readonly (readonly GivenEvidence[])[];
}

type HeardStage = Parameters<Required<FoldRecorder>['stageChanged']>;
type HeardSignal = Parameters<Required<FoldRecorder>['signalChanged']>;

/** What brought a change about: the touchpoint, or time where there is none. */
const causeOf = (touchpoint: FoldedTouchpoint | undefined): Pick<StageMove, 'cause' | 'touchpoint'> =>
  touchpoint === undefined
    ? { cause: 'time', touchpoint: undefined }
    : { cause: 'touchpoint', touchpoint: identityOf(touchpoint) };

/** The move that a {@link FoldRecorder} is called with. */
export const stageMove = (...[fold, from, to, at, touchpoint]: HeardStage): StageMove => ({
  at,
  from: from < 0 ? null : fold.program.stages[from]!.id,
  to: fold.program.stages[to]!.id,
  ...causeOf(touchpoint),
});

/** The same with the conditions that decided it. */
export const stageChange = (...heard: HeardStage): StageChange => {
  const [fold, from, to, at] = heard;
  return { ...stageMove(...heard), because: decidingConditions(fold, from, to, at) };
};

/** The change of a signal that a {@link FoldRecorder} is called with. */
export const signalChange = ({ signals }: Program, ...[signal, raised, at, touchpoint]: HeardSignal): SignalChange => ({
  at,
  signal: signals[signal]!.id,
  raised,
  ...causeOf(touchpoint),
});

/**
 * The one function behind every answer: folds touchpoints (any order, duplicates welcome) and keeps the reasons.
 *
 * @param view `asOf` defaults to the last touchpoint
 */
export const evaluate = (program: Program, touchpoints: readonly FoldedTouchpoint[], view: View = {}): Evaluation => {
  const known = viewOf(withoutDuplicates(viewOf(touchpoints, { knownAt: view.knownAt })), { asOf: view.asOf });
  const history: StageChange[] = [];
  const signals: SignalChange[] = [];
  const settledPromises: SettledPromise[] = [];
  const evidence: GivenEvidence[][] = program.factors.map(() => []);
  const fold = new Fold(program, {
    stageChanged: (...change) => history.push(stageChange(...change)),
    evidence: (rule, { source, id }, at, factor, weight, scale) =>
      evidence[factor]!.push({ rule, source, event: id, at, weight, scale }),
    promiseSettled: (promise) => settledPromises.push(promise),
    signalChanged: (...change) => signals.push(signalChange(program, ...change)),
  });
  fold.apply(known);
  const asOf = view.asOf ?? fold.lastTouchpointAt;
  if (!fold.isEmpty) fold.advance(asOf);
  return { fold, asOf, history, signals, settledPromises, evidence };
};

/** The shape of `evaluate --json` and of explanations over HTTP: JSON, instants in RFC 3339, infinite as null. */
export interface EvaluationDocument {
  readonly stage: string | null;
  readonly since?: string;
  readonly history?: readonly { readonly at: string; readonly from: string | null; readonly to: string }[];
  readonly factors?: Readonly<Record<string, { readonly score: number; readonly confidence: number }>>;
  readonly metrics?: Readonly<Record<string, number | null>>;
  readonly signals?: readonly { readonly at: string; readonly signal: string; readonly raised: boolean }[];
  readonly openPromises?: readonly { readonly id: string; readonly key: string | null; readonly deadline: string }[];
  readonly settledPromises?: readonly {
    readonly id: string;
    readonly key: string | null;
    readonly outcome: SettledPromise['outcome'];
    readonly at: string;
  }[];
  readonly contributions?: Readonly<Record<string, ContributionsDocument>>;
}

export interface ContributionsDocument {
  readonly base: number;
  /** [a, b] of the formula. */
  readonly prior: readonly [number, number];
  /** ISO 8601. */
  readonly halfLife: string;
  /** T of the formula: the prior and what remains of all evidence. */
  readonly total: number;
  readonly rows: readonly {
    readonly rule: string;
    readonly source: string;
    readonly event: string;
    readonly at: string;
    /** Of the rule, before its scale; w of the formula is both multiplied. */
    readonly weight: number;
    readonly scale: number;
    /** d of the formula, `2 ^ (-age / half-life)`: what remains of the weight. */
    readonly ageFactor: number;
    readonly points: number;
  }[];
}

/**
 * Points per piece of evidence, with all that they are computed from; with the base they add up to the score (MODEL,
 * section 2, Factors).
 */
export const contributionsOf = ({ fold, asOf, evidence }: Evaluation, factor: number): ContributionsDocument => {
  const {
    id,
    prior: [a, b],
  } = fold.program.factors[factor]!;
  const prior = a / (a + b);
  const accumulator = fold.factors[factor]!;
  const total = accumulator.totalAt(asOf);
  return {
    base: 100 * prior,
    prior: [a, b],
    halfLife: fold.program.ruleset.factors[id]!.halfLife,
    total,
    rows: evidence[factor]!.map(({ rule, source, event, at, weight, scale }) => {
      const scaled = weight * scale;
      const ageFactor = accumulator.remaining(at, asOf);
      return {
        rule,
        source,
        event,
        at: formatInstant(at),
        weight,
        scale,
        ageFactor,
        points: ((100 * Math.abs(scaled) * ageFactor) / total) * (scaled > 0 ? 1 - prior : -prior),
      };
    }),
  };
};

/** {@link Evaluation} as a document. `{ stage: null }` where nothing had happened yet. */
export const toDocument = (evaluation: Evaluation): EvaluationDocument => {
  const { fold, asOf } = evaluation;
  if (fold.stageId === null) return { stage: null };
  const { program } = fold;
  return {
    stage: fold.stageId,
    since: formatInstant(fold.since),
    history: evaluation.history.map(({ at, from, to, cause, touchpoint, because }) => ({
      at: formatInstant(at),
      from,
      to,
      cause,
      touchpoint,
      because,
    })),
    factors: Object.fromEntries(
      program.factors.map(({ id }, i) => [
        id,
        { score: fold.factors[i]!.scoreAt(asOf), confidence: fold.factors[i]!.confidenceAt(asOf) },
      ]),
    ),
    metrics: Object.fromEntries(
      program.metricIds.map((id, i) => {
        const value = fold.metrics[i]!.value(asOf);
        return [id, Number.isFinite(value) ? value : null];
      }),
    ),
    signals: evaluation.signals.map(({ at, signal, raised }) => ({ at: formatInstant(at), signal, raised })),
    openPromises: fold.promises.list().map(({ id, key, deadline }) => ({ id, key, deadline: formatInstant(deadline) })),
    settledPromises: evaluation.settledPromises.map(({ id, key, outcome, at }) => ({
      id,
      key,
      outcome,
      at: formatInstant(at),
    })),
    contributions: Object.fromEntries(program.factors.map(({ id }, i) => [id, contributionsOf(evaluation, i)])),
  };
};
