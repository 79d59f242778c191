import { type DecodedTouchpoint, standardCatalogue } from '@rapport/domain';
import { type AppendRequest, customerStream, type EventLog, type Position, staffStream } from '@rapport/event-log';
import { isLeft } from 'fp-ts/Either';

/** The result of recording a touchpoint; `position` is where it stands, now or since before. */
export type RecordOutcome =
  | { readonly kind: 'recorded' | 'duplicate'; readonly position: Position }
  /** Its identity is taken by other content. */
  | { readonly kind: 'conflict'; readonly touchpoint: DecodedTouchpoint; readonly message: string };

/** The stream a touchpoint belongs to: of its customer, or of the member of staff it is about. */
export const streamFor = ({ type, customer }: DecodedTouchpoint): string =>
  standardCatalogue.types.get(type)?.subject === 'staff' ? staffStream(customer) : customerStream(customer);

const requestFor = (touchpoint: DecodedTouchpoint): AppendRequest => {
  const { customer, ...event } = touchpoint;
  return { stream: streamFor(touchpoint), expected: 'any', events: [event] };
};

/**
 * Records touchpoints in one durable commit; an outcome for each in its place. What was recorded before, with the
 * same content, is a duplicate.
 *
 * @throws StoreError when nothing could be recorded: a full disk, say
 */
export const recordTouchpoints = async (
  log: EventLog,
  touchpoints: readonly DecodedTouchpoint[],
): Promise<readonly RecordOutcome[]> => {
  const results = await log.appendMany(touchpoints.map(requestFor));
  return results.map((result, i): RecordOutcome => {
    if (isLeft(result)) {
      const touchpoint = touchpoints[i]!;
      return {
        kind: 'conflict',
        touchpoint,
        message: `touchpoint "${touchpoint.id}" of source "${touchpoint.source}" is already recorded with other content: give the new fact an id of its own`,
      };
    }
    const { position, recorded } = result.right;
    return { kind: recorded > 0 ? 'recorded' : 'duplicate', position };
  });
};
