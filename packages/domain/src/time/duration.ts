import * as E from 'fp-ts/Either';

const ISO_8601 =
  /^P(?:(\d+(?:\.\d+)?)W)?(?:(\d+(?:\.\d+)?)D)?(?:T(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000];

const CALENDAR = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(T.+)?$/;
const WITHOUT_T = /^P(\d+D)?(\d+H)?(\d+M)?(\d+S)?$/;
const IN_WORDS = /^(\d+) ?(d|day|days|w|week|weeks|h|hour|hours|min|minute|minutes|s|second|seconds)$/;

/** The likely meaning of an invalid duration, and why it is invalid; undefined if unknown. */
export const durationAdvice = (text: string): string | undefined => {
  const written = text.trim().toUpperCase();
  const [calendar, years, months, weeks, days, time] = CALENDAR.exec(written) ?? [];
  if (calendar !== undefined && (years !== undefined || months !== undefined)) {
    const all = Number(years ?? 0) * 365 + Number(months ?? 0) * 30 + Number(weeks ?? 0) * 7 + Number(days ?? 0);
    return `months and years differ in length, and there are no calendar rules: write days, such as P${all}D${time ?? ''}`;
  }
  const [hours, day, ...parts] = WITHOUT_T.exec(written) ?? [];
  if (hours !== undefined && parts.some((part) => part !== undefined))
    return `hours, minutes and seconds stand behind a T: write P${day ?? ''}T${parts.join('')}`;
  const [inWords, count, unit = ''] = IN_WORDS.exec(text.trim().toLowerCase()) ?? [];
  if (inWords === undefined) return ISO_8601.test(written) ? `write ${written}` : undefined;
  const letter = unit.charAt(0).toUpperCase();
  return `write ${'DW'.includes(letter) ? 'P' : 'PT'}${count}${letter}`;
};

/**
 * An ISO 8601 duration of weeks, days, hours, minutes and seconds, as milliseconds. Months and years are refused:
 * they have no fixed length.
 *
 * @example parseDuration('P1DT12H') // right(129600000)
 */
export const parseDuration = (text: string): E.Either<string, number> => {
  const match = ISO_8601.exec(text);
  const parts = match?.slice(1) ?? [];
  if (match === null || parts.every((part) => part === undefined) || text.endsWith('T')) {
    const advice = durationAdvice(text.slice(0, 40));
    return E.left(
      `expected an ISO 8601 duration of weeks, days, hours, minutes and seconds such as P90D or PT4H, got "${text.slice(0, 40)}"${advice === undefined ? '' : `; ${advice}`}`,
    );
  }
  const ms = Math.round(
    parts.reduce((sum, part, i) => sum + (part === undefined ? 0 : Number(part) * (UNITS[i] ?? 0)), 0),
  );
  return ms > 0 ? E.right(ms) : E.left(`expected a duration longer than nothing, got "${text}"`);
};

/**
 * The same for a duration that the ruleset language has accepted.
 *
 * @throws TypeError for a text that is not a duration
 */
export const milliseconds = (duration: string): number => {
  const parsed = parseDuration(duration);
  if (E.isLeft(parsed)) throw new TypeError(parsed.left);
  return parsed.right;
};
