/** 1,234,567. By hand, because the first number formatted by Intl takes a tenth of a second. */
export const whole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** A value of any size with as many digits as a person reads: 1,234; 12.3; 0.83. */
export const measure = (value: number | null): string => {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return '∞';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return whole(value);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace(/\.?0+$/, '');
};

/** 0.123 as `12 %`; shares below one percent keep a digit. */
export const percent = (share: number): string => {
  const value = share * 100;
  return `${value > 0 && value < 0.95 ? value.toFixed(1) : Math.round(value)} %`;
};

/** With its sign: `+3.2`, `−0.4`. */
export const signed = (value: number, digits = 1): string => {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
};

/** `1 customer`, `2,000 customers`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;
