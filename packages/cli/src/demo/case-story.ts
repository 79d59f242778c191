import { contributionsOf, evaluate, type Language, type Program, reasonOf, type Touchpoint } from '@rapport/domain';
import { day, span } from '../output/instants';
import { measure, signed } from '../output/numbers';
import { stageLabelIn } from '../output/population';
import { plain, type Style } from '../output/style';
import { table } from '../output/table';

interface Step {
  readonly at: number;
  readonly what: string;
}

const DAY = 86_400_000;
/** How long after the complaint its aftermath is looked at. */
const AFTERMATH = 45 * DAY;

const WORDS: Readonly<Record<string, (data: Touchpoint['data']) => string>> = {
  'complaint.opened': ({ severity, category, loss }) =>
    `complains: ${category}, ${severity}${typeof loss === 'number' && loss > 0 ? `, lost ${measure(loss)}` : ''}`,
  'complaint.acknowledged': () => 'the complaint is acknowledged',
  'complaint.updated': () => 'is informed of the progress',
  'apology.given': () => 'we apologise',
  'compensation.offered': ({ amount }) => `${measure(Number(amount))} offered in compensation`,
  'compensation.accepted': ({ amount }) => `accepts ${measure(Number(amount))}`,
  'compensation.rejected': ({ amount }) => `refuses ${measure(Number(amount))}`,
  'complaint.resolved': ({ outcome }) => `the case is closed: ${outcome}`,
  'complaint.reopened': () => 'comes back with it',
  'complaint.escalated': () => 'goes over our heads',
};

/** One complaint step by step, with what each step did to satisfaction; and how things stand today. */
export const caseStory = (
  title: string,
  customer: string,
  program: Program,
  touchpoints: readonly Touchpoint[],
  today: number,
  { style, language }: { readonly style: Style; readonly language: Language },
): readonly string[] => {
  const { ruleset } = program;
  const opened = touchpoints.find(({ type }) => type === 'complaint.opened');
  const satisfaction = program.factors.findIndex(({ id }) => id === 'satisfaction');
  if (opened === undefined || satisfaction < 0) return [];
  const { caseId } = opened.data;
  const scoreAt = (asOf: number) =>
    evaluate(program, touchpoints, { asOf }).fold.factors[satisfaction]?.scoreAt(asOf) ?? 0;

  const whole = evaluate(program, touchpoints, { asOf: today });
  const steps: readonly Step[] = [
    ...touchpoints
      .filter(({ data }) => data.caseId === caseId)
      .flatMap(({ occurredAt, type, data }) => {
        const words = WORDS[type];
        return words === undefined ? [] : [{ at: occurredAt, what: plain(words(data)) }];
      }),
    ...whole.settledPromises
      .filter(({ key, outcome }) => key === caseId && outcome === 'broken')
      .map(({ at, id }) => ({ at, what: plain(reasonOf(ruleset, `${id}:broken`, language)) })),
  ].sort((a, b) => a.at - b.at);

  const before = scoreAt(opened.occurredAt - 1);
  const rows = [['', 'before', before.toFixed(1), '']];
  for (const { at, what } of steps) {
    const after = scoreAt(at);
    const change = after - scoreAt(at - 1);
    const colour = change < 0 ? style.red : style.green;
    const delay = at === opened.occurredAt ? day(at) : style.dim(`+ ${span(at - opened.occurredAt)}`);
    rows.push([delay, what, after.toFixed(1), Math.abs(change) < 0.05 ? '' : colour(signed(change))]);
  }
  const end = Math.min(today, opened.occurredAt + AFTERMATH);
  rows.push([style.dim(`+ ${span(AFTERMATH)}`), 'what is left of it', style.bold(scoreAt(end).toFixed(1)), '']);
  const stageAt = (asOf: number) =>
    evaluate(program, touchpoints, { asOf }).fold.stageId ?? ruleset.stages[0]?.id ?? '';
  const stages = [stageAt(opened.occurredAt - 1), stageAt(today)].map((id) => stageLabelIn(ruleset, id, language));
  const points = recoveryPoints(program, touchpoints, satisfaction, end, caseId);
  return [
    `${style.bold(title)}  ${customer}`,
    table(
      [{ title: '' }, { title: '' }, { title: 'satisfaction', align: 'right' }, { title: '', align: 'right' }],
      rows,
      { indent: 2, head: style.dim },
    ),
    `  ${points}  Stage: ${stages[0]} before, ${style.bold(stages[1])} today.`,
  ];
};

/** The remaining weight of the case: the complaint itself against all that was done about it. */
const recoveryPoints = (
  program: Program,
  touchpoints: readonly Touchpoint[],
  factor: number,
  asOf: number,
  caseId: unknown,
): string => {
  const events = new Map(
    touchpoints.filter(({ data }) => data.caseId === caseId).map(({ source, id, type }) => [`${source} ${id}`, type]),
  );
  const { rows } = contributionsOf(evaluate(program, touchpoints, { asOf }), factor);
  const mine = rows.filter(({ source, event }) => events.has(`${source} ${event}`));
  const sum = (positive: boolean) =>
    mine.filter(({ points }) => points > 0 === positive).reduce((total, { points }) => total + points, 0);
  return `Weighs ${signed(sum(false))} points then, its handling ${signed(sum(true))}.`;
};
