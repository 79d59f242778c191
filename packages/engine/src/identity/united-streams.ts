import { customerBucket, type UnitedCustomers } from '@rapport/domain';
import {
  customerStream,
  type EventLogWithHistory,
  type ReadStreamsOptions,
  type StreamEvent,
  type StreamEvents,
} from '@rapport/event-log';

type Options = Omit<ReadStreamsOptions, 'category'>;

/**
 * Whole histories of customers, for those who fold every one of them: as `readStreams` gives the streams, but who is
 * merged has none, and a survivor's holds the events of all members, under the survivor's stream. The events of a
 * survivor come in no order; memory is bounded by the longest history. Without merges it is `readStreams`.
 *
 * @param united those of whom there is more than one
 * @example const histories = unitedStreams(identitiesOf(links, view).united);
 * for await (const page of histories(log, { buckets })) for (const { stream, events } of page) fold(stream, events);
 */
export const unitedStreams = (united: readonly UnitedCustomers[]) => {
  const together = new Set(united.flatMap(({ members }) => members.map(customerStream)));

  async function* read(log: EventLogWithHistory, options: Options): AsyncIterable<readonly StreamEvents[]> {
    const { buckets, signal, ...parts } = options;
    for await (const page of log.readStreams({ category: 'customer', ...options })) {
      const alone = page.filter(({ stream }) => !together.has(stream));
      if (alone.length > 0) yield alone;
    }
    for (const { survivor, members } of united) {
      const bucket = customerBucket(survivor);
      if (bucket < buckets.from || bucket >= buckets.to) continue;
      if (signal?.aborted) return;
      const events = await readMembers(log, members, parts);
      if (events.length > 0) yield [{ stream: customerStream(survivor), events }];
    }
  }

  return (log: EventLogWithHistory, options: Options): AsyncIterable<readonly StreamEvents[]> =>
    united.length === 0 ? log.readStreams({ category: 'customer', ...options }) : read(log, options);
};

/** All events of several customers, one stream after another. */
export const readMembers = async (
  log: EventLogWithHistory,
  members: readonly string[],
  parts: Pick<ReadStreamsOptions, 'until' | 'wantsData' | 'lean'>,
): Promise<readonly StreamEvent[]> => {
  const [only, ...others] = members;
  if (only !== undefined && others.length === 0) return log.readWhole(customerStream(only), parts);
  const events: StreamEvent[] = [];
  for (const member of members)
    for (const event of await log.readWhole(customerStream(member), parts)) events.push(event);
  return events;
};
