/** 1,234,567. By hand, because the first number formatted by Intl takes a tenth of a second. */
export const whole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');

/** A value of any size with as many digits as a person reads: 1,234; 12.3; 0.83. */
export const measure = (value: number | null): string => {
  if (value === null) return '–';
  if (!Number.isFinite(value)) return '∞';
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return whole(value);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2).replace(/\.?0+$/, '');
};
