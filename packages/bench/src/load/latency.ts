import { build, type Histogram } from 'hdr-histogram-js';

/** Durations, kept to three digits in constant memory. */
export interface Latency {
  record(milliseconds: number): void;
  quantile(percent: number): number;
  readonly max: number;
  readonly count: number;
}

/** Microseconds in a histogram: up to ten minutes. */
const LONGEST = 600_000_000;

export const createLatency = (): Latency => {
  const histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  return {
    record: (milliseconds) => histogram.recordValue(Math.min(LONGEST, Math.max(0, Math.round(milliseconds * 1_000)))),
    quantile: (percent) => histogram.getValueAtPercentile(percent) / 1_000,
    get max() {
      return histogram.totalCount === 0 ? 0 : histogram.maxValue / 1_000;
    },
    get count() {
      return histogram.totalCount;
    },
  };
};
