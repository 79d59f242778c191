const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `2026-03-01`, the day in UTC. */
export const day = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** `2026-03-01 12:05`, in UTC. */
export const minute = (instant: number): string => new Date(instant).toISOString().slice(0, 16).replace('T', ' ');

const several = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** A span in its largest fitting unit: `45 minutes`, `3 days`, `14 months`. */
export const span = (milliseconds: number): string => {
  const size = Math.abs(milliseconds);
  if (size < 90 * SECOND) return several(Math.round(size / SECOND), 'second');
  if (size < 90 * MINUTE) return several(Math.round(size / MINUTE), 'minute');
  if (size < 36 * HOUR) return several(Math.round(size / HOUR), 'hour');
  if (size < 90 * DAY) return several(Math.round(size / DAY), 'day');
  if (size < 730 * DAY) return several(Math.round(size / (30.44 * DAY)), 'month');
  return several(Math.round(size / (365.25 * DAY)), 'year');
};

/** `3 days ago`, `in 4 hours`, seen from `from`. */
export const away = (instant: number, from: number): string =>
  instant > from ? `in ${span(instant - from)}` : `${span(from - instant)} ago`;

/** `12.3 s`, `4 min 5 s`: how long work took. */
export const elapsed = (milliseconds: number): string => {
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};
