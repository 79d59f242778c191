import { DAY, evaluate } from '@rapport/domain';
import type { RecoveryQuality } from '@rapport/simulator';
import { bootstrap, type Estimate } from '../statistics/bootstrap';
import type { JudgedCompany } from './company';

export const RECOVERIES: readonly RecoveryQuality[] = ['good', 'poor', 'none'];
/** Days after a complaint was made at which the score is looked at again. */
export const LATER = 30;

export interface RecoveryChange {
  readonly complaints: number;
  /** Mean satisfaction score just before the complaint and 30 days after it, and the change, in points of 100. */
  readonly before: number;
  readonly after: number;
  readonly change: Estimate;
  /** Mean change of hidden satisfaction in hundredths: from before the cause of the complaint to when it was handled. */
  readonly hidden: Estimate;
}

export interface RecoveryChanges {
  readonly byQuality: Readonly<Record<RecoveryQuality, RecoveryChange>>;
  /** Change after good recoveries less that after poor ones. */
  readonly goodLessPoor: Estimate;
}

interface Observed {
  /** Which customer, so that the complaints of one are drawn together. */
  readonly index: number;
  readonly recovery: RecoveryQuality;
  readonly before: number;
  readonly after: number;
  readonly hidden: number;
}

const observed = ({ program, endAt, customers }: JudgedCompany): readonly Observed[] => {
  const factor = program.factors.findIndex(({ id }) => id === 'satisfaction');
  return customers.flatMap(({ touchpoints, truth }, index) =>
    truth.complaints
      .filter(({ openedAt }) => openedAt + LATER * DAY <= endAt)
      .map(({ openedAt, recovery, satisfactionBefore, satisfactionAfter }) => {
        const scoreAt = (asOf: number): number =>
          evaluate(program, touchpoints, { asOf }).fold.factors[factor]!.scoreAt(asOf);
        return {
          index,
          recovery,
          before: scoreAt(openedAt - 1),
          after: scoreAt(openedAt + LATER * DAY),
          hidden: 100 * (satisfactionAfter - satisfactionBefore),
        };
      }),
  );
};

/** What the satisfaction score makes of complaints handled well, badly and not at all, beside hidden satisfaction. */
export const recoveryChanges = (company: JudgedCompany, seed: number): RecoveryChanges => {
  const all = observed(company);
  const groups = RECOVERIES.map((recovery) => all.filter((one) => one.recovery === recovery));
  const mean = (some: readonly Observed[], value: (one: Observed) => number, counts: ArrayLike<number>): number => {
    let [sum, size] = [0, 0];
    for (const one of some) {
      sum += counts[one.index]! * value(one);
      size += counts[one.index]!;
    }
    return sum / size;
  };
  const change = (one: Observed): number => one.after - one.before;
  const estimates = bootstrap(
    company.customers.length,
    (counts) => {
      const [good = Number.NaN, poor = Number.NaN, none = Number.NaN] = groups.map((some) =>
        mean(some, change, counts),
      );
      const [hiddenGood = Number.NaN, hiddenPoor = Number.NaN, hiddenNone = Number.NaN] = groups.map((some) =>
        mean(some, ({ hidden }) => hidden, counts),
      );
      return { good, poor, none, hiddenGood, hiddenPoor, hiddenNone, goodLessPoor: good - poor };
    },
    { seed, resamples: 500 },
  );
  const plain = (some: readonly Observed[], value: (one: Observed) => number): number =>
    some.reduce((sum, one) => sum + value(one), 0) / some.length;
  const row = (group: number, changed: Estimate, hidden: Estimate): RecoveryChange => ({
    complaints: groups[group]!.length,
    before: plain(groups[group]!, ({ before }) => before),
    after: plain(groups[group]!, ({ after }) => after),
    change: changed,
    hidden,
  });
  return {
    byQuality: {
      good: row(0, estimates.good, estimates.hiddenGood),
      poor: row(1, estimates.poor, estimates.hiddenPoor),
      none: row(2, estimates.none, estimates.hiddenNone),
    },
    goodLessPoor: estimates.goodLessPoor,
  };
};
