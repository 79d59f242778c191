import type { CandidateHits } from '../real/candidates';
import type { Prediction, Score } from '../real/prediction';
import { SCORES } from '../real/prediction';
import type { RealReport } from '../real/real-report';
import { bar, decimal, interval, percent, type Style, signed, table, whole } from './print';

const NAMES: Readonly<Record<Score, string>> = {
  stage: 'stage',
  activity: 'activity, halving every 90 days',
  orders: 'baseline: number of orders',
  recency: 'baseline: days since last order',
  rfm: 'baseline: RFM, in fifths',
  rfmRanks: 'baseline: RFM, ranks uncut',
};

const stageTable = (style: Style, { stages }: Prediction): string =>
  table(
    style,
    ['stage', '>customers', '>ordered later', '>rate', ''],
    stages.map(({ stage, customers, bought, rate }) => [
      stage,
      whole(customers),
      whole(bought),
      percent(rate),
      style.cyan(bar(rate, 30)),
    ]),
  );

const aucTable = (style: Style, { auc, stageLessRfm }: Prediction): string =>
  table(
    style,
    ['ranked by', '>AUC', '95 % interval'],
    [
      ...SCORES.map((score) => [NAMES[score], decimal(auc[score].value), interval(auc[score])]),
      ['stage less RFM in fifths', signed(stageLessRfm.value), interval(stageLessRfm, signed)],
    ],
  );

const candidateTable = (style: Style, { hits, rate, popularHits, popularRate, ratio }: CandidateHits): string =>
  table(
    style,
    ['ten products each', '>hit', '>hit rate', '95 % interval'],
    [
      ['candidates', whole(hits), percent(rate.value), interval(rate, percent)],
      [
        'baseline: most popular unbought',
        whole(popularHits),
        percent(popularRate.value),
        interval(popularRate, percent),
      ],
      ['candidates over popularity', '', `${decimal(ratio.value, 2)} ×`, interval(ratio, (value) => decimal(value, 2))],
    ],
  );

const cutTable = (style: Style, cuts: RealReport['otherCuts']): string =>
  table(
    style,
    ['cut', '>customers', '>stage', '>activity', '>RFM', '>stage less RFM', 'rates by stage, in %', '>candidates'],
    cuts.map(({ prediction: { cut, customers, auc, stageLessRfm, stages, rising }, candidates }) => [
      cut.day,
      whole(customers),
      decimal(auc.stage.value),
      decimal(auc.activity.value),
      decimal(auc.rfm.value),
      signed(stageLessRfm.value),
      `${stages.map(({ rate }) => (rate === null ? '–' : (100 * rate).toFixed(0))).join(' ')}${rising ? '' : ', not rising'}`,
      `${decimal(candidates.ratio.value, 2)} ×`,
    ]),
  );

/** What the real orders show, for a terminal. */
export const realText = (style: Style, real: RealReport): string => {
  const { prediction, candidates, otherCuts } = real;
  const { cut } = prediction;
  return [
    style.bold('Real orders'),
    `${real.file}: ${whole(real.lines)} lines, ${whole(real.recorded)} touchpoints, ${whole(real.customers)} customers.`,
    `Known is what came up to ${cut.day}; asked is who orders after it, up to ${cut.untilDay}:`,
    `${whole(prediction.bought)} of the ${whole(prediction.customers)} customers known by then did.`,
    '',
    stageTable(style, prediction),
    style.dim(`  attract: known by refunds and credits only, for orders that the file does not have`),
    '',
    aucTable(style, prediction),
    '',
    `Of ${whole(candidates.customers)} customers who newly ordered a product after the cut, one of the ten was among them:`,
    candidateTable(style, candidates),
    '',
    'The same at other cuts, AUC. The thresholds of the stages were chosen on this very file, so this shows that they',
    'do not depend on one day; it is not a forecast for another shop.',
    cutTable(
      style,
      [...otherCuts, { prediction, candidates }].sort((a, b) => a.prediction.cut.at - b.prediction.cut.at),
    ),
  ].join('\n');
};
