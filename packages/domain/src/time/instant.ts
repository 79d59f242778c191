import * as E from 'fp-ts/Either';

/** Milliseconds of a day; the model knows no other length of day. */
export const DAY = 86_400_000;

/** 400 years of the Gregorian calendar, after which it repeats. */
const FOUR_CENTURIES = 146_097 * DAY;

/** RFC 3339: date, `T` or a space, time with optional fraction, and an offset. */
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const daysOfMonth = (year: number, month: number): number =>
  month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : (DAYS_OF_MONTH[month - 1] ?? 0);

/** Minutes east of UTC of `Z`, `+07:00` or `-03:30`; undefined for an offset that no clock has. */
const offsetMinutes = (offset: string): number | undefined => {
  if (offset.length === 1) return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
};

const MINUTES_OF_DAY = 1_440;

/** Whether a second beyond the 59th may stand after a number of minutes of a day in UTC: before midnight only. */
const isLeapSecond = (second: number, minutes: number): boolean =>
  second === 60 && (minutes + MINUTES_OF_DAY) % MINUTES_OF_DAY === MINUTES_OF_DAY - 1;

/**
 * An RFC 3339 instant with offset, as integer milliseconds (finer fractions are cut off). A leap second (23:59:60 in
 * UTC) is the last millisecond of its day: no clock here has one, and it is neither the next day nor after it.
 * Left: what is wrong, in words for the person who wrote it.
 *
 * @example parseInstant('2026-03-01T12:00:00+07:00') // right(1772341200000)
 */
export const parseInstant = (text: string): E.Either<string, number> => {
  const match = RFC3339.exec(text);
  if (match === null)
    return E.left(`expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z, got "${text.slice(0, 60)}"`);
  // Every touchpoint passes here up to three times, so the parts are taken one by one, without a list in between.
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6]);
  const offset = offsetMinutes(match[8] ?? '');
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > daysOfMonth(year, month) ||
    hour > 23 ||
    minute > 59 ||
    offset === undefined ||
    (second > 59 && !isLeapSecond(second, hour * 60 + minute - offset))
  )
    return E.left(`no such instant: "${text}"`);
  const fraction = second === 60 ? 999 : match[7] === undefined ? 0 : Number(match[7].slice(0, 3).padEnd(3, '0'));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; 400 years have the same days everywhere.
  const ms =
    Date.UTC(year + 400, month - 1, day, hour, minute - offset, Math.min(second, 59), fraction) - FOUR_CENTURIES;
  return E.right(ms);
};

/**
 * As {@link parseInstant}, or a date, which means the end of that day in UTC: "as of 30 June" includes 30 June.
 *
 * @example parseDay('2011-06-30') // right(1309478399999)
 */
export const parseInstantOrDay = (text: string): E.Either<string, number> => {
  const match = DATE.exec(text);
  if (match === null) return parseInstant(text);
  const [, year = 0, month = 0, day = 0] = match.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return E.left(`no such day: "${text}"`);
  return E.right(Date.UTC(year, month - 1, day) + DAY - 1);
};

/** RFC 3339 in UTC with milliseconds, as everything in Rapport prints instants. */
export const formatInstant = (instant: number): string => new Date(instant).toISOString();
