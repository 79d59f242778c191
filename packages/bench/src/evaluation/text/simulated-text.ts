import { TRUE_STAGES } from '@rapport/simulator';
import type { Agreement } from '../simulated/agreement';
import type { LossWarnings } from '../simulated/loss';
import { LATER, RECOVERIES, type RecoveryChanges } from '../simulated/recovery';
import type { GroupReport, SimulatedReport } from '../simulated/simulated-report';
import { decimal, interval, percent, type Style, signed, table, whole } from './print';

const confusionTable = (style: Style, { stages }: GroupReport): string =>
  table(
    style,
    ['true stage', ...TRUE_STAGES.map((stage) => `>${stage}`)],
    stages.confusion.map((row, i) => [
      TRUE_STAGES[i]!,
      ...row.map((count, j) => (i === j ? style.bold(whole(count)) : count === 0 ? style.dim('·') : whole(count))),
    ]),
  );

const agreementTable = (style: Style, groups: readonly GroupReport[]): string => {
  const row = (group: string, by: string, { spearman, asStages, kendall, exact, withinOne }: Agreement) => [
    group,
    by,
    decimal(spearman.value, 2),
    interval(spearman, (value) => decimal(value, 2)),
    decimal(asStages, 2),
    decimal(kendall, 2),
    percent(exact),
    percent(withinOne),
  ];
  return table(
    style,
    ['customers', 'by', '>Spearman', '95 % interval', '>as stages', '>Kendall', '>exact', '>within one'],
    groups.flatMap(({ group, stages: { customers, stage, activity, orders } }) => [
      row(`${group}, ${whole(customers)}`, 'stage', stage),
      row('', 'baseline: activity', activity),
      row('', 'baseline: orders', orders),
    ]),
  );
};

const factorTable = (style: Style, groups: readonly GroupReport[]): string =>
  table(
    style,
    ['customers', '>satisfaction', '95 % interval', '>trust', '95 % interval'],
    groups.map(({ group, factors: { satisfaction, trust } }) => [
      group,
      decimal(satisfaction.value, 2),
      interval(satisfaction, (value) => decimal(value, 2)),
      decimal(trust.value, 2),
      interval(trust, (value) => decimal(value, 2)),
    ]),
  );

const recoveryTable = (style: Style, { byQuality, goodLessPoor }: RecoveryChanges): string => {
  const points = (value: number): string => signed(value, 1);
  return table(
    style,
    ['recovery', '>complaints', '>before', '>after', '>change', '95 % interval', '>hidden', '95 % interval'],
    [
      ...RECOVERIES.map((quality) => {
        const { complaints, before, after, change, hidden } = byQuality[quality];
        return [
          quality,
          whole(complaints),
          decimal(before, 1),
          decimal(after, 1),
          points(change.value),
          interval(change, points),
          points(hidden.value),
          interval(hidden, points),
        ];
      }),
      ['good less poor', '', '', '', points(goodLessPoor.value), interval(goodLessPoor, points), '', ''],
    ],
  );
};

const lossTable = (style: Style, { shares }: LossWarnings): string =>
  table(
    style,
    ['days after the loss', '>seen', '>signal: lost', '>not lost', '>silence: lost', '>not lost'],
    shares.map(({ days, lost, warned, falseAlarms, silent, silentFalseAlarms }) => [
      String(days),
      whole(lost),
      ...[warned, falseAlarms, silent, silentFalseAlarms].map(percent),
    ]),
  );

const leadText = (days: number): string =>
  !Number.isFinite(days)
    ? 'Half of them or more were never warned of.'
    : `In the median the warning came ${decimal(Math.abs(days), 0)} days ${days < 0 ? 'after' : 'before'} the loss.`;

/** What the simulated company shows, for a terminal. */
export const simulatedText = (style: Style, simulated: SimulatedReport): string => {
  const { customers, seed, touchpoints, groups, recovery, loss } = simulated;
  return [
    style.bold('Simulated company'),
    `${whole(customers)} simulated customers, seed ${seed}, ${whole(touchpoints)} touchpoints. Their true stage, satisfaction and trust are`,
    'hidden from the ruleset; this describes no real person.',
    '',
    'Stage given (columns) at the true stage (rows), everyone. Lost customers are truly back at attract, where the ruleset',
    'never puts anyone who has ordered or made contact.',
    confusionTable(style, groups[0]!),
    '',
    'Rank correlation with the true stage. Exact and within one: baselines are cut into stages of the true sizes, which',
    'are unknown in practice. As stages: Spearman after the cut.',
    agreementTable(style, groups),
    '',
    'Rank correlation of factor scores with hidden satisfaction and trust',
    factorTable(style, groups),
    '',
    `Satisfaction score just before a complaint and ${LATER} days after it, beside hidden satisfaction (of 100) from before`,
    'the cause of the complaint to when it was handled',
    recoveryTable(style, recovery),
    '',
    `Warnings: share with at-risk or dormant standing, of ${whole(loss.lost)} lost buyers by days after the hidden day of their loss,`,
    `and of ${whole(loss.kept)} buyers not lost on the same days; beside no order for 90 days. ${leadText(loss.medianLeadDays)}`,
    lossTable(style, loss),
  ].join('\n');
};
