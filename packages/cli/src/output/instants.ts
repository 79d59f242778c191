import { type Language, ownLanguage } from '@rapport/domain';
import { localTime, offsetAt } from '../zone';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30.44 * DAY;
const YEAR = 365.25 * DAY;

/** `2026-03-01`, the day in the reader's zone. */
export const day = (instant: number): string => localTime(instant).slice(0, 10);

/** `2026-03-01 12:05`, in the reader's zone. */
export const minute = (instant: number): string => localTime(instant).slice(0, 16).replace('T', ' ');

/** `2026-03-01 12:05 UTC`, or with the offset of the reader's zone: `2026-03-01 19:05 +07:00`. */
export const minuteWithOffset = (instant: number): string => `${minute(instant)} ${offsetAt(instant)}`;

type Unit = 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year';

const VIETNAMESE: Readonly<Record<Unit, string>> = {
  second: 'giây',
  minute: 'phút',
  hour: 'giờ',
  day: 'ngày',
  month: 'tháng',
  year: 'năm',
};

const several = (count: number, unit: Unit, language: Language): string =>
  ownLanguage(language) === 'vi' ? `${count} ${VIETNAMESE[unit]}` : `${count} ${unit}${count === 1 ? '' : 's'}`;

/** A span in its largest fitting unit: `45 minutes`, `3 days`, `14 months`. */
export const span = (milliseconds: number, language: Language = 'en'): string => {
  const size = Math.abs(milliseconds);
  const of = (unit: number, name: Unit): string => several(Math.round(size / unit), name, language);
  if (size < 90 * SECOND) return of(SECOND, 'second');
  if (size < 90 * MINUTE) return of(MINUTE, 'minute');
  if (size < 36 * HOUR) return of(HOUR, 'hour');
  if (size < 90 * DAY) return of(DAY, 'day');
  return size < 730 * DAY ? of(MONTH, 'month') : of(YEAR, 'year');
};

/** A span in as few characters as tell its size: `45 min`, `8 h`, `3 d`. */
export const shortSpan = (milliseconds: number): string => {
  if (milliseconds < 90 * MINUTE) return `${Math.round(milliseconds / MINUTE)} min`;
  return milliseconds < 48 * HOUR ? `${Math.round(milliseconds / HOUR)} h` : `${Math.round(milliseconds / DAY)} d`;
};

/** `3 days ago`, `in 4 hours`, seen from `from`. */
export const away = (instant: number, from: number, language: Language = 'en'): string => {
  const size = span(instant - from, language);
  if (ownLanguage(language) === 'vi') return instant > from ? `còn ${size}` : `${size} trước`;
  return instant > from ? `in ${size}` : `${size} ago`;
};

/** `12.3 s`, `4 min 5 s`: how long work took. */
export const elapsed = (milliseconds: number): string => {
  if (milliseconds < 10 * SECOND) return `${(milliseconds / SECOND).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};
