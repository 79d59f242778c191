import { isIdentityType } from '@rapport/domain';
import type { StreamEvent } from '@rapport/event-log';

/**
 * When the first of these touchpoints that lie ahead of an instant comes due; undefined where none lies ahead. Merges and
 * their undoing are left out, because no fold applies them: `IdentityResolver` knows when they come due.
 */
export const firstAhead = (events: readonly StreamEvent[], instant: number): number | undefined => {
  let first = Number.POSITIVE_INFINITY;
  for (const { occurredAt, type } of events)
    if (occurredAt > instant && occurredAt < first && !isIdentityType(type)) first = occurredAt;
  return first === Number.POSITIVE_INFINITY ? undefined : first;
};

/** The sooner of two instants at which something comes due. */
export const sooner = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
