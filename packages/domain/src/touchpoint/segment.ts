import * as E from 'fp-ts/Either';
import { InexactNumber } from '../exact-json';
import { type DecodeContext, type DecodedTouchpoint, decodeTouchpoint } from './decode-touchpoint';
import { problem, problemWith, type TouchpointProblem } from './problem';
import { SEGMENT_ITEM, segmentEvents } from './segment-events';

type Properties = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, readonly string[]>>;

/** A touchpoint in the compact form, not decoded yet. */
export type TranslatedCall = Properties & { readonly type: string };

const BY_EVENT = new Map(segmentEvents.map((entry) => [entry.event.toLowerCase(), entry]));
const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;

const isObject = (input: unknown): input is Properties =>
  typeof input === 'object' && input !== null && !Array.isArray(input) && !(input instanceof InexactNumber);

const camelCase = (name: string): string =>
  SNAKE_CASE.test(name) ? name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) : name;

/** Properties under the names of data. What the table names goes before camelCase, and a name as it is before both. */
const renamed = (properties: Properties, fields: Fields): Properties => {
  const moved = new Map<string, string>();
  for (const [field, from] of Object.entries(fields)) {
    const first = from.find((name) => Object.hasOwn(properties, name) && properties[name] != null);
    if (first !== undefined) moved.set(first, field);
  }
  const targets = new Set(moved.values());
  const named = Object.entries(properties)
    .map(([name, value]) => ({ from: name, to: moved.get(name) ?? camelCase(name), value }))
    .filter(({ from, to }) => moved.has(from) || !targets.has(to));
  return Object.fromEntries([
    ...named.filter(({ from, to }) => from !== to).map(({ to, value }) => [to, value]),
    ...named.filter(({ from, to }) => from === to).map(({ to, value }) => [to, value]),
  ]);
};

const dataOf = (properties: Properties, fields: Fields): Properties => {
  const { products, ...others } = properties;
  const data = renamed(others, fields);
  if (products === undefined) return data;
  const items = Array.isArray(products)
    ? products.map((product: unknown) => (isObject(product) ? renamed(product, SEGMENT_ITEM) : product))
    : products;
  return { ...data, items };
};

/**
 * A Segment call as a touchpoint in the compact form: `track` by the table {@link segmentEvents}, `alias` as
 * `customer.merged` (the previous id merges into the new one). `identify`, `page`, `screen` and `group` are not facts
 * about a relationship: they have no mapping, and the problem says so.
 *
 * The customer is `userId`, or `anonymousId` before there is one. `timestamp` is taken as it stands: the receiver, which
 * has a clock, corrects it by `originalTimestamp` and `sentAt`. Source is `segment`.
 */
export const translateSegment = (call: unknown): E.Either<readonly TouchpointProblem[], TranslatedCall> => {
  if (!isObject(call)) return E.left([problem('', 'a Segment call as a JSON object', call)]);
  const base = { id: call.messageId, source: 'segment', occurredAt: call.timestamp };
  if (call.type === 'alias')
    return E.right({ ...base, type: 'customer.merged', customer: call.previousId, data: { into: call.userId } });
  if (call.type !== 'track')
    return E.left([
      problem('type', '"track" or "alias"', call.type, 'Other calls are not touchpoints and are not recorded.'),
    ]);
  const mapping = typeof call.event === 'string' ? BY_EVENT.get(call.event.trim().toLowerCase()) : undefined;
  if (mapping === undefined)
    return E.left([problem('event', 'an event with a mapping', call.event, 'Known are the events of the reference.')]);
  const properties = call.properties ?? {};
  if (!isObject(properties)) return E.left([problem('properties', 'an object', properties)]);
  return E.right({
    ...base,
    type: mapping.type,
    // Libraries write an empty text for a user who is not known yet.
    customer: call.userId === '' ? (call.anonymousId ?? '') : (call.userId ?? call.anonymousId),
    data: { ...mapping.defaults, ...dataOf(properties, mapping.fields ?? {}) },
  });
};

/** What the sender of a call calls the fields around data. */
const CALL_NAMES: Readonly<Record<string, string>> = { id: 'messageId', customer: 'userId', occurredAt: 'timestamp' };

/**
 * Translates and decodes a Segment call. Problems name the fields of the call; inside `data`, those of the touchpoint.
 *
 * @example
 * decodeSegment({ type: 'track', event: 'Order Completed', messageId: 'm-1', userId: 'c-17', timestamp, properties: { revenue: 20 } }, context)
 */
export const decodeSegment = (
  call: unknown,
  context: DecodeContext,
): E.Either<readonly TouchpointProblem[], DecodedTouchpoint> => {
  const translated = translateSegment(call);
  if (E.isLeft(translated)) return translated;
  const decoded = decodeTouchpoint(translated.right, context);
  if (E.isRight(decoded)) return decoded;
  return E.left(
    decoded.left.map((found) => {
      const name = translated.right.type === 'customer.merged' ? aliasName(found.field) : CALL_NAMES[found.field];
      return name === undefined ? found : problemWith(name, found.expected, found.got);
    }),
  );
};

const aliasName = (field: string): string | undefined =>
  field === 'customer' ? 'previousId' : field === 'data.into' ? 'userId' : CALL_NAMES[field];
