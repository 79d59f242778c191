import { formatInstant, type Touchpoint, type View } from '@rapport/domain';

/** Why there is nothing to say of a customer at an instant. */
export interface NothingKnown {
  /** `not-happened`: the first touchpoint came later; `not-recorded`: it had happened, and the log learned of it later. */
  readonly reason: 'not-happened' | 'not-recorded';
  /** When the first thing happened, RFC 3339; absent where nothing ever did. */
  readonly firstOccurredAt?: string;
  /** When the log took the first of what had happened by then, RFC 3339. */
  readonly firstRecordedAt?: string;
}

/** Why a view of a history is empty. @param touchpoints all that are known today */
export const nothingKnown = (
  touchpoints: readonly Pick<Touchpoint, 'occurredAt' | 'recordedAt'>[],
  { asOf = Number.POSITIVE_INFINITY, knownAt }: View,
): NothingKnown => {
  const earliest = (instants: readonly number[]): string | undefined =>
    instants.length === 0
      ? undefined
      : formatInstant(instants.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY));
  const happened = touchpoints.filter(({ occurredAt }) => occurredAt <= asOf);
  const firstOccurredAt = earliest(touchpoints.map(({ occurredAt }) => occurredAt));
  if (happened.length === 0 || knownAt === undefined) return { reason: 'not-happened', firstOccurredAt };
  return {
    reason: 'not-recorded',
    firstOccurredAt,
    firstRecordedAt: earliest(happened.map(({ recordedAt }) => recordedAt)),
  };
};
