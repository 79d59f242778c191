/** Files that are like others at first and are not later on, made where they are needed. */

const rows = (header: string, count: number, row: (i: number) => string, ...more: readonly string[]): string =>
  `${[header, ...Array.from({ length: count }, (_, i) => row(i)), ...more].join('\n')}\n`;

const two = (number: number): string => String(number).padStart(2, '0');

/** Customers with leading zeros, after 21,000 without. */
export const lateZeros = (): string =>
  rows('n,card', 21_000, (i) => `${i},${1000 + (i % 500)}`, '90001,0071', '90002,71');

/** Dates with the month first, which only the last of 21,001 shows. */
export const americanDates = (): string =>
  rows(
    'n,card,day',
    21_000,
    (i) => `${i},c-${i % 100},${two(1 + Math.floor(i / 3000))}/${two(1 + (i % 12))}/2026`,
    '90001,c-1,09/17/2026',
  );

/** Amounts that get cents after 20,480 without. */
export const lateCents = (): string =>
  rows('n,card,total', 20_480, (i) => `${i},C${i},10`, '90001,L1,2.75', '90002,L2,19.99', '90003,L3,1e2');

export const lateCentsAsJson = (): string => {
  const line = (n: number, card: string, total: number | boolean) => `${JSON.stringify({ n, card, total })}\n`;
  const first = Array.from({ length: 20_480 }, (_, i) => line(i, `C${i}`, 10)).join('');
  return first + line(90_001, 'L1', 2.75) + line(90_002, 'L2', 19.99) + line(90_003, 'L3', true);
};

/** Dates of which the last has a time. */
export const lateTime = (): string =>
  rows('n,card,sold_at', 20_480, (i) => `${i},C${i},2026-01-01`, '90001,L1,2026-01-02 15:30:00');

/** Times of which the last has an offset. */
export const lateOffset = (): string =>
  rows('n,card,sold_at', 2_100, (i) => `${i},C${i},2026-01-01 00:00:00`, '90001,L1,2026-01-02T23:30:00-08:00');

/** 200 good rows, and one with a quote in a quoted value. */
export const badQuote = (): string =>
  rows('n,card,what,total', 200, (i) => `${i},"C${i}","Shelf",19.90`, '90001,"L1","Shelf 24" oak",19.90');
