const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',');

/** 1,234,567. By hand, because the first number formatted by Intl takes a tenth of a second. */
export const whole = (value: number): string => grouped(String(Math.round(value)));

/** A value of any size with as many digits as a person reads: 1,234; 12.3; 0.83. */
export const measure = (value: number | null): string => {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return '∞';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return whole(value);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace(/\.?0+$/, '');
};

/** A threshold as its author wrote it, whatever it takes: 43.25; 1,250.5. */
export const exact = (value: number): string => String(value).replace(/^-?\d+(?=\.|$)/, grouped);

/** A part of one in percent; 0.07 is 7, though the product of doubles is not. */
export const percent = (part: number): number => Number((part * 100).toPrecision(15));

/** The most digits used to tell a value apart from its threshold. */
const MOST_DIGITS = 4;

/**
 * A value that stands beside a threshold: rounded so that it stays on its side. Undefined where it is so near that it
 * takes more digits than are worth reading.
 */
export const beside = (
  value: number,
  threshold: number,
  rounded: (value: number) => string = measure,
): string | undefined => {
  const tellsApart = (text: string): boolean =>
    Math.sign(Number(text.replaceAll(',', '')) - threshold) === Math.sign(value - threshold);
  if (!Number.isFinite(value) || tellsApart(rounded(value))) return rounded(value);
  for (let digits = 1; digits <= MOST_DIGITS; digits++)
    if (tellsApart(value.toFixed(digits))) return value.toFixed(digits);
  return undefined;
};
