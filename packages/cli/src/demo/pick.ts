import type { DemoPicks } from '@rapport/data-directory';
import { evaluate, type Program } from '@rapport/domain';
import type { CustomerTruth, RecoveryQuality, SimulatedCustomer } from '@rapport/simulator';

const DAY = 86_400_000;
/** A touchpoint recorded this much later than it happened is late. */
const LATE = 5 * DAY;

/** One complaint in a life of several orders, long enough ago to see what came of it. */
const isTelling = (
  { complaints, orders, stages }: CustomerTruth,
  recovery: RecoveryQuality,
  today: number,
): boolean => {
  const [first] = stages;
  const [complaint, ...others] = complaints;
  return (
    orders >= 5 &&
    first !== undefined &&
    first.from < today - 400 * DAY &&
    complaint !== undefined &&
    others.length === 0 &&
    complaint.severity !== 'low' &&
    complaint.recovery === recovery &&
    complaint.openedAt < today - 60 * DAY &&
    complaint.openedAt > today - 300 * DAY
  );
};

/** Satisfaction (0 to 100) and the stage (by its place on the ladder) at an instant. */
const standingAt = (program: Program, { touchpoints }: SimulatedCustomer, asOf: number) => {
  const { fold } = evaluate(program, touchpoints, { asOf });
  const satisfaction = fold.factors[program.factors.findIndex(({ id }) => id === 'satisfaction')];
  return { satisfaction: satisfaction?.scoreAt(asOf) ?? 0, stage: fold.stage };
};

/** Satisfaction and stage after the complaint, beside those before. */
const outcomeOf = (program: Program, one: SimulatedCustomer, today: number) => {
  const openedAt = one.truth.complaints[0]?.openedAt ?? today;
  const before = standingAt(program, one, openedAt - 1);
  const after = standingAt(program, one, openedAt + 45 * DAY);
  return {
    before: before.satisfaction,
    change: after.satisfaction - before.satisfaction,
    steps: standingAt(program, one, today).stage - before.stage,
  };
};

/** Back where it stood, at best slightly above, in a relationship that lasts. */
const recovered = (program: Program, one: SimulatedCustomer, today: number): number => {
  const { before, change, steps } = outcomeOf(program, one, today);
  return (before >= 52 ? 10 : 0) + (steps >= 0 ? 10 : 0) - Math.abs(change - 2);
};

/** Satisfaction gone and the relationship with it. */
const lost = (program: Program, one: SimulatedCustomer, today: number): number => {
  const { before, change, steps } = outcomeOf(program, one, today);
  return (before >= 52 ? 10 : 0) - change - 10 * Math.min(0, steps);
};

const best = (company: readonly SimulatedCustomer[], score: (one: SimulatedCustomer) => number): string | undefined => {
  let found: { readonly customer: string; readonly score: number } | undefined;
  for (const one of company) {
    const value = score(one);
    if (found === undefined || value > found.score) found = { customer: one.customer, score: value };
  }
  return found?.customer;
};

const endOfDay = (instant: number): number => Math.ceil(instant / DAY) * DAY - 1;

/** A customer whose stage on a day differs from the belief of that day, because something was recorded late. */
const lateOne = (program: Program, company: readonly SimulatedCustomer[], today: number): DemoPicks['late'] => {
  for (const { customer, touchpoints } of company)
    for (const { occurredAt, recordedAt } of touchpoints) {
      if (recordedAt - occurredAt < LATE || occurredAt < today - 300 * DAY) continue;
      const at = endOfDay(occurredAt + DAY);
      const then = evaluate(program, touchpoints, { asOf: at, knownAt: at }).fold.stageId;
      const now = evaluate(program, touchpoints, { asOf: at }).fold.stageId;
      if (then !== null && then !== now) return { customer, at };
    }
  return undefined;
};

/** Chooses the customers that the demo shows. */
export const pickCustomers = (program: Program, company: readonly SimulatedCustomer[], today: number): DemoPicks => {
  const telling = (recovery: RecoveryQuality) => company.filter(({ truth }) => isTelling(truth, recovery, today));
  return {
    well: best(telling('good'), (one) => recovered(program, one, today)),
    badly: best(telling('poor'), (one) => lost(program, one, today)),
    late: lateOne(program, company, today),
  };
};
