import { depthOf, type Latent, type LatentState } from './latent';
import type { Segment } from './persona';

/** The seven steps of the true relationship, from outside to deepest. */
export const TRUE_STAGES = ['attract', 'establish', 'build', 'develop', 'maintain', 'strengthen', 'loyal'] as const;
export type TrueStage = (typeof TRUE_STAGES)[number];

export type FinalState = 'never-bought' | 'new' | 'growing' | 'steady' | 'loyal' | 'at-risk' | 'lost';

/** Half-open, `from <= instant < to`; the last interval ends one millisecond after the simulation. */
export interface StageInterval {
  readonly from: number;
  readonly to: number;
  readonly stage: TrueStage;
}

export type RecoveryQuality = 'good' | 'poor' | 'none';
export type Severity = 'low' | 'medium' | 'high';

export interface ComplaintTruth {
  readonly caseId: string;
  readonly openedAt: number;
  readonly severity: Severity;
  readonly cause: 'late-delivery' | 'service-failure' | 'product';
  readonly recovery: RecoveryQuality;
  /** Hidden satisfaction (0 to 1) just before the cause of the complaint. */
  readonly satisfactionBefore: number;
  /** The same when the company had done what it would do, or at the end of the simulation. */
  readonly satisfactionAfter: number;
}

export type MutableComplaintTruth = { -readonly [K in keyof ComplaintTruth]: ComplaintTruth[K] } & { settled: boolean };

/** What only the simulation knows: the hidden relationship that a classification can be scored against. */
export interface CustomerTruth {
  readonly customer: string;
  readonly segment: Segment;
  readonly state: FinalState;
  /** True stage at the end. */
  readonly stage: TrueStage;
  /** Without gaps from the first touchpoint to the end. */
  readonly stages: readonly StageInterval[];
  /** Hidden state at the end, each 0 to 1; `depth` orders customers more finely than the stage. */
  readonly final: LatentState & { readonly depth: number };
  readonly orders: number;
  readonly complaints: readonly ComplaintTruth[];
  /** False when the customer will not come back by themselves. */
  readonly alive: boolean;
  readonly lostAt?: number;
}

/** The true stage at an instant; undefined before the company knew them and after the simulation. */
export const trueStageAt = (truth: CustomerTruth, instant: number): TrueStage | undefined =>
  truth.stages.find(({ from, to }) => from <= instant && instant < to)?.stage;

/** Depth at which `develop`, `maintain`, `strengthen` and `loyal` begin. */
const STEPS = [0.38, 0.48, 0.57, 0.67];
/** A relationship must fall this far below a step before it counts as having left it. */
const SLACK = 0.025;

export interface StageLog {
  readonly intervals: { from: number; to: number; stage: TrueStage }[];
}

export interface Standing {
  readonly signedUp: boolean;
  readonly orders: number;
}

const stageOf = (latent: Latent, { signedUp, orders }: Standing, before: number): number => {
  if (!latent.alive) return 0;
  if (orders === 0) return signedUp ? 1 : 0;
  const depth = depthOf(latent);
  // A relationship takes more than one purchase, however well it begins.
  const highest = orders === 1 ? 3 : orders === 2 ? 4 : 6;
  let stage = 2;
  while (stage < highest && depth >= STEPS[stage - 2]! - (before > stage ? SLACK : 0)) stage++;
  return stage;
};

/** Looks at the hidden state and opens a new interval if its stage differs. */
export const noteStage = (log: StageLog, latent: Latent, standing: Standing, at: number): void => {
  const last = log.intervals[log.intervals.length - 1];
  const before = last === undefined ? 0 : TRUE_STAGES.indexOf(last.stage);
  const stage = TRUE_STAGES[stageOf(latent, standing, before)]!;
  if (last?.stage === stage) return;
  if (last?.from === at) {
    last.stage = stage;
    return;
  }
  if (last !== undefined) last.to = at;
  log.intervals.push({ from: at, to: at, stage });
};

export const finalStateOf = (latent: Latent, orders: number, stage: TrueStage, joinedDays: number): FinalState => {
  if (orders === 0) return 'never-bought';
  if (!latent.alive) return 'lost';
  if (stage === 'loyal') return 'loyal';
  if (latent.satisfaction < 0.42 || latent.commitment < 0.2) return 'at-risk';
  if (orders < 3 && joinedDays < 180) return 'new';
  return stage === 'build' || stage === 'develop' ? 'growing' : 'steady';
};
