import { exact } from '@rapport/domain';
import type { ExplainedFactor, ExplainedRow } from '@rapport/engine';
import { signed } from './numbers';
import { type Look, scoreColour, section } from './relationship';
import { plain, type Style, shorten } from './style';
import { table } from './table';
import { wordsIn } from './words';

/** Where the points of a factor come from. */

interface Line {
  readonly reason: string;
  readonly what: string;
  readonly at: string;
  readonly points: number;
}

/** Rows beyond this are grouped by rule, unless all are wanted. */
const COMPACT = 12;

const eachRow = (rows: readonly ExplainedRow[]): readonly Line[] =>
  rows.map((row) => ({
    reason: plain(row.reason),
    what: touchpointOf(row),
    at: row.at.slice(0, 10),
    points: row.points,
  }));

const touchpointOf = ({ touchpoint: { type = '', id } }: ExplainedRow): string =>
  `${plain(type)} ${plain(shorten(id, 24))}`;

const byRule = (rows: readonly ExplainedRow[]): readonly Line[] => {
  const groups = new Map<string, { reason: string; count: number; points: number; first: string; last: string }>();
  for (const { rule, reason, at, points } of rows) {
    const group = groups.get(rule) ?? { reason, count: 0, points: 0, first: at, last: at };
    group.count++;
    group.points += points;
    if (at < group.first) group.first = at;
    if (at > group.last) group.last = at;
    groups.set(rule, group);
  }
  return [...groups.values()].map(({ reason, count, points, first, last }) => ({
    reason: plain(reason),
    what: `${count}×`,
    at:
      count === 1 || first.slice(0, 10) === last.slice(0, 10)
        ? last.slice(0, 10)
        : `${first.slice(0, 10)} … ${last.slice(0, 10)}`,
    points,
  }));
};

const largestFirst = <A extends { readonly points: number }>(lines: readonly A[]): readonly A[] =>
  [...lines].sort((a, b) => Math.abs(b.points) - Math.abs(a.points));

const pointsText = (points: number, style: Style): string => (points < 0 ? style.red : style.green)(signed(points, 2));

/** Enough digits to redo points to the hundredth. */
const inDigits = (value: number): string => exact(Number(value.toPrecision(6)));

/** Every piece of evidence with the numbers that its points are computed from, and how. */
const computedTable = (
  { base, prior: [a, b], halfLife, total, rows, score }: ExplainedFactor,
  look: Look,
): readonly string[] => {
  const { style, language, width } = look;
  const words = wordsIn(language);
  const lines = [
    [style.dim(base.toFixed(2)), '', '', '', style.dim(words.base), ''],
    ...largestFirst(rows).map((row) => [
      pointsText(row.points, style),
      exact(row.weight),
      inDigits(row.scale),
      inDigits(row.ageFactor),
      `${plain(row.reason)}\n${style.dim(touchpointOf(row))}`,
      style.dim(row.at.slice(0, 10)),
    ]),
    ...(rows.length === 0 ? [] : [[style.bold(score.toFixed(2)), '', '', '', style.bold(words.sum), '']]),
  ];
  const right = { align: 'right' } as const;
  const columns = [
    { title: words.points, ...right },
    { title: words.weight, ...right },
    { title: words.scale, ...right },
    { title: words.ageFactor, ...right },
    { title: '', width: Math.max(26, width - 54) },
    { title: words.given },
  ];
  const share = exact(Number((b / (a + b)).toPrecision(6)));
  const against = exact(Number((a / (a + b)).toPrecision(6)));
  if (rows.length === 0) return [table(columns, lines, { head: style.dim })];
  const formula = [
    `${words.points} = 100 × ${words.weight} × ${words.scale} × ${words.ageFactor} / T × ${share} (${words.weightAbove}), × ${against} (${words.weightBelow})`,
    `T = ${exact(a)} + ${exact(b)} + Σ |${words.weight} × ${words.scale}| × ${words.ageFactor} = ${inDigits(total)}; ${words.ageFactor} = 2^(−${words.age} / ${halfLife})`,
  ];
  return [
    table(columns, lines, { head: style.dim }),
    '',
    table(
      [{ title: '', width: width - 4 }],
      formula.map((line) => [style.dim(line)]),
    ),
  ];
};

const pointsTable = (
  lines: readonly Line[],
  base: number,
  score: number,
  reasonWidth: number,
  { style, language }: Look,
): string => {
  const words = wordsIn(language);
  const rows = [
    [style.dim(base.toFixed(2)), style.dim(words.base), '', ''],
    ...largestFirst(lines).map(({ points, reason, what, at }) => [
      pointsText(points, style),
      reason,
      what,
      style.dim(at),
    ]),
    ...(lines.length === 0 ? [] : [[style.bold(score.toFixed(2)), style.bold(words.sum), '', '']]),
  ];
  return table([{ title: '', align: 'right' }, { title: '', width: reasonWidth }, { title: '' }, { title: '' }], rows);
};

/**
 * Where the points of one factor come from: they add up to its score.
 *
 * @param all every piece of evidence, with what its points are computed from
 */
export const factorExplanation = (factor: ExplainedFactor, all: boolean, look: Look): readonly string[] => {
  const { style, width } = look;
  const { label, score, base, rows } = factor;
  const title = `${plain(label)} ${scoreColour(score, style)(score.toFixed(1))}`;
  if (all) return section(title, computedTable(factor, look), look);
  const lines =
    rows.length > COMPACT
      ? pointsTable(byRule(rows), base, score, Math.max(26, width - 42), look)
      : pointsTable(eachRow(rows), base, score, Math.max(26, width - 58), look);
  return section(title, [lines], look);
};
