import type { Comparison } from '../comparison';

/** The values a number can take, ends included unless open. `whole` numbers have no values between integers. */
export interface Interval {
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
  readonly whole: boolean;
}

export const interval = (low: number, high: number, whole = false): Interval => ({
  low,
  lowOpen: false,
  high,
  highOpen: false,
  whole,
});

/** Ends of whole numbers are pulled in to the integers: above 0 is at least 1. */
const tightened = (values: Interval): Interval => {
  if (!values.whole) return values;
  const low = Math.ceil(values.low);
  const high = Math.floor(values.high);
  return interval(
    values.lowOpen && low === values.low ? low + 1 : low,
    values.highOpen && high === values.high ? high - 1 : high,
    true,
  );
};

/** The values that also satisfy a comparison. */
export const narrowed = (values: Interval, comparison: Comparison, threshold: number): Interval => {
  if (comparison === 'atLeast' || comparison === 'above') {
    const open = comparison === 'above';
    if (threshold < values.low || (threshold === values.low && !open)) return values;
    return tightened({ ...values, low: threshold, lowOpen: open });
  }
  const open = comparison === 'below';
  if (threshold > values.high || (threshold === values.high && !open)) return values;
  return tightened({ ...values, high: threshold, highOpen: open });
};

export const isEmpty = ({ low, lowOpen, high, highOpen }: Interval): boolean =>
  low > high || (low === high && (lowOpen || highOpen));

/** A value of an interval that is not empty, for examples in messages. */
export const sample = ({ low, lowOpen, high, highOpen }: Interval): number => {
  if (!lowOpen && Number.isFinite(low)) return low;
  if (!highOpen && Number.isFinite(high)) return high;
  if (Number.isFinite(low)) return Number.isFinite(high) ? (low + high) / 2 : low + 1;
  return Number.isFinite(high) ? high - 1 : 0;
};
