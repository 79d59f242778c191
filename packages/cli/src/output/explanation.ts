import {
  type ContributionsDocument,
  conditionsText,
  contributionsOf,
  describeMissing,
  type Evaluation,
  type Language,
  labelOf,
  missingForNextStage,
  type Ruleset,
  reasonOf,
  type StageChange,
  type Touchpoint,
} from '@rapport/domain';
import { day } from './instants';
import { signed } from './numbers';
import { type Look, scoreColour, section } from './relationship';
import { plain, shorten } from './style';
import { table } from './table';
import { wordsIn } from './words';

const stageName = ({ stages }: Ruleset, id: string | null, language: Language): string =>
  id === null ? '–' : plain(labelOf(stages.find((stage) => stage.id === id)?.label, language, id));

const changeRow = (
  change: StageChange,
  ruleset: Ruleset,
  touchpoints: ReadonlyMap<string, Touchpoint>,
  { style, language }: Look,
): readonly string[] => {
  const order = ruleset.stages.map(({ id }) => id);
  const up = change.from === null || order.indexOf(change.to) > order.indexOf(change.from);
  const { touchpoint } = change;
  const cause =
    touchpoint === undefined
      ? wordsIn(language).byTime
      : `${plain(touchpoints.get(`${touchpoint.source} ${touchpoint.id}`)?.type ?? '')} ${style.dim(plain(shorten(touchpoint.id, 24)))}`;
  return [
    day(change.at),
    `${up ? style.green('▲') : style.red('▼')} ${stageName(ruleset, change.to, language)}`,
    `${cause}${change.because.length > 0 ? `\n${style.dim(plain(conditionsText(ruleset, change.because, language)))}` : ''}`,
  ];
};

/** How the stage came about, and what is missing for the next one. */
export const stageExplanation = (
  evaluation: Evaluation,
  touchpoints: readonly Touchpoint[],
  look: Look,
): readonly string[] => {
  const { ruleset } = evaluation.fold.program;
  const words = wordsIn(look.language);
  const byIdentity = new Map(touchpoints.map((one) => [`${one.source} ${one.id}`, one]));
  const rows = evaluation.history.map((change) => changeRow(change, ruleset, byIdentity, look));
  const columns = [{ title: '' }, { title: '' }, { title: '', width: look.width - 34 }];
  return [
    ...section(words.history, rows.length === 0 ? [] : [table(columns, rows)], look),
    ...section(...missingSection(evaluation, look), look),
  ];
};

const missingSection = (
  evaluation: Evaluation,
  { language, width }: Look,
): [title: string, lines: readonly string[]] => {
  const { ruleset } = evaluation.fold.program;
  const words = wordsIn(language);
  const next = missingForNextStage(evaluation);
  if (next === null) return [words.reached.charAt(0).toUpperCase() + words.reached.slice(1), ['✓']];
  const title = `${words.toNext} ${stageName(ruleset, next.stage, language)}`;
  const missing = next.missing === null ? words.allMet : plain(describeMissing(ruleset, next.missing, language));
  return [title, [table([{ title: '', width: width - 4 }], [[missing]])]];
};

interface Line {
  readonly reason: string;
  readonly what: string;
  readonly at: string;
  readonly points: number;
}

/** Rows beyond this are grouped by rule, unless all are wanted. */
const COMPACT = 12;

const everyRow = (
  contributions: ContributionsDocument,
  ruleset: Ruleset,
  types: ReadonlyMap<string, string>,
  language: Language,
): readonly Line[] =>
  contributions.rows.map(({ rule, source, event, at, points }) => ({
    reason: plain(reasonOf(ruleset, rule, language)),
    what: `${types.get(`${source} ${event}`) ?? ''} ${plain(shorten(event, 24))}`,
    at: at.slice(0, 10),
    points,
  }));

const byRule = (contributions: ContributionsDocument, ruleset: Ruleset, language: Language): readonly Line[] => {
  const groups = new Map<string, { count: number; points: number; first: string; last: string }>();
  for (const { rule, at, points } of contributions.rows) {
    const group = groups.get(rule) ?? { count: 0, points: 0, first: at, last: at };
    group.count++;
    group.points += points;
    if (at < group.first) group.first = at;
    if (at > group.last) group.last = at;
    groups.set(rule, group);
  }
  return [...groups].map(([rule, { count, points, first, last }]) => ({
    reason: plain(reasonOf(ruleset, rule, language)),
    what: `${count}×`,
    at:
      count === 1 || first.slice(0, 10) === last.slice(0, 10)
        ? last.slice(0, 10)
        : `${first.slice(0, 10)} … ${last.slice(0, 10)}`,
    points,
  }));
};

/** Where the points of one factor come from: they add up to its score. */
export const factorExplanation = (
  evaluation: Evaluation,
  factor: number,
  touchpoints: readonly Touchpoint[],
  all: boolean,
  look: Look,
): readonly string[] => {
  const { style, language, width } = look;
  const { ruleset, factors } = evaluation.fold.program;
  const words = wordsIn(language);
  const { id } = factors[factor];
  const contributions = contributionsOf(evaluation, factor);
  const score = evaluation.fold.factors[factor].scoreAt(evaluation.asOf);
  const types = new Map(touchpoints.map((one) => [`${one.source} ${one.id}`, plain(one.type)]));
  const grouped = !all && contributions.rows.length > COMPACT;
  const lines = grouped ? byRule(contributions, ruleset, language) : everyRow(contributions, ruleset, types, language);
  const sorted = [...lines].sort((a, b) => Math.abs(b.points) - Math.abs(a.points));
  const rows = [
    [style.dim(contributions.base.toFixed(2)), style.dim(words.base), '', ''],
    ...sorted.map(({ points, reason, what, at }) => [
      (points < 0 ? style.red : style.green)(signed(points, 2)),
      reason,
      what,
      style.dim(at),
    ]),
    ...(sorted.length === 0 ? [] : [[style.bold(score.toFixed(2)), style.bold(words.sum), '', '']]),
  ];
  const label = plain(labelOf(ruleset.factors[id].label, language, id));
  const columns = [
    { title: '', align: 'right' as const },
    { title: '', width: Math.max(26, width - (grouped ? 42 : 58)) },
    { title: '' },
    { title: '' },
  ];
  return section(`${label} ${scoreColour(score, style)(score.toFixed(1))}`, [table(columns, rows)], look);
};
