import {
  type Catalogue,
  type DecodeContext,
  type DecodedTouchpoint,
  decodeSegment,
  decodeTouchpoint,
  EARLIEST_OCCURRED_AT,
  misspeltFields,
  type TouchpointAdjustment,
  type TouchpointProblem,
} from '@rapport/domain';
import { type Either, isLeft, left, right } from 'fp-ts/Either';
import type { FieldError } from '../problem';

/** When a request came in, by the receiver's clock, and when it was sent, by the sender's. */
export interface Arrival {
  readonly receivedAt: number;
  /** Where the sender says so, its clock is corrected by ours. */
  readonly sentAt?: number;
}

/** A touchpoint ready to be recorded. */
export interface Accepted {
  readonly touchpoint: DecodedTouchpoint;
  /** Whether `occurredAt` depends on when the request came in: sent again, it would be another. */
  readonly corrected: boolean;
  /** Of fields that look misspelt, and values taken otherwise than they are written; absent where there are none. */
  readonly warnings?: readonly FieldError[];
}

export type DecodedItem = Either<readonly FieldError[], Accepted>;

const told = ({ field, message }: TouchpointProblem): FieldError => ({ field, message });

/**
 * The instant by the receiver's clock: `receivedAt - (sentAt - occurredAt)`, as Segment and RudderStack do, and never
 * later than it was received.
 */
export const correctedInstant = (occurredAt: number, sentAt: number, receivedAt: number): number =>
  Math.min(receivedAt, receivedAt - (sentAt - occurredAt));

const OURS =
  "is the log's to say, and is when it takes the touchpoint. Leave it out; history is imported by `rapport import`.";

/** Only what the log is to say itself is refused here; everything else `decode` says. */
const accept = (
  decoded: Either<readonly TouchpointProblem[], DecodedTouchpoint>,
  recorded: string,
  { receivedAt, sentAt }: Arrival,
): DecodedItem => {
  const ours = { field: recorded, message: `${recorded} ${OURS}` };
  // Else the sender would correct the field, only to read next that it is to be left out.
  if (isLeft(decoded)) return left(decoded.left.map((found) => (found.field === recorded ? ours : told(found))));
  const touchpoint = decoded.right;
  if (touchpoint.recordedAt !== undefined) return left([ours]);
  if (sentAt === undefined) return right({ touchpoint, corrected: false });
  const occurredAt = correctedInstant(touchpoint.occurredAt, sentAt, receivedAt);
  if (occurredAt < EARLIEST_OCCURRED_AT)
    return left([{ field: 'time', message: 'the instant, corrected by when the request was sent, lies before 1900' }]);
  return right({ touchpoint: { ...touchpoint, occurredAt }, corrected: true });
};

/** A clock that is to be corrected may be ahead by anything. */
const contextOf = (catalogue: Catalogue, { receivedAt, sentAt }: Arrival) =>
  sentAt === undefined
    ? { catalogue, now: receivedAt }
    : { catalogue, now: receivedAt, futureTolerance: Number.MAX_SAFE_INTEGER - receivedAt };

type Decode = (context: DecodeContext) => DecodedItem;

/** With what was taken otherwise and what looks misspelt, for the sender to know; it is recorded all the same. */
const withWarnings = (decode: Decode, catalogue: Catalogue, arrival: Arrival, input?: unknown): DecodedItem => {
  const adjusted: TouchpointAdjustment[] = [];
  const item = decode({ ...contextOf(catalogue, arrival), onAdjusted: (one) => adjusted.push(one) });
  if (isLeft(item)) return item;
  const found = [...adjusted, ...misspeltFields(item.right.touchpoint, catalogue, input)];
  if (found.length === 0) return item;
  return right({ ...item.right, warnings: found.map(({ field, message }) => ({ field, message })) });
};

/** Decodes a CloudEvent or a touchpoint in the compact form. */
export const decodeItem = (input: unknown, catalogue: Catalogue, arrival: Arrival): DecodedItem => {
  const isCloudEvent = (input as { readonly specversion?: unknown } | null)?.specversion !== undefined;
  const recorded = isCloudEvent ? 'recordedtime' : 'recordedAt';
  return withWarnings(
    (context) => accept(decodeTouchpoint(input, context), recorded, arrival),
    catalogue,
    arrival,
    input,
  );
};

/** Decodes a Segment call whose `timestamp` says when it happened. */
export const decodeCall = (call: unknown, catalogue: Catalogue, arrival: Arrival): DecodedItem =>
  withWarnings((context) => accept(decodeSegment(call, context), 'recordedAt', arrival), catalogue, arrival);
