import * as E from 'fp-ts/Either';

/** Milliseconds of a day; the model knows no other length of day. */
export const DAY = 86_400_000;

/** RFC 3339: date, `T` or a space, time with optional fraction, and an offset. */
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;

const daysOfMonth = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/**
 * An RFC 3339 instant with offset, as integer milliseconds (finer fractions are cut off).
 * Left: what is wrong, in words for the person who wrote it.
 *
 * @example parseInstant('2026-03-01T12:00:00+07:00') // right(1772341200000)
 */
export const parseInstant = (text: string): E.Either<string, number> => {
  const match = RFC3339.exec(text);
  if (match === null)
    return E.left(`expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z, got "${text.slice(0, 60)}"`);
  const [, year, month, day, hour, minute, second] = match.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month) || hour > 23 || minute > 59 || second > 59)
    return E.left(`no such instant: "${text}"`);
  const ms = Date.parse(
    `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.${(match[7] ?? '0').slice(0, 3).padEnd(3, '0')}${match[8].toUpperCase()}`,
  );
  return Number.isFinite(ms) ? E.right(ms) : E.left(`no such instant: "${text}"`);
};

/**
 * As {@link parseInstant}, or a date, which means the end of that day in UTC: "as of 30 June" includes 30 June.
 *
 * @example parseDay('2011-06-30') // right(1309478399999)
 */
export const parseInstantOrDay = (text: string): E.Either<string, number> => {
  const match = DATE.exec(text);
  if (match === null) return parseInstant(text);
  const [, year, month, day] = match.map(Number);
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return E.left(`no such day: "${text}"`);
  return E.right(Date.UTC(year, month - 1, day) + DAY - 1);
};

/** RFC 3339 in UTC with milliseconds, as everything in Rapport prints instants. */
export const formatInstant = (instant: number): string => new Date(instant).toISOString();
