import type { FileAccount, ImportAccount } from '@rapport/files';
import { inputLines } from './input-report';
import { whole } from './numbers';
import { plain, type Style } from './style';
import { table } from './table';

export interface ImportCounts {
  readonly recorded: number;
  readonly duplicates: number;
  readonly conflicts: number;
}

type Row = readonly [count: number, what: string];

const reasons = (counts: Readonly<Record<string, number>>, what: string): readonly Row[] =>
  Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => [count, `${what}: ${plain(reason)}`]);

/** The results of all lines of a file; the counts add up to its lines. */
const fileRows = (file: FileAccount): readonly Row[] =>
  (
    [
      [file.becameTouchpoints, 'became touchpoints'],
      [file.belongsToNobody, 'have no customer'],
      ...reasons(file.notATouchpoint, 'no touchpoint'),
      ...reasons(file.rejected, 'rejected'),
      [file.header, 'header'],
      [file.blank, 'blank'],
      [file.unaccounted, 'not accounted for by the mapping'],
      [file.countedTwice ?? 0, 'counted more than once by the mapping: its "lines" are too many'],
    ] satisfies readonly Row[]
  ).filter(([count]) => count !== 0);

const numbered = (rows: readonly Row[], style: Style): string =>
  table(
    [{ title: '', align: 'right' }, { title: '' }],
    rows.map(([count, what]) => [
      whole(count),
      what.startsWith('rejected') || what.startsWith('conflict') ? style.red(what) : what,
    ]),
    { indent: 2 },
  );

/** The account of an import for people: line by line for each file, touchpoint by touchpoint for the log. */
export const importReport = (
  account: ImportAccount,
  { recorded, duplicates, conflicts }: ImportCounts,
  { style }: { readonly style: Style },
): readonly string[] => [
  ...inputLines(account.inputs, { style }),
  ...account.files.flatMap((file) => [
    `${style.bold(plain(file.file))}  ${whole(file.lines)} ${file.unit}${file.lines === 1 ? '' : 's'}`,
    ...(fileRows(file).length > 0 ? [numbered(fileRows(file), style)] : []),
    '',
  ]),
  `${style.bold(whole(account.touchpoints))} touchpoint${account.touchpoints === 1 ? '' : 's'}`,
  numbered(
    (
      [
        [recorded, 'recorded'],
        [duplicates, 'recorded before, recognised'],
        [conflicts, 'conflicts: recorded before with other content, refused'],
      ] satisfies readonly Row[]
    ).filter(([count], i) => count > 0 || i === 0),
    style,
  ),
  ...(account.limited === true ? ['', 'The import ended at its --limit; the files hold more.'] : []),
  ...tallied('Fields that look misspelt, of touchpoints all the same', account.warnings, style),
  ...tallied('Values that were taken otherwise than they are written', account.adjusted, style),
];

/** How often something was noticed, the most frequent first. */
const tallied = (title: string, counts: Readonly<Record<string, number>>, style: Style): readonly string[] => {
  const rows = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([message, count]): readonly string[] => [whole(count), plain(message)]);
  if (rows.length === 0) return [];
  return ['', style.yellow(title), table([{ title: '', align: 'right' }, { title: '' }], rows, { indent: 2 })];
};
