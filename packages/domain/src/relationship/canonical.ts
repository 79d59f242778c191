import { isIdentityType } from '../identity/identity-link';
import { compareTouchpoints, type TouchpointIdentity } from '../touchpoint/touchpoint';
import type { FoldedTouchpoint } from './folded-touchpoint';

/** The part of history that counts. */
export interface View {
  /** Leaves out touchpoints that occurred later. */
  readonly asOf?: number;
  /** Leaves out touchpoints that were recorded later. */
  readonly knownAt?: number;
}

/**
 * The touchpoints of a view in canonical order, without merges and unmerges of customers. All identities must be
 * different, as a log guarantees.
 * Returns the input itself if nothing changes.
 */
export const viewOf = (
  touchpoints: readonly FoldedTouchpoint[],
  { asOf = Number.POSITIVE_INFINITY, knownAt }: View,
): readonly FoldedTouchpoint[] => {
  let all = true;
  let inOrder = true;
  for (let i = 0; i < touchpoints.length; i++) {
    const one = touchpoints[i]!;
    if (one.occurredAt > asOf || (knownAt !== undefined && one.recordedAt > knownAt) || isIdentityType(one.type))
      all = false;
    if (i > 0 && !isBefore(touchpoints[i - 1]!, one)) inOrder = false;
  }
  if (all && inOrder) return touchpoints;
  const left = all
    ? touchpoints
    : touchpoints.filter(
        ({ occurredAt, recordedAt, type }) =>
          occurredAt <= asOf && (knownAt === undefined || recordedAt <= knownAt) && !isIdentityType(type),
      );
  return inOrder ? left : sorted(left);
};

const isBefore = (a: FoldedTouchpoint, b: FoldedTouchpoint): boolean =>
  a.occurredAt < b.occurredAt || (a.occurredAt === b.occurredAt && compareTouchpoints(a, b) < 0);

/** Most come in order: only the late ones are sorted, and then merged into the others. */
const sorted = (touchpoints: readonly FoldedTouchpoint[]): readonly FoldedTouchpoint[] => {
  const inOrder: FoldedTouchpoint[] = [];
  const late: FoldedTouchpoint[] = [];
  for (const one of touchpoints)
    if (inOrder.length === 0 || isBefore(inOrder[inOrder.length - 1]!, one)) inOrder.push(one);
    else late.push(one);
  late.sort(compareTouchpoints);
  const merged: FoldedTouchpoint[] = [];
  let next = 0;
  for (const one of inOrder) {
    while (next < late.length && isBefore(late[next]!, one)) merged.push(late[next++]!);
    merged.push(one);
  }
  while (next < late.length) merged.push(late[next++]!);
  return merged;
};

/** The fields by which duplicates are recognized and ordered. */
type Identified = TouchpointIdentity & Pick<FoldedTouchpoint, 'occurredAt' | 'recordedAt'>;

const content = (touchpoint: Identified): string => JSON.stringify(touchpoint);

/**
 * Keeps one touchpoint of each identity (source, id). Where copies differ (a log refuses them), the first by
 * (recordedAt, occurredAt, content) is kept, so the choice does not depend on the order of the input.
 */
export const withoutDuplicates = <One extends Identified>(touchpoints: readonly One[]): readonly One[] => {
  const bySource = new Map<string, Map<string, One>>();
  for (const touchpoint of touchpoints) {
    const byId = bySource.get(touchpoint.source) ?? new Map<string, One>();
    if (byId.size === 0) bySource.set(touchpoint.source, byId);
    const known = byId.get(touchpoint.id);
    if (known === undefined || comesBefore(touchpoint, known)) byId.set(touchpoint.id, touchpoint);
  }
  const left = [...bySource.values()].flatMap((byId) => [...byId.values()]);
  return left.length === touchpoints.length ? touchpoints : left;
};

const comesBefore = (a: Identified, b: Identified): boolean =>
  a.recordedAt !== b.recordedAt
    ? a.recordedAt < b.recordedAt
    : a.occurredAt !== b.occurredAt
      ? a.occurredAt < b.occurredAt
      : content(a) < content(b);
