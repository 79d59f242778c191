import { parseInstantOrDay } from '@rapport/domain';
import { type Either, map } from 'fp-ts/Either';
import { CommandError } from './exit';

/**
 * The zone in which a person types dates and reads instants. It is UTC until they name another, and not the zone of
 * the machine: the same command then says the same on a laptop, on a server and in a script, and a date in a report
 * means the same to every reader. What programs read (`--json`, HTTP, files) and what is stored is always UTC.
 *
 * One process runs one command for one person, so there is one zone; it is set before anything is printed.
 */
let zone = 'UTC';

/** The name that stands for the zone of the machine. */
const LOCAL = 'local';

// Most commands never leave UTC: the library is loaded by those that do.
const luxon = (): typeof import('luxon') => require('luxon') as typeof import('luxon');

/**
 * Sets the zone; UTC where none is given.
 *
 * @param name of the IANA time zone database, as `Asia/Ho_Chi_Minh`; `UTC`, or `local` for the zone of the machine
 * @param place where it was given, for the message
 */
export const useZone = (name: string | undefined, place: string): void => {
  const wanted = name === LOCAL ? Intl.DateTimeFormat().resolvedOptions().timeZone : (name ?? 'UTC');
  if (wanted.toUpperCase() === 'UTC') zone = 'UTC';
  else if (luxon().IANAZone.isValidZone(wanted)) zone = wanted;
  else
    throw new CommandError(
      `${place}: there is no time zone "${wanted.slice(0, 60)}". Name one as Europe/Berlin or Asia/Ho_Chi_Minh, UTC, or local.`,
    );
};

export const zoneName = (): string => zone;

/** `2026-03-01T12:05:09` of the reader's clock, without an offset. */
export const localTime = (instant: number): string =>
  zone === 'UTC'
    ? new Date(instant).toISOString().slice(0, 19)
    : luxon().DateTime.fromMillis(instant, { zone }).toFormat("yyyy-MM-dd'T'HH:mm:ss");

/** `UTC`, or how far the reader's clock is from it at an instant: `+07:00`. */
export const offsetAt = (instant: number): string =>
  zone === 'UTC' ? 'UTC' : luxon().DateTime.fromMillis(instant, { zone }).toFormat('ZZ');

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * An instant as a user typed it, in milliseconds: RFC 3339, or a date, which means the last millisecond of that day
 * in their zone. Left: what is wrong, in words.
 */
export const parseTyped = (text: string): Either<string, number> => {
  const parsed = parseInstantOrDay(text);
  return zone === 'UTC' || !DATE.test(text) ? parsed : map(() => endOfDay(text))(parsed);
};

/** A day ends where the next one begins, whatever clocks are put forward or back meanwhile. */
const endOfDay = (date: string): number =>
  luxon().DateTime.fromISO(date, { zone: 'UTC' }).plus({ days: 1 }).setZone(zone, { keepLocalTime: true }).toMillis() -
  1;
