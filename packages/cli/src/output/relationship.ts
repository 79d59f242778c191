import {
  type ComplaintCase,
  type Evaluation,
  foldCondition,
  gathered,
  type Language,
  labelOf,
  type OpenPromise,
  ownLanguage,
  type StateCondition,
} from '@rapport/domain';
import { complaintCases, type Explanation, standingOf } from '@rapport/engine';
import { gauge } from './bar';
import { away, day, minute, minuteWithOffset, span } from './instants';
import { counted, measure, percent } from './numbers';
import { plain, type Style, shorten } from './style';
import { table } from './table';
import { wordsIn } from './words';

export interface Look {
  readonly style: Style;
  readonly width: number;
  readonly language: Language;
}

/** A titled block of lines, indented; nothing when there are no lines. */
export const section = (title: string, lines: readonly string[], { style }: Pick<Look, 'style'>): readonly string[] =>
  lines.length === 0
    ? []
    : ['', style.bold(title), ...lines.flatMap((line) => line.split('\n')).map((l) => `  ${l}`.trimEnd())];

/** All lines but the first, which is a title. */
const indentRows = (text: string): string =>
  text
    .split('\n')
    .map((line, i) => (i === 0 ? line : `  ${line}`))
    .join('\n');

/** Every stage from the first to the last, the present one marked. */
export const ladder = ({ stages, standing }: Pick<Explanation, 'stages' | 'standing'>, { style }: Look): string =>
  stages
    .map(({ id, label }) => (id === standing?.stage.id ? style.inverse(` ${plain(label)} `) : style.dim(plain(label))))
    .join(style.dim(' › '));

/** The stage and since when; empty where there is none. */
export const stageLine = (
  { standing, asOf }: Pick<Explanation, 'standing' | 'asOf'>,
  { style, language }: Look,
): string => {
  if (standing === undefined) return '';
  const { stage, since } = standing;
  return `${style.bold(style.green(plain(stage.label)))}  ${wordsIn(language).since} ${day(since)} (${span(asOf - since, language)})`;
};

export const scoreColour = (score: number, style: Style): ((text: string) => string) =>
  score >= 60 ? style.green : score < 40 ? style.red : style.yellow;

const factorLines = ({ fold, asOf }: Evaluation, { style, width, language }: Look): readonly string[] => {
  const words = wordsIn(language);
  const long = Math.min(40, width - 48);
  const rows = fold.factors.map((factor, i) => {
    const id = fold.program.factors[i]?.id ?? '';
    const score = factor.scoreAt(asOf);
    const colour = scoreColour(score, style);
    return [
      plain(labelOf(fold.program.ruleset.factors[id]?.label, language, id)),
      colour(gauge(score / 100, long, style.dim)),
      score.toFixed(1),
      percent(factor.confidenceAt(asOf)),
    ];
  });
  const columns = [
    { title: style.bold(words.factors) },
    { title: '' },
    { title: words.score, align: 'right' as const },
    { title: words.confidence, align: 'right' as const },
  ];
  return ['', indentRows(table(columns, rows, { head: style.dim }))];
};

const metricsOf = (condition: StateCondition | undefined): readonly string[] =>
  condition === undefined
    ? []
    : foldCondition<StateCondition, readonly string[]>(condition, {
        ...gathered,
        leaf: (leaf) => ('metric' in leaf ? [leaf.metric] : []),
      });

/** Metrics on which the present stage, the next one or a signal depends. */
const metricLines = ({ fold, asOf }: Evaluation, { language }: Look): readonly string[] => {
  const { program } = fold;
  const { stages, signals = [] } = program.ruleset;
  const [present, next] = [stages[fold.stage], stages[fold.stage + 1]];
  const watched = new Set([
    ...metricsOf(present?.stay ?? present?.enter),
    ...metricsOf(next?.enter),
    ...signals.flatMap(({ raise, clear }) => [...metricsOf(raise), ...metricsOf(clear)]),
  ]);
  const rows = program.metricIds.flatMap((id, i) => {
    if (!watched.has(id)) return [];
    const value = fold.metrics[i]?.value(asOf) ?? 0;
    return [
      [
        plain(labelOf(program.ruleset.metrics?.[id]?.label, language, id)),
        Number.isFinite(value) ? measure(value) : wordsIn(language).never,
      ],
    ];
  });
  return rows.length === 0 ? [] : [table([{ title: '' }, { title: '', align: 'right' }], rows)];
};

const signalLines = (evaluation: Evaluation, { style, language }: Look): readonly string[] =>
  evaluation.fold.raisedSignals().map(({ id, since }) => {
    const rule = evaluation.fold.program.ruleset.signals?.find((signal) => signal.id === id);
    return `${style.yellow('●')} ${plain(labelOf(rule?.label, language, id))}  ${style.dim(`${wordsIn(language).since} ${day(since)}`)}`;
  });

