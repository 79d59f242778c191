import * as E from 'fp-ts/Either';

const ISO_8601 =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

/**
 * An ISO 8601 duration of weeks, days, hours, minutes and seconds, as milliseconds. Months and years are refused:
 * they have no fixed length.
 *
 * @example parseDuration('P1DT12H') // right(129600000)
 */
export const parseDuration = (text: string): E.Either<string, number> => {
  const match = ISO_8601.exec(text);
  const parts = match?.slice(1) ?? [];
  if (match === null || parts.every((part) => part === undefined) || text.endsWith('T'))
    return E.left(
      `expected an ISO 8601 duration of weeks, days, hours, minutes and seconds such as P90D or PT4H, got "${text.slice(0, 40)}"`,
    );
  const ms = Math.round(parts.reduce((sum, part, i) => sum + (part === undefined ? 0 : Number(part) * UNITS[i]), 0));
  return ms > 0 ? E.right(ms) : E.left(`expected a duration longer than nothing, got "${text}"`);
};
