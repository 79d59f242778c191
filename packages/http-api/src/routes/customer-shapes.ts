/** Shapes of what is answered about one customer. */
import { anyOf, codec, flag, instant, integer, list, nullable, number, object, oneOf, record, text } from '../codec';

export const IDENTITY = object({ source: text('Who sent it.'), id: text('Its id there.') });

export const RULESET_NAME = object({
  name: text('Its name.'),
  version: integer('Its version.'),
  hash: text('SHA-256 of its canonical JSON, hexadecimal.'),
});

export const CONDITION = object(
  {
    subject: oneOf(['metric', 'factor', 'confidence', 'stage', 'consent'], 'What is compared.'),
    id: text('Of the metric or factor; the stages or the purpose.'),
    comparison: oneOf(['atLeast', 'above', 'atMost', 'below', 'is'], 'How.'),
    value: codec<number | string | boolean | null>({
      type: ['number', 'string', 'boolean', 'null'],
      description: 'What it was then; null is infinite.',
    }),
    holds: flag('Whether it held.'),
  },
  { threshold: number('With what; absent for stages and consents.') },
);

const CAUSE = oneOf(['touchpoint', 'time'], 'What happened, or time that passed.');

/** How every answer about a customer begins. */
const subject = {
  customer: text('Whose relationship it is: the survivor, where customers are merged.'),
  asOf: instant('What occurred later does not count.'),
  ruleset: RULESET_NAME,
} as const;
const subjectWhere = {
  askedFor: text('The customer asked for, where she is merged into `customer`.'),
  mergedCustomers: list(text('A customer.'), 'Whose histories are part of hers.'),
  knownAt: instant('What was recorded later does not count.'),
} as const;

const REASON = object({
  product: text('A product of hers.'),
  together: integer('Customers who ordered both.'),
  owners: integer('Customers who ordered it.'),
  lift: number('How many times more often together than by chance.'),
  weight: number('What it adds to the score.'),
});

const CROSS_SELL = {
  kind: oneOf(['candidates', 'withheld'], 'Whether there are any to be offered now.'),
} as const;
const CROSS_SELL_WHERE = {
  reason: text('The conditions that withhold them, in words.'),
  candidates: list(
    object(
      {
        product: text('What to offer.'),
        score: number('What it is ranked by; 0 for a popular one that fills up.'),
        rank: integer('1 for the best.'),
        owners: integer('Customers who ever ordered it.'),
        reasons: list(REASON, 'The products of hers that weigh most, at most three.'),
      },
      { popular: codec<true>({ const: true, description: 'Only because it is popular.' }) },
    ),
  ),
} as const;

const SCORES = record(
  object({ score: number('0 to 100.'), confidence: number('0 to 1.') }),
  'By factor. Kept as evidence that halves every half-life.',
);
const METRICS = record(nullable(number('Null is infinite.')), 'By metric.');
const STAGE = nullable(text('Null: nothing had happened yet.'));
const OPEN_PROMISE = object({
  id: text('The promise.'),
  key: nullable(text('What it is about: an order, a case; null for promises without.')),
  deadline: instant('Kept until then, broken a millisecond later.'),
});

export const CASE_FIELDS = {
  caseId: text('The case.'),
  openedAt: instant('When it was opened.'),
  informed: integer('Updates given.'),
  compensated: number('Sum of what was accepted.'),
  open: flag('Whether it waits for an end.'),
  reopened: integer('How often.'),
  priorCases: integer('Cases of this customer opened in the 365 days before.'),
} as const;
export const CASE_WHERE = {
  severity: codec<string | number>({ type: ['string', 'number'], description: 'As the complaint said.' }),
  loss: number('What the customer lost.'),
  category: text('Of what kind.'),
  acknowledgedAt: instant('When it was acknowledged first.'),
  closedAt: instant('When it was resolved or withdrawn last.'),
  outcome: text('Of the resolution.'),
} as const;

export const PARKED = object(
  { reason: text('Why her touchpoints cannot be folded.') },
  { touchpoint: IDENTITY, parkedAt: instant('Since when.') },
);

export const RELATIONSHIP = object(
  { ...subject },
  {
    ...subjectWhere,
    stage: STAGE,
    since: instant('When she entered it.'),
    factors: SCORES,
    metrics: METRICS,
    signals: list(object({ signal: text('Raised.'), since: instant('Since when.') })),
    openPromises: list(OPEN_PROMISE),
    cases: list(object(CASE_FIELDS, CASE_WHERE)),
    consents: list(text('A purpose that stands.')),
    nextReviewAt: nullable(instant('When time alone may change something next; null for never.')),
    touchpoints: integer('How many were folded.'),
    firstTouchpointAt: instant('The first.'),
    lastTouchpointAt: instant('The last.'),
    crossSell: object(CROSS_SELL, CROSS_SELL_WHERE),
    parked: PARKED,
    lastFolded: object(
      { stage: text('The stage.'), since: instant('Since when.'), at: instant('When that was so.') },
      undefined,
      { description: 'Where a parked customer stood when her touchpoints could be folded last.' },
    ),
  },
  {
    description:
      'The relationship, folded from the log. `stage` null and nothing else: nothing had happened yet. With `parked` instead of `stage`: her touchpoints cannot be folded.',
  },
);

