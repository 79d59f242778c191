/** Shapes of webhook subscriptions and of what became of their deliveries. */

import { formatInstant } from '@rapport/domain';
import type { Delivery, DeliveryAttempt, Subscription } from '@rapport/messaging';
import { instant, integer, list, nullable, number, object, oneOf, text } from '../codec';
import { FILTER } from '../stage-changes/change-filter-shape';

export const SUBSCRIPTION = object(
  {
    id: text('Of the subscription.'),
    url: text('Where changes are sent to.'),
    filter: FILTER,
    status: oneOf(
      ['active', 'paused', 'disabled'],
      '`disabled`: by Rapport, with the reason. Resuming it goes on where it stopped.',
    ),
    createdAt: instant('When it was made.'),
    cursor: nullable(text('Everything up to here was delivered, or is waiting; null for the beginning of the log.')),
    waiting: integer('Deliveries that wait.'),
    deadLetters: integer('Deliveries that were given up; `redeliver` tries them again.'),
  },
  {
    description: text('The purpose.'),
    reason: text('Why it was disabled.'),
    lastSuccessAt: instant('The last that was taken.'),
    lastFailureAt: instant('The last that was not.'),
  },
);

const at = (instantOrNot: number | undefined) => (instantOrNot === undefined ? undefined : formatInstant(instantOrNot));

export const subscriptionDocument = ({ cursor, createdAt, lastSuccessAt, lastFailureAt, ...rest }: Subscription) => ({
  ...rest,
  createdAt: formatInstant(createdAt),
  cursor: cursor ?? null,
  lastSuccessAt: at(lastSuccessAt),
  lastFailureAt: at(lastFailureAt),
});

export const ATTEMPT = object(
  { at: instant('When it began.'), milliseconds: number('How long it took.') },
  {
    status: integer('The HTTP status of the answer; absent where none came.'),
    error: text('Why it counts as failed; absent for a success.'),
  },
);

export const attemptDocument = (attempt: DeliveryAttempt) => ({ ...attempt, at: formatInstant(attempt.at) });

export const DELIVERY = object(
  {
    id: text('The `webhook-id`: the id of the change, the same at every attempt and redelivery.'),
    subscription: text('Of which subscription.'),
    customer: text('Whom the change is about.'),
    type: text('Of the CloudEvent.'),
    cursor: text('Where the change stands in the log.'),
    status: oneOf(['waiting', 'delivered', 'dead'], '`dead`: given up.'),
    attempts: list(ATTEMPT, 'Oldest first; the last ones where there were many.'),
  },
  { nextAttemptAt: instant('When it is tried again.') },
);

export const deliveryDocument = ({ attempts, nextAttemptAt, ...rest }: Delivery) => ({
  ...rest,
  attempts: attempts.map(attemptDocument),
  nextAttemptAt: at(nextAttemptAt),
});
