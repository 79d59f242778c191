import { isIdentityType } from '@rapport/domain';
import type { StreamEvent } from '@rapport/event-log';
import { foldable } from '../fold/foldable';
import { firstAhead, sooner } from './ahead';

/** Touchpoints of one customer at an instant: those that are taken in now, and when the next of the others is. */
export interface Taking {
  readonly events: readonly StreamEvent[];
  /** When the first of those that lie ahead comes due; absent where none does. */
  readonly dueAt?: number;
}

/**
 * Takes what has happened by now; what lies ahead waits. Of those that wait already none has come due.
 *
 * @param dueAt when the first of those comes due
 * @throws UnfoldableTouchpoint also for one that lies ahead: questions about the customer are refused at once
 */
export const takeArrived = (events: readonly StreamEvent[], now: number, dueAt: number | undefined): Taking => {
  const first = firstAhead(events, now);
  if (first === undefined) return { events, dueAt };
  foldable(events);
  return { events: events.filter(({ occurredAt }) => occurredAt <= now), dueAt: sooner(first, dueAt) };
};

/**
 * The same where some that waited have come due: they are taken from the history, in which those that arrive now are
 * too. What is applied already occurred before the first of them.
 */
export const takeDue = (
  arrived: readonly StreamEvent[],
  history: readonly StreamEvent[],
  now: number,
  dueAt: number,
): Taking => ({
  events: [
    ...arrived.filter(({ occurredAt }) => occurredAt < dueAt),
    ...history.filter(({ occurredAt, type }) => occurredAt >= dueAt && occurredAt <= now && !isIdentityType(type)),
  ],
  dueAt: firstAhead(history, now),
});