const CHANGE = object(
  {
    at: instant('When it became true.'),
    from: nullable(text('Null for the first touchpoint ever.')),
    to: text('The stage arrived at.'),
    cause: CAUSE,
    because: list(CONDITION, 'The conditions that decided, with their values.'),
  },
  { touchpoint: IDENTITY },
);

const MISSING: ReturnType<typeof codec<unknown>> = codec({
  description: 'A tree: `{all: [...]}`, `{any: [...]}` or `{condition}`; null where every condition holds.',
});

export const EXPLANATION = object(
  { ...subject, stage: STAGE, reasons: record(text('In words.'), 'By rule.') },
  {
    ...subjectWhere,
    since: instant('When she entered the stage.'),
    history: list(CHANGE),
    factors: SCORES,
    metrics: METRICS,
    signals: list(object({ at: instant('When.'), signal: text('Which.'), raised: flag('Or cleared.') })),
    openPromises: list(OPEN_PROMISE),
    settledPromises: list(
      object({
        id: text('The promise.'),
        key: nullable(text('What it was about.')),
        outcome: oneOf(['kept', 'broken', 'released'], 'What became of it.'),
        at: instant('When.'),
      }),
    ),
    contributions: record(
      object({
        base: number('Where everyone begins: the score of the prior.'),
        rows: list(
          object({
            rule: text('The rule; `<promise>:kept` and `<promise>:broken` for promises.'),
            source: text('Of the touchpoint.'),
            event: text('Its id.'),
            at: instant('When it was given.'),
            points: number('Of the score. With `base` all of them add up to it.'),
          }),
        ),
      }),
      'By factor.',
    ),
    nextStage: nullable(
      object({ stage: text('The next stage.'), missing: MISSING, inWords: text('What is missing, in words.') }),
    ),
  },
);

export const HISTORY = object(
  {
    ...subject,
    history: list(
      object(
        {
          stage: text('The stage.'),
          since: instant('When she came.'),
          until: nullable(instant('When she left; null for the stage she is on.')),
          cameFrom: nullable(text('The stage before; null for the first touchpoint ever.')),
          cause: CAUSE,
          because: list(CONDITION, 'The conditions that decided, with their values.'),
          inWords: text('The same in words.'),
        },
        { touchpoint: IDENTITY },
      ),
      'Her stays, oldest first.',
    ),
  },
  subjectWhere,
);

const entry = (kind: 'touchpoint' | 'stage' | 'signal' | 'promise', fields: Parameters<typeof object>[0], where = {}) =>
  object(
    { kind: oneOf([kind], 'What this entry is.'), occurredAt: instant('When it happened or became true.'), ...fields },
    { recordedAt: instant('When it was recorded; absent for what is computed and was never recorded.'), ...where },
  );

const SUPERSEDED = {
  decided: codec<unknown>({ type: 'object', description: 'The CloudEvent of the decision.' }),
  superseded: codec<true>({ const: true, description: 'It was decided so once; history has changed since.' }),
} as const;

export const TIMELINE = object(
  {
    ...subject,
    entries: list(
      anyOf(
        entry(
          'touchpoint',
          {
            type: text('As `order.completed`.'),
            source: text('Who sent it.'),
            id: text('Its id there.'),
            customer: text('On whose stream it is.'),
            data: codec({ type: 'object', description: 'As it was sent.' }),
          },
          { staff: text('Who acted.'), correlationId: text('What it belongs to.') },
        ),
        entry(
          'stage',
          {
            from: nullable(text('The stage before.')),
            to: text('The stage after.'),
            cause: CAUSE,
            because: list(CONDITION),
          },
          { touchpoint: IDENTITY },
        ),
        entry(
          'signal',
          { signal: text('Which.'), raised: flag('Or cleared.'), cause: CAUSE },
          { touchpoint: IDENTITY },
        ),
        entry('promise', {
          promise: text('Which.'),
          key: nullable(text('What it was about.')),
          outcome: oneOf(['broken'], 'What became of it.'),
        }),
        entry('stage', SUPERSEDED),
        entry('signal', SUPERSEDED),
      ),
    ),
  },
  { ...subjectWhere, next: text('Give it as `after` for the next page; absent on the last one.') },
);

export const CANDIDATES = object({ ...subject, ...CROSS_SELL }, { ...subjectWhere, ...CROSS_SELL_WHERE });
