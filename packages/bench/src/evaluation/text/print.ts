import Table from 'cli-table3';
import type { createColors } from 'picocolors';
import type { Estimate } from '../statistics/bootstrap';

export type Style = ReturnType<typeof createColors>;

/** 1,234,567 */
export const whole = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',');
/** 0.123 as `12.3 %`; `–` where there is none. */
export const percent = (share: number | null): string =>
  share === null || !Number.isFinite(share) ? '–' : `${(100 * share).toFixed(1)} %`;
/** With a minus that is as wide as a digit; `–` where there is none. */
export const decimal = (value: number, digits = 3): string =>
  Number.isFinite(value) ? value.toFixed(digits).replace('-', '−') : '–';
export const signed = (value: number, digits = 3): string => `${value > 0 ? '+' : ''}${decimal(value, digits)}`;
/** `0.738 to 0.774` */
export const interval = ({ low, high }: Estimate, show: (value: number) => string = decimal): string =>
  `${show(low)} to ${show(high)}`;

/** A share of 0 to 1 as a bar of up to `width` characters. */
export const bar = (share: number | null, width: number): string =>
  '█'.repeat(Math.round(Math.min(1, Math.max(0, share ?? 0)) * width));

const NO_LINES = Object.fromEntries(
  'top,top-mid,top-left,top-right,bottom,bottom-mid,bottom-left,bottom-right,left,left-mid,mid,mid-mid,right,right-mid'
    .split(',')
    .map((part) => [part, '']),
);

/** Columns under titles, two spaces apart; titles that begin with `>` stand over numbers and are set to the right. */
export const table = (style: Style, titles: readonly string[], rows: readonly (readonly string[])[]): string => {
  const grid = new Table({
    head: titles.map((title) => style.dim(title.replace('>', ''))),
    chars: { ...NO_LINES, middle: '  ' },
    colAligns: titles.map((title) => (title.startsWith('>') ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  grid.push(...rows.map((row) => [...row]));
  return grid
    .toString()
    .split('\n')
    .map((line) => `  ${line}`.trimEnd())
    .join('\n');
};
