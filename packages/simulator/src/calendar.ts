import { DAY } from '@rapport/domain';
import type { Random } from './random';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export { DAY };

/** The same time of the same day of the month, `months` earlier (UTC). */
export const monthsBefore = (instant: number, months: number): number => {
  const date = new Date(instant);
  return (
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, date.getUTCDate()) + (((instant % DAY) + DAY) % DAY)
  );
};

/** Demand by month, January first; the mean is about 1. */
const SEASON = [0.8, 0.85, 0.95, 1, 1.05, 0.95, 0.85, 0.85, 1, 1.05, 1.3, 1.4];

export const seasonAt = (instant: number): number => SEASON[new Date(instant).getUTCMonth()]!;

/** Year and month as in `2026-03`. */
export const monthOf = (instant: number): string => new Date(instant).toISOString().slice(0, 7);

export const startOfDay = (instant: number): number => instant - (instant % DAY);

/** Quarters since 1970: the unit in which the company's quality of service changes. */
export const quarterOf = (instant: number): number => {
  const date = new Date(instant);
  return (date.getUTCFullYear() - 1970) * 4 + Math.floor(date.getUTCMonth() / 3);
};

export const yearOf = (instant: number): number => new Date(instant).getUTCFullYear();

/** A time at which people shop and write: moved out of the night (23:00 to 6:59), never backwards. */
export const awake = (instant: number, random: Random): number => {
  const hour = Math.floor((instant % DAY) / HOUR);
  if (hour >= 7 && hour < 23) return instant;
  return startOfDay(instant) + (hour >= 23 ? DAY : 0) + 7 * HOUR + random.below(4 * HOUR);
};

/** The next office time at or after an instant: Monday to Friday, 8:00 to 17:59 UTC. */
export const office = (instant: number, random: Random): number => {
  let at = instant;
  const hour = Math.floor((at % DAY) / HOUR);
  if (hour < 8) at = startOfDay(at) + 8 * HOUR + random.below(HOUR);
  else if (hour >= 18) at = startOfDay(at) + DAY + 8 * HOUR + random.below(HOUR);
  // 1970-01-01 was a Thursday: day 2 a Saturday, day 3 a Sunday.
  const weekday = Math.floor(at / DAY) % 7;
  return weekday === 2 ? at + 2 * DAY : weekday === 3 ? at + DAY : at;
};
