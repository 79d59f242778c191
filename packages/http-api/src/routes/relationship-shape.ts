import { instant, integer, list, nullable, object, text } from '../codec';
import { CROSS_SELL, CROSS_SELL_WHERE } from './candidates-shape';
import { CASE_FIELDS, CASE_WHERE } from './case-shape';
import { IDENTITY, METRICS, OPEN_PROMISE, SCORES, STAGE, SUBJECT, SUBJECT_WHERE } from './customer-shapes';

export const PARKED = object(
  { reason: text('Why their touchpoints cannot be folded.') },
  { touchpoint: IDENTITY, parkedAt: instant('Since when.') },
);

export const RELATIONSHIP = object(
  { ...SUBJECT },
  {
    ...SUBJECT_WHERE,
    stage: STAGE,
    since: instant('When the customer entered it.'),
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
      { description: 'The stage of a parked customer when their touchpoints could be folded last.' },
    ),
  },
  {
    description:
      'The relationship, folded from the log. `stage` null: nothing had happened yet, or nothing of it was recorded; `nothing` says which. With `parked` instead of `stage`: their touchpoints cannot be folded.',
  },
);
