import { TRUE_STAGES } from '@rapport/simulator';
import { bootstrap, type Estimate } from '../statistics/bootstrap';
import { kendall, spearman } from '../statistics/rank-correlation';
import { midranks, once, rankingOf } from '../statistics/ranking';
import type { Judged, JudgedCompany } from './company';

/** How far something that ranks customers agrees with their true stages. */
export interface Agreement {
  readonly spearman: Estimate;
  /** As Spearman's, of the stages it is cut into: what is finer than a stage has no advantage here. */
  readonly asStages: number;
  readonly kendall: number;
  /** Share put at their true stage, and at most one stage from it. */
  readonly exact: number;
  readonly withinOne: number;
}

export interface StageAgreement {
  readonly customers: number;
  /** By true stage, then by stage given. */
  readonly confusion: readonly (readonly number[])[];
  readonly stage: Agreement;
  /** Orders that halve every 90 days, and all orders, cut into stages of the true sizes, which are unknown in practice. */
  readonly activity: Agreement;
  readonly orders: Agreement;
}

export interface FactorAgreement {
  readonly customers: number;
  /** Rank correlation of each score with its hidden value. */
  readonly satisfaction: Estimate;
  readonly trust: Estimate;
}

/** Stages by rank, so that as many are given as are true; equal values get the same stage. */
const cutAtTrueSizes = (values: readonly number[], truth: readonly number[]): readonly number[] => {
  const sizes = TRUE_STAGES.map((_, stage) => truth.filter((one) => one === stage).length);
  return midranks(rankingOf(values), once(values.length)).map((rank) => {
    let stage = 0;
    let upTo = sizes[0]!;
    while (rank > upTo + 0.5 && stage < sizes.length - 1) upTo += sizes[++stage]!;
    return stage;
  });
};

const agreement = (
  values: readonly number[],
  given: readonly number[],
  truth: readonly number[],
  seed: number,
): Agreement => {
  const [a, b] = [rankingOf(values), rankingOf(truth)];
  const near = (distance: number): number =>
    given.filter((stage, i) => Math.abs(stage - truth[i]!) <= distance).length / given.length;
  const { rho } = bootstrap(values.length, (counts) => ({ rho: spearman(a, b, counts) }), { seed, resamples: 500 });
  return {
    spearman: rho,
    asStages: spearman(rankingOf(given), b),
    kendall: kendall(a, b),
    exact: near(0),
    withinOne: near(1),
  };
};

const metric = ({ fold }: Judged['evaluation'], id: string, at: number): number =>
  fold.metrics[fold.program.metricIds.indexOf(id)]!.value(at);

/** The stage given at the end against the true one, beside what buying alone would say. */
export const stageAgreement = (
  { endAt }: JudgedCompany,
  customers: readonly Judged[],
  seed: number,
): StageAgreement => {
  const truth = customers.map(({ truth: { stage } }) => TRUE_STAGES.indexOf(stage));
  const given = customers.map(({ evaluation }) => TRUE_STAGES.indexOf(evaluation.fold.stageId as never));
  const byMetric = (id: string): Agreement => {
    const values = customers.map(({ evaluation }) => metric(evaluation, id, endAt));
    return agreement(values, cutAtTrueSizes(values, truth), truth, seed);
  };
  return {
    customers: customers.length,
    confusion: TRUE_STAGES.map((_, row) =>
      TRUE_STAGES.map((__, column) => truth.filter((stage, i) => stage === row && given[i] === column).length),
    ),
    stage: agreement(given, given, truth, seed),
    activity: byMetric('activity'),
    orders: byMetric('orders'),
  };
};

/** The scores at the end against hidden satisfaction and trust. */
export const factorAgreement = (
  { program, endAt }: JudgedCompany,
  customers: readonly Judged[],
  seed: number,
): FactorAgreement => {
  const rankings = (id: 'satisfaction' | 'trust') => {
    const index = program.factors.findIndex((factor) => factor.id === id);
    return [
      rankingOf(customers.map(({ evaluation }) => evaluation.fold.factors[index]!.scoreAt(endAt))),
      rankingOf(customers.map(({ truth }) => truth.final[id])),
    ] as const;
  };
  const [satisfaction, trust] = [rankings('satisfaction'), rankings('trust')];
  return {
    customers: customers.length,
    ...bootstrap(
      customers.length,
      (counts) => ({ satisfaction: spearman(...satisfaction, counts), trust: spearman(...trust, counts) }),
      { seed, resamples: 500 },
    ),
  };
};
