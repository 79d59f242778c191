/** Shapes that the answers about one customer share. */
import { codec, flag, instant, integer, list, nullable, number, object, oneOf, record, text } from '../codec';

export const IDENTITY = object({ source: text('The sender.'), id: text('Its id there.') });

export const RULESET_NAME = object({
  name: text('Its name.'),
  version: integer('Its version.'),
  hash: text('SHA-256 of its canonical JSON, hexadecimal.'),
});

export const PUBLISHER = object(
  {
    kind: oneOf(['user', 'key', 'token'], 'A user of the machine, or the owner of a key or token.'),
    name: text('Their name.'),
  },
  { id: text('Of the key, or the subject of the token.') },
);
export const SINCE = instant('When it came into force; at the latest, where `before` is set.');
export const BEFORE = flag('It was in force since before that was recorded.');

/** The rules of an answer, and why those. */
export const USED_RULESET = object(
  {
    name: text('Its name.'),
    version: integer('Its version.'),
    hash: text('SHA-256 of its canonical JSON, hexadecimal.'),
  },
  {
    chosen: oneOf(
      ['in-force', 'known-at', 'earliest', 'given'],
      'Those in force now; those in force at `knownAt`; the first that are known, since `knownAt` lies before them; others that were named.',
    ),
    since: SINCE,
    before: BEFORE,
    by: PUBLISHER,
  },
);

export const CONDITION = object(
  {
    subject: oneOf(['metric', 'factor', 'confidence', 'stage', 'consent'], 'The value that is compared.'),
    id: text('Of the metric or factor; the stages or the purpose.'),
    comparison: oneOf(['atLeast', 'above', 'atMost', 'below', 'is'], 'How.'),
    value: codec<number | string | boolean | null>({
      type: ['number', 'string', 'boolean', 'null'],
      description: 'Its value at that time; null is infinite.',
    }),
    holds: flag('Whether it held.'),
  },
  { threshold: number('With what; absent for stages and consents.') },
);

export const CAUSE = oneOf(['touchpoint', 'time'], 'An event, or the passing of time.');

/** How every answer about a customer begins. */
export const SUBJECT = {
  customer: text('Whose relationship it is: the survivor, where customers are merged.'),
  asOf: instant('Later touchpoints do not count.'),
  ruleset: USED_RULESET,
} as const;
export const SUBJECT_WHERE = {
  askedFor: text('The customer asked for, if merged into `customer`.'),
  mergedCustomers: list(text('A customer.'), 'The customers whose histories are part of this one.'),
  knownAt: instant('Later records do not count.'),
  nothing: object(
    {
      reason: oneOf(
        ['not-happened', 'not-recorded'],
        'The first touchpoint came later; or it had happened, and the log learned of it later.',
      ),
    },
    {
      firstOccurredAt: instant('When the first thing happened.'),
      firstRecordedAt: instant('When the log took the first of what had happened by then.'),
    },
    { description: 'Why there is nothing to say at that instant.' },
  ),
} as const;

export const SCORES = record(
  object({ score: number('0 to 100.'), confidence: number('0 to 1.') }),
  'By factor. Kept as evidence that halves every half-life.',
);
export const METRICS = record(nullable(number('Null is infinite.')), 'By metric.');
export const STAGE = nullable(text('Null: nothing had happened yet.'));
export const OPEN_PROMISE = object({
  id: text('The promise.'),
  key: nullable(text('The object of the promise: an order, a case; null for promises without one.')),
  deadline: instant('Kept until then, broken a millisecond later.'),
});
