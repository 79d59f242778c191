import { type Language, labelOf, type Ruleset } from '@rapport/domain';
import { bar } from './bar';
import { percent, whole } from './numbers';
import { plain, type Style } from './style';
import { table } from './table';

interface Room {
  readonly style: Style;
  readonly width: number;
  readonly language: Language;
}

export const stageLabelIn = ({ stages }: Ruleset, id: string, language: Language): string =>
  plain(labelOf(stages.find((stage) => stage.id === id)?.label, language, id));

/** Customers by stage, deepest first, as bars. */
export const populationTable = (
  ruleset: Ruleset,
  population: Readonly<Record<string, number>>,
  { style, width, language }: Room,
): string => {
  const total = Object.values(population).reduce((sum, count) => sum + count, 0);
  const most = Math.max(1, ...Object.values(population));
  const long = Math.min(48, width - 34);
  const rows = [...ruleset.stages].reverse().map(({ id }) => {
    const count = population[id] ?? 0;
    return [
      stageLabelIn(ruleset, id, language),
      whole(count),
      style.dim(percent(total === 0 ? 0 : count / total)),
      style.green(bar(count / most, long)),
    ];
  });
  return table([{ title: '' }, { title: '', align: 'right' }, { title: '', align: 'right' }, { title: '' }], rows, {
    indent: 2,
  });
};

const change = (before: number, after: number, style: Style): string => {
  const difference = after - before;
  if (difference === 0) return style.dim('=');
  return difference > 0 ? style.green(`+${whole(difference)}`) : style.red(`−${whole(-difference)}`);
};

/** Two populations side by side, by stages of the second ruleset, deepest first. */
export const populationChange = (
  ruleset: Ruleset,
  titles: readonly [before: string, after: string],
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  { style, width, language }: Room,
): string => {
  const most = Math.max(1, ...Object.values(before), ...Object.values(after));
  const long = Math.min(24, Math.floor((width - 44) / 2));
  const gone = Object.keys(before).filter((id) => !ruleset.stages.some((stage) => stage.id === id));
  const ids = [...ruleset.stages.map(({ id }) => id).reverse(), ...gone];
  const rows = ids.map((id) => {
    const [was, is] = [before[id] ?? 0, after[id] ?? 0];
    return [
      stageLabelIn(ruleset, id, language),
      whole(was),
      style.dim(bar(was / most, long)),
      whole(is),
      style.green(bar(is / most, long)),
      change(was, is, style),
    ];
  });
  return table(
    [
      { title: '' },
      { title: titles[0], align: 'right' },
      { title: '' },
      { title: titles[1], align: 'right' },
      { title: '' },
      { title: '', align: 'right' },
    ],
    rows,
    { indent: 2, head: style.dim },
  );
};

/** Moves between stages: rows are the stage before, columns the stage after. */
export const transitionMatrix = (
  from: readonly string[],
  to: readonly string[],
  transitions: readonly { readonly from: string; readonly to: string; readonly customers: number }[],
  { style }: Pick<Room, 'style'>,
): string => {
  const count = (a: string, b: string): number =>
    transitions.find((one) => one.from === a && one.to === b)?.customers ?? 0;
  const rows = from.map((a) => [
    style.dim(plain(a)),
    ...to.map((b) => {
      const customers = count(a, b);
      if (customers > 0) return whole(customers);
      return style.dim(a === b ? '·' : '');
    }),
  ]);
  return table([{ title: 'from \\ to' }, ...to.map((id) => ({ title: plain(id), align: 'right' as const }))], rows, {
    indent: 2,
    head: style.dim,
  });
};
