import type { Program } from '@rapport/domain';
import { auc } from '../statistics/auc';
import { bootstrap, type Estimate } from '../statistics/bootstrap';
import { rankingOf } from '../statistics/ranking';
import type { Cut } from './cut';
import type { CustomerHistory } from './history';
import { rfmOf, rfmRanksOf, type Standing, standingsAt } from './standing';

export interface StageRate {
  readonly stage: string;
  readonly customers: number;
  readonly bought: number;
  /** Share who bought; null for a stage without customers. */
  readonly rate: number | null;
}

/** What can rank customers by how likely they are to order; ties count half. */
export const SCORES = ['stage', 'activity', 'orders', 'recency', 'rfm', 'rfmRanks'] as const;
export type Score = (typeof SCORES)[number];

export interface Prediction {
  readonly cut: Cut;
  readonly customers: number;
  readonly bought: number;
  readonly stages: readonly StageRate[];
  /** Whether no stage has a lower rate than one below it; stages without customers are skipped. */
  readonly rising: boolean;
  readonly auc: Readonly<Record<Score, Estimate>>;
  /** AUC of the stage less that of RFM, resampled as pairs. */
  readonly stageLessRfm: Estimate;
}

const stageRates = (stages: readonly string[], standings: readonly Standing[]): readonly StageRate[] =>
  stages.map((stage, index) => {
    const here = standings.filter((standing) => standing.stage === index);
    const bought = here.filter((standing) => standing.bought).length;
    return { stage, customers: here.length, bought, rate: here.length === 0 ? null : bought / here.length };
  });

export const isRising = (rates: readonly StageRate[]): boolean => {
  const known = rates.flatMap(({ rate }) => (rate === null ? [] : [rate]));
  return known.every((rate, i) => i === 0 || rate >= known[i - 1]!);
};

/** Whether the stage at a cut predicts an order in the two months after, beside what anyone would use instead. */
export const predictionAt = (
  program: Program,
  histories: readonly CustomerHistory[],
  cut: Cut,
  seed: number,
): Prediction => {
  const standings = standingsAt(program, histories, cut);
  const bought = standings.map((standing) => standing.bought);
  const rankings = {
    stage: rankingOf(standings.map(({ stage }) => stage)),
    activity: rankingOf(standings.map(({ activity }) => activity)),
    orders: rankingOf(standings.map(({ orders }) => orders)),
    recency: rankingOf(standings.map(({ daysSinceOrder }) => -daysSinceOrder)),
    rfm: rankingOf(rfmOf(standings)),
    rfmRanks: rankingOf(rfmRanksOf(standings)),
  };
  const { stageLessRfm, ...aucs } = bootstrap(
    standings.length,
    (counts) => {
      const figure = (score: Score): number => auc(rankings[score], bought, counts);
      const [stage, rfm] = [figure('stage'), figure('rfm')];
      return {
        stage,
        activity: figure('activity'),
        orders: figure('orders'),
        recency: figure('recency'),
        rfm,
        rfmRanks: figure('rfmRanks'),
        stageLessRfm: stage - rfm,
      };
    },
    { seed },
  );
  const stages = stageRates(
    program.stages.map(({ id }) => id),
    standings,
  );
  return {
    cut,
    customers: standings.length,
    bought: bought.filter(Boolean).length,
    stages,
    rising: isRising(stages),
    auc: aucs,
    stageLessRfm,
  };
};
