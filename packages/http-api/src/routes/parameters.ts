/** Parameters that many routes share, and what they mean. */
import { type Language, parseInstant, parseInstantOrDay } from '@rapport/domain';
import { isLeft } from 'fp-ts/Either';
import { integer, object, text } from '../codec';
import { Refusal } from '../problem';

const INSTANT = 'RFC 3339 with offset, or a date, which means the end of that day in UTC.';
const when = (description: string) =>
  text(`${description} ${INSTANT}`, { examples: ['2026-03-01T12:00:00Z', '2026-03-01'] });

export const AS_OF = when('As of this instant: later touchpoints do not count. Now when absent.');
export const KNOWN_AT = when(
  'As known at this instant: later records do not count. With `asOf`: the belief of that time about that time.',
);
export const FROM = text(
  'Begin of the period, itself included. RFC 3339 with offset, or a date, which means the begin of that day in UTC.',
  { examples: ['2026-03-01T00:00:00Z', '2026-03-01'] },
);
export const TO = when('End of the period, itself left out.');
export const LANGUAGE = text(
  'Of labels and reasons in words, a language tag; English when absent. Labels may be in any language, else they are in another one; Rapport’s own words are English and Vietnamese.',
  { examples: ['en', 'vi'], pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$', maxLength: 35 },
);
export const AFTER = text('Cursor: the `next` of the page before.');

export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1_000;
export const LIMIT = integer(`Items of a page, 1 to ${MAX_LIMIT}; ${DEFAULT_LIMIT} when absent.`, {
  minimum: 1,
  maximum: MAX_LIMIT,
});

export const CUSTOMER_ID = object({
  id: text('The id of the customer in their touchpoints (URL-encoded).', { minLength: 1 }),
});
export const VIEW = { asOf: AS_OF, knownAt: KNOWN_AT } as const;

/**
 * An instant among the query's parameters, in milliseconds; undefined where it was not given.
 *
 * @throws Refusal for text that is not an instant
 */
export const instantIn = (query: Readonly<Record<string, unknown>>, name: string): number | undefined => {
  const given = query[name];
  if (given === undefined) return undefined;
  const parsed = parseInstantOrDay(String(given));
  if (!isLeft(parsed)) return parsed.right;
  const plus = / \d\d:\d\d$/.test(String(given)) ? '; in a URL the plus sign of an offset is written %2B' : '';
  const message = `${parsed.left}${plus}`;
  throw new Refusal('invalid-request', `Query parameter "${name}": ${message}.`, {
    errors: [{ field: name, message }],
  });
};

/** `from` of a period: as {@link instantIn}, but a date means the begin of its day. @throws Refusal for text that is not an instant */
export const beginIn = (query: Readonly<Record<string, unknown>>, name = 'from'): number | undefined => {
  const instant = instantIn(query, name);
  const midnight = parseInstant(`${query[name]}T00:00:00Z`);
  return instant === undefined || isLeft(midnight) ? instant : midnight.right;
};

export interface InstantView {
  readonly asOf: number;
  readonly knownAt?: number;
}

/** `asOf` (now when absent) and `knownAt`. @throws Refusal for text that is not an instant */
export const viewIn = (query: Readonly<Record<string, unknown>>, now: number): InstantView => {
  const knownAt = instantIn(query, 'knownAt');
  return { asOf: instantIn(query, 'asOf') ?? now, ...(knownAt === undefined ? undefined : { knownAt }) };
};

export const languageIn = ({ lang }: { readonly lang?: Language }): Language => lang ?? 'en';

/** A refusal of one query parameter. */
export const wrongParameter = (field: string, message: string): Refusal =>
  new Refusal('invalid-request', `Query parameter "${field}": ${message}`, { errors: [{ field, message }] });
