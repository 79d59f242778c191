import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Wraps at this many characters, between words; a longer word makes the column wider, so that it can be copied. */
  readonly width?: number;
}

export interface TableOptions {
  /** Draws the titles; as they are when absent. */
  readonly head?: (title: string) => string;
  /** Characters before each line. */
  readonly indent?: number;
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Characters of names, ids and paths; scripts without spaces are broken anywhere. */
const WORD = /[!-\u02ff\u0370-\u052f\u1e00-\u1eff]+/g;
/** A word longer than a hash is not copied by sight. */
const LONGEST = 72;

const longestWord = (cell: string): number =>
  Math.max(
    0,
    ...(stripVTControlCharacters(cell).match(WORD) ?? []).map(({ length }) => (length <= LONGEST ? length : 0)),
  );

/**
 * Rows under plain titles, columns two spaces apart, no lines: it reads well and can be cut and sorted. Columns are
 * as wide as their widest cell; colours and wide characters are measured as the terminal shows them.
 */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { head = (title) => title, indent = 0 }: TableOptions = {},
): string => {
  const titled = columns.some(({ title }) => title !== '');
  const grid = new Table({
    head: titled ? columns.map(({ title }) => head(title)) : [],
    chars: NO_LINES,
    colAligns: columns.map(({ align = 'left' }) => align),
    colWidths: columns.map(({ width }, i) =>
      width === undefined ? null : Math.max(width, ...rows.map((row) => longestWord(row[i] ?? ''))),
    ),
    wordWrap: true,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  grid.push(...rows.map((row) => [...row]));
  const margin = ' '.repeat(indent);
  return grid
    .toString()
    .split('\n')
    .map((line) => (margin + line).trimEnd())
    .join('\n');
};
