import { evaluate, type Language, labelOf, type Program, type Touchpoint } from '@rapport/domain';
import { gauge } from '../output/bar';
import { day } from '../output/instants';
import { signed } from '../output/numbers';
import { stageLabelIn } from '../output/population';
import { scoreColour } from '../output/relationship';
import type { Style } from '../output/style';
import { table } from '../output/table';

interface Room {
  readonly style: Style;
  readonly width: number;
  readonly language: Language;
}

/** One customer a year ago and today, side by side. */
export const thenAndNow = (
  customer: string,
  program: Program,
  touchpoints: readonly Touchpoint[],
  { yearAgo, today }: { readonly yearAgo: number; readonly today: number },
  { style, width, language }: Room,
): readonly string[] => {
  const { ruleset } = program;
  const then = evaluate(program, touchpoints, { asOf: yearAgo }).fold;
  const now = evaluate(program, touchpoints, { asOf: today }).fold;
  if (then.stageId === null || now.stageId === null) return [];
  const long = Math.min(18, Math.floor((width - 44) / 2));
  const side = (score: number): readonly string[] => [
    score.toFixed(0),
    scoreColour(score, style)(gauge(score / 100, long, style.dim)),
  ];
  const rows = program.factors.map(({ id }, i) => {
    const [was, is] = [then.factors[i]?.scoreAt(yearAgo) ?? 0, now.factors[i]?.scoreAt(today) ?? 0];
    return [labelOf(ruleset.factors[id]?.label, language, id), ...side(was), ...side(is), signed(is - was, 0)];
  });
  const before = stageLabelIn(ruleset, then.stageId, language);
  const after = stageLabelIn(ruleset, now.stageId, language);
  return [
    `${style.bold('The same customer a year ago and today')}  ${customer}: ${before} → ${style.bold(after)}`,
    table(
      [
        { title: '' },
        { title: '', align: 'right' },
        { title: day(yearAgo) },
        { title: '', align: 'right' },
        { title: day(today) },
        { title: '', align: 'right' },
      ],
      rows,
      { indent: 2, head: style.dim },
    ),
  ];
};

/** The stage as it was believed on a day, and as it is known today. */
export const lateLines = (
  customer: string,
  program: Program,
  touchpoints: readonly Touchpoint[],
  at: number,
  { style, language }: Pick<Room, 'style' | 'language'>,
): readonly string[] => {
  const { ruleset } = program;
  const stage = (knownAt?: number): string => {
    const { stageId } = evaluate(program, touchpoints, { asOf: at, knownAt }).fold;
    return stageId === null ? 'unknown' : stageLabelIn(ruleset, stageId, language);
  };
  const late = touchpoints.filter(({ occurredAt, recordedAt }) => occurredAt <= at && recordedAt > at);
  const what = late.map(({ type }) => type).join(', ');
  return [
    `${style.bold('Late news')}  On ${day(at)} ${customer} was taken for ${style.bold(stage(at))}; today we know better: ${style.bold(stage())}.`,
    `  ${what} happened before that day and was recorded after it.`,
    '  Nothing is overwritten: the log answers what was true, and what was known.',
  ];
};
