import { quarterOf, yearOf } from './calendar';
import type { Plan } from './options';
import { hashOf, shareOf } from './random';

/** What all customers meet alike: quality of delivery, staff, prices. Looked up by hash, so that no customer needs another. */

const KEY = { operations: -11, lateness: -12, raise: -13, skill: -14, manager: -15, change: -16 } as const;

export const STAFF = 40;
export const staffId = (n: number): string => `s-${String(n).padStart(2, '0')}`;

/** Share of deliveries that come late in this quarter: mostly 5 to 10 %, in one quarter of six up to 20 %. */
export const lateShareAt = (plan: Plan, instant: number): number => {
  const quarter = quarterOf(instant);
  const bad = shareOf(plan.seed, KEY.operations, quarter) < 0.17;
  return (bad ? 0.14 : 0.05) + 0.055 * shareOf(plan.seed, KEY.lateness, quarter);
};

/** Percent by which all prices rise in February of this year; 0 in some years. */
export const priceRaiseOf = (plan: Plan, instant: number): number => {
  const draw = hashOf(plan.seed, KEY.raise, yearOf(instant)) >>> 0;
  return draw % 4 === 0 ? 0 : 2 + (draw % 7);
};

/** How well a member of staff handles what goes wrong, 0 to 1. */
export const skillOf = (plan: Plan, staff: number): number => shareOf(plan.seed, KEY.skill, staff);

/** Who answers for a customer: one of the staff at first, and another from `changedAt` on. */
export interface Managers {
  readonly first: number;
  readonly second: number;
  readonly changedAt: number;
}

export const managersOf = (plan: Plan, index: number): Managers => {
  const draw = hashOf(plan.seed, KEY.manager, index) >>> 0;
  const first = draw % STAFF;
  const later = shareOf(plan.seed, KEY.change, index);
  // Two customers of five keep their manager over the whole period.
  const changedAt = plan.startAt + Math.floor(((plan.endAt - plan.startAt) * later) / 0.6);
  return { first, second: (first + 1 + ((draw >>> 8) % (STAFF - 1))) % STAFF, changedAt };
};

export const managerAt = (plan: Plan, index: number, instant: number): number => {
  const { first, second, changedAt } = managersOf(plan, index);
  return instant < changedAt ? first : second;
};
