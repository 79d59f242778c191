import { CHANGE_FILTERS, type ChangeFilterDefinition, type ChangeFilterName } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import { StoreError } from '@rapport/sqlite';
import { chain, isLeft } from 'fp-ts/Either';
import { pipe } from 'fp-ts/function';
import * as t from 'io-ts';

/** A text as a cursor; undefined for a text that is not one. */
export type ParseCursor = (text: string) => Position | undefined;

const orNull = <A>(codec: t.Type<A, unknown>) => t.union([codec, t.null]);

const oneOf = <V extends string>(values: readonly V[]): t.Type<V> => {
  const is = (value: unknown): value is V => values.some((known) => known === value);
  return new t.Type(
    `one of ${values.join(', ')}`,
    is,
    (value, context) => (is(value) ? t.success(value) : t.failure(value, context)),
    t.identity,
  );
};

/** A column that holds JSON. */
const json = <A>(codec: t.Type<A, unknown>): t.Type<A, string> =>
  new t.Type(
    `JSON of ${codec.name}`,
    codec.is,
    (value, context) =>
      pipe(
        t.string.validate(value, context),
        chain((text) => {
          try {
            return codec.validate(JSON.parse(text), context);
          } catch {
            return t.failure(text, context);
          }
        }),
      ),
    JSON.stringify,
  );

const cursorWith = (parse: ParseCursor): t.Type<Position> =>
  new t.Type(
    'a cursor',
    (value): value is Position => typeof value === 'string' && parse(value) !== undefined,
    (value, context) => {
      const cursor = typeof value === 'string' ? parse(value) : undefined;
      return cursor === undefined ? t.failure(value, context) : t.success(cursor);
    },
    t.identity,
  );

const valuesOf = <V extends string>({ values }: ChangeFilterDefinition<V>): t.Type<readonly V[], unknown> =>
  t.readonlyArray(values === undefined ? (t.string as unknown as t.Type<V>) : oneOf(values));

const FILTER = t.partial({
  kinds: valuesOf(CHANGE_FILTERS.kinds),
  stages: valuesOf(CHANGE_FILTERS.stages),
  directions: valuesOf(CHANGE_FILTERS.directions),
  signals: valuesOf(CHANGE_FILTERS.signals),
  causes: valuesOf(CHANGE_FILTERS.causes),
} satisfies Record<ChangeFilterName, t.Mixed>);

const ATTEMPT = t.intersection([
  t.type({ at: t.number, milliseconds: t.number }),
  t.partial({ status: t.number, error: t.string }),
]);

/** Rows of `subscriptions`. */
export const subscriptionRow = (parse: ParseCursor) =>
  t.type({
    number: t.number,
    id: t.string,
    url: t.string,
    description: orNull(t.string),
    filter: json(FILTER),
    status: oneOf(['active', 'paused', 'disabled']),
    reason: orNull(t.string),
    created_at: t.number,
    cursor: orNull(cursorWith(parse)),
    secret: t.string,
    old_secret: orNull(t.string),
    old_secret_until: orNull(t.number),
    last_success_at: orNull(t.number),
    last_failure_at: orNull(t.number),
    failing_since: orNull(t.number),
  });

export type SubscriptionRow = t.TypeOf<ReturnType<typeof subscriptionRow>>;

/** Rows of `deliveries`. */
export const deliveryRow = (parse: ParseCursor) =>
  t.type({
    subscription: t.number,
    cursor: cursorWith(parse),
    id: t.string,
    customer: t.string,
    type: t.string,
    status: oneOf(['waiting', 'delivered', 'dead']),
    attempts: json(t.readonlyArray(ATTEMPT)),
    tries: t.number,
    failing_since: orNull(t.number),
    next_attempt_at: orNull(t.number),
  });

export type DeliveryRow = t.TypeOf<ReturnType<typeof deliveryRow>>;

const SHOWN = 60;

/** The members of unions and intersections are steps of io-ts, not of the value. */
const isMember = (parent: t.ContextEntry | undefined): boolean =>
  parent !== undefined && '_tag' in parent.type && /^(Union|Intersection)Type$/.test(String(parent.type._tag));

/** `filter.stages.0 is 5, not string`, for the deepest place that the codec complains about. */
const problemIn = (errors: t.Errors): string => {
  const [deepest] = [...errors].sort((a, b) => b.context.length - a.context.length);
  const context = deepest?.context ?? [];
  const path = context.filter((_, i) => i > 0 && !isMember(context[i - 1])).map(({ key }) => key);
  const found = JSON.stringify(deepest?.value) ?? 'missing';
  const shown = found.length > SHOWN ? `${found.slice(0, SHOWN)}…` : found;
  return `${path.join('.')} is ${shown}, not ${context.at(-1)?.type.name}`;
};

/**
 * A row as what the codec makes of it.
 *
 * @param row as SQLite gave it
 * @param what the row is about, for the error: `subscription sub_1`
 * @param path of the file
 * @throws StoreError `damaged` that says which row, what is wrong with it, and what to do
 */
export const decodeRow = <A>(codec: t.Type<A, unknown>, row: unknown, what: () => string, path: string): A => {
  const decoded = codec.decode(row);
  if (isLeft(decoded))
    throw new StoreError(
      'damaged',
      path,
      `The row of ${what()} in ${path} cannot be read: ${problemIn(decoded.left)}. Restore the file from a backup, or delete this row; a deleted subscription must be made again.`,
    );
  return decoded.right;
};