const promiseLine = (promise: OpenPromise, { fold, asOf }: Evaluation, { style, language }: Look): string => {
  const words = wordsIn(language);
  const rule = fold.program.ruleset.promises?.find(({ id }) => id === promise.id);
  const key = promise.key === null ? '' : ` ${plain(shorten(promise.key, 40))}`;
  const soon = promise.deadline - asOf < 86_400_000 ? style.yellow : style.dim;
  const label = plain(labelOf(rule?.label, language, promise.id));
  return `${label}${key}  ${soon(`${words.due} ${minute(promise.deadline)} (${away(promise.deadline, asOf, language)})`)}`;
};

const caseRow = (one: ComplaintCase, { style, language }: Look): readonly string[] => {
  const words = wordsIn(language);
  const what = [one.severity, one.category].filter((part) => part !== undefined).map(String);
  const parts = [
    one.acknowledgedAt === undefined ? undefined : `${words.acknowledged} ${day(one.acknowledgedAt)}`,
    one.compensated > 0
      ? `${words.compensated} ${measure(one.compensated)}${one.loss === undefined ? '' : ` ${words.of} ${measure(one.loss)}`}`
      : undefined,
    one.reopened > 0 ? `${words.reopened} ${one.reopened}×` : undefined,
    one.open
      ? style.red(words.open)
      : `${words.closed} ${day(one.closedAt ?? one.openedAt)}${one.outcome === undefined ? '' : ` (${plain(one.outcome)})`}`,
  ];
  return [
    day(one.openedAt),
    plain(shorten(one.caseId, 24)),
    plain(what.join(', ')),
    parts.filter((part) => part !== undefined).join(', '),
  ];
};

const caseLines = (evaluation: Evaluation, look: Look): readonly string[] => {
  const rows = complaintCases(evaluation).map((one) => caseRow(one, look));
  const columns = [{ title: '' }, { title: '' }, { title: '' }, { title: '', width: Math.max(24, look.width - 50) }];
  return rows.length === 0 ? [] : [table(columns, rows)];
};

/** When time alone may next change something, and how much is known of the customer. */
const footLines = ({ fold, asOf }: Evaluation, { style, language }: Look): readonly string[] => {
  const words = wordsIn(language);
  const review = fold.nextReviewAt();
  const seen =
    ownLanguage(language) === 'vi'
      ? `${fold.touchpoints} ${words.touchpoints}`
      : counted(fold.touchpoints, 'touchpoint');
  const next = Number.isFinite(review) ? `${words.nextReview} ${minute(review)}` : words.nothingByTime;
  return [
    '',
    style.dim(
      `${seen}, ${words.first} ${day(fold.firstTouchpointAt)}, ${words.last} ${day(fold.lastTouchpointAt)} (${away(fold.lastTouchpointAt, asOf, language)}) · ${next}`,
    ),
  ];
};

export const headLine = (
  customer: string,
  { asOf, knownAt }: { readonly asOf: number; readonly knownAt: number | undefined },
  { style, language }: Look,
): string => {
  const words = wordsIn(language);
  const known = knownAt === undefined ? '' : `, ${words.knownAt} ${minute(knownAt)}`;
  return `${style.bold(plain(customer))}  ${style.dim(`${words.asOf} ${minuteWithOffset(asOf)}${known}`)}`;
};

/** A relationship at one instant, for people: everything but the candidates, which `extra` may bring. */
export const relationshipLines = (
  customer: string,
  evaluation: Evaluation,
  knownAt: number | undefined,
  look: Look,
  extra: readonly string[] = [],
): readonly string[] => {
  const head = headLine(customer, { asOf: evaluation.asOf, knownAt }, look);
  const words = wordsIn(look.language);
  if (evaluation.fold.stageId === null) return [head, '', `  ${words.nothingYet}`];
  const standing = standingOf(evaluation, look.language);
  const promises = [...evaluation.fold.promises.list()].sort((a, b) => a.deadline - b.deadline);
  return [
    head,
    '',
    `  ${stageLine(standing, look)}`,
    `  ${ladder(standing, look)}`,
    ...factorLines(evaluation, look),
    ...section(words.metrics, metricLines(evaluation, look), look),
    ...section(words.signals, signalLines(evaluation, look), look),
    ...section(
      words.promises,
      promises.map((promise) => promiseLine(promise, evaluation, look)),
      look,
    ),
    ...section(words.complaints, caseLines(evaluation, look), look),
    ...extra,
    ...footLines(evaluation, look),
  ];
};
