import type { Touchpoint } from '@rapport/domain';
import {
  customerStream,
  type EventLog,
  type Position,
  type RecordedEvent,
  relationshipStream,
} from '@rapport/event-log';
import { decisionOf, type RecordedDecision } from './decisions';
import { foldable } from './fold/foldable';

/** All events of one stream up to a position (to the end when absent), in order of recording. */
export const streamOf = async (log: EventLog, stream: string, until?: Position): Promise<readonly RecordedEvent[]> => {
  const events: RecordedEvent[] = [];
  for await (const page of log.readStream(stream))
    for (const event of page) {
      if (until !== undefined && event.position > until) return events;
      events.push(event);
    }
  return events;
};

/** A touchpoint as the log has it. */
export type RecordedTouchpoint = Touchpoint & { readonly position: Position };

/**
 * All touchpoints of a customer in order of recording, data brought to the newest schema version. Empty for a
 * unknown customer.
 *
 * @throws UnfoldableTouchpoint for a schema version newer than this build
 */
export const historyOf = async (log: EventLog, customer: string): Promise<readonly RecordedTouchpoint[]> => {
  const events = await streamOf(log, customerStream(customer));
  return foldable(events).map((event) => ({ ...event, customer }));
};

/** The decisions recorded about a customer, in order of recording. */
export const decisionsOf = async (log: EventLog, customer: string): Promise<readonly RecordedDecision[]> =>
  (await streamOf(log, relationshipStream(customer))).flatMap((event) => decisionOf(event, customer) ?? []);
