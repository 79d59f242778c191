import { whole } from '@rapport/domain';

export { measure, whole } from '@rapport/domain';

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
