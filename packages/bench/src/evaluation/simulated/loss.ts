import { DAY } from '@rapport/domain';
import type { Judged, JudgedCompany } from './company';

/** Days after the hidden instant of loss at which the warnings are looked at. */
export const OFFSETS = [0, 30, 60, 90, 180] as const;

export interface WarningShare {
  readonly days: number;
  /** Lost customers whose history reaches this number of days after their loss. */
  readonly lost: number;
  /** Share of them with `at-risk` or `dormant` standing at that instant. */
  readonly warned: number;
  /** The same at the same instants of customers never lost who had ordered by then: false alarms. */
  readonly falseAlarms: number;
  /** Both for the simplest warning there is: no order for 90 days. */
  readonly silent: number;
  readonly silentFalseAlarms: number;
}

export interface LossWarnings {
  /** Customers who had ordered and are truly lost at the end. */
  readonly lost: number;
  /** Those who had ordered and are not. */
  readonly kept: number;
  readonly shares: readonly WarningShare[];
  /**
   * Median days from the warning to the loss, of customers lost at least 180 days before the end: below 0, the
   * warning came after it. A warning that stood at the loss counts from when it was raised, else the first one after.
   */
  readonly medianLeadDays: number;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

const WARNINGS = new Set(['at-risk', 'dormant']);
const SILENCE = 90 * DAY;

/** When at least one of the warnings stood, in order; those that touch are one. */
const warningIntervals = ({ evaluation: { signals } }: Judged): readonly Interval[] => {
  const intervals: { from: number; to: number }[] = [];
  const standing = new Set<string>();
  for (const { at, signal, raised } of signals) {
    if (!WARNINGS.has(signal)) continue;
    const before = standing.size;
    if (raised) standing.add(signal);
    else standing.delete(signal);
    const last = intervals[intervals.length - 1];
    if (before === 0 && standing.size > 0) {
      if (last?.to === at) last.to = Number.POSITIVE_INFINITY;
      else intervals.push({ from: at, to: Number.POSITIVE_INFINITY });
    } else if (before > 0 && standing.size === 0) last!.to = at;
  }
  return intervals;
};

interface Watched {
  readonly lostAt?: number;
  readonly warnings: readonly Interval[];
  /** Instants of their orders, ascending. */
  readonly orders: readonly number[];
}

const watch = (one: Judged): Watched => ({
  lostAt: one.truth.lostAt,
  warnings: warningIntervals(one),
  orders: one.touchpoints
    .filter(({ type }) => type === 'order.completed')
    .map(({ occurredAt }) => occurredAt)
    .sort((a, b) => a - b),
});

const warnedAt = ({ warnings }: Watched, at: number): boolean => warnings.some(({ from, to }) => from <= at && at < to);
const silentAt = ({ orders }: Watched, at: number): boolean =>
  at - (orders.findLast((order) => order <= at) ?? at) > SILENCE;
const shareOf = (part: number, whole: number): number => (whole === 0 ? Number.NaN : part / whole);

const leadDays = ({ lostAt, warnings }: Watched): number => {
  const loss = lostAt!;
  const first = warnings.find(({ to }) => to > loss);
  return first === undefined ? Number.NEGATIVE_INFINITY : (loss - first.from) / DAY;
};

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.floor((sorted.length - 1) / 2)]!;
};

const warningShare = (
  days: number,
  lost: readonly Watched[],
  kept: readonly Watched[],
  endAt: number,
): WarningShare => {
  const seen = lost.filter(({ lostAt }) => lostAt! + days * DAY <= endAt);
  let [warned, silent, looks, falsely, falselySilent] = [0, 0, 0, 0, 0];
  for (const one of seen) {
    const at = one.lostAt! + days * DAY;
    if (warnedAt(one, at)) warned++;
    if (silentAt(one, at)) silent++;
    for (const other of kept) {
      if (!(other.orders[0]! <= at)) continue;
      looks++;
      if (warnedAt(other, at)) falsely++;
      if (silentAt(other, at)) falselySilent++;
    }
  }
  return {
    days,
    lost: seen.length,
    warned: shareOf(warned, seen.length),
    falseAlarms: shareOf(falsely, looks),
    silent: shareOf(silent, seen.length),
    silentFalseAlarms: shareOf(falselySilent, looks),
  };
};

/** How early `at-risk` or `dormant` says that a customer is lost, and how often it says so of one who is not. */
export const lossWarnings = ({ customers, endAt }: JudgedCompany): LossWarnings => {
  const buyers = customers.filter(({ truth }) => truth.orders > 0);
  const lost = buyers.filter(({ truth }) => truth.lostAt !== undefined).map(watch);
  const kept = buyers.filter(({ truth }) => truth.lostAt === undefined).map(watch);
  return {
    lost: lost.length,
    kept: kept.length,
    shares: OFFSETS.map((days) => warningShare(days, lost, kept, endAt)),
    medianLeadDays: median(lost.filter(({ lostAt }) => lostAt! + 180 * DAY <= endAt).map(leadDays)),
  };
};
