import { compareTouchpoints } from '../touchpoint/touchpoint';
import type { FoldedTouchpoint } from './folded-touchpoint';

/** Which part of history counts. */
export interface View {
  /** What occurred later is left out. */
  readonly asOf?: number;
  /** What was recorded later is left out. */
  readonly knownAt?: number;
}

const inCanonicalOrder = (touchpoints: readonly FoldedTouchpoint[]): boolean => {
  for (let i = 1; i < touchpoints.length; i++)
    if (compareTouchpoints(touchpoints[i - 1], touchpoints[i]) >= 0) return false;
  return true;
};

/**
 * The touchpoints a view leaves, in canonical order. All identities must be different, as a log guarantees.
 * Returns the input itself where nothing is to be done.
 */
export const viewOf = (
  touchpoints: readonly FoldedTouchpoint[],
  { asOf, knownAt }: View,
): readonly FoldedTouchpoint[] => {
  const all = asOf === undefined && knownAt === undefined;
  const left = all
    ? touchpoints
    : touchpoints.filter(
        ({ occurredAt, recordedAt }) =>
          (asOf === undefined || occurredAt <= asOf) && (knownAt === undefined || recordedAt <= knownAt),
      );
  return inCanonicalOrder(left) ? left : [...left].sort(compareTouchpoints);
};

const content = (touchpoint: FoldedTouchpoint): string => JSON.stringify(touchpoint);

/**
 * Leaves one touchpoint of each identity (source, id). Where copies differ, which a log refuses, the one that comes
 * first by (recordedAt, occurredAt, content) is kept: the choice does not depend on the order of the input.
 */
export const withoutDuplicates = (touchpoints: readonly FoldedTouchpoint[]): readonly FoldedTouchpoint[] => {
  const bySource = new Map<string, Map<string, FoldedTouchpoint>>();
  for (const touchpoint of touchpoints) {
    const byId = bySource.get(touchpoint.source) ?? new Map<string, FoldedTouchpoint>();
    if (byId.size === 0) bySource.set(touchpoint.source, byId);
    const known = byId.get(touchpoint.id);
    if (known === undefined || comesBefore(touchpoint, known)) byId.set(touchpoint.id, touchpoint);
  }
  const left = [...bySource.values()].flatMap((byId) => [...byId.values()]);
  return left.length === touchpoints.length ? touchpoints : left;
};

const comesBefore = (a: FoldedTouchpoint, b: FoldedTouchpoint): boolean =>
  a.recordedAt !== b.recordedAt
    ? a.recordedAt < b.recordedAt
    : a.occurredAt !== b.occurredAt
      ? a.occurredAt < b.occurredAt
      : content(a) < content(b);
