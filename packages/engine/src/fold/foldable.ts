import { newestVersion, type Program, type TouchpointIdentity, upcast } from '@rapport/domain';
import type { ReadStreamsOptions, StreamEvent } from '@rapport/event-log';

/** A touchpoint that this build cannot fold; its customer is parked until a build comes that can. */
export class UnfoldableTouchpoint extends Error {
  constructor(
    readonly touchpoint: TouchpointIdentity,
    reason: string,
  ) {
    super(reason);
    this.name = 'UnfoldableTouchpoint';
  }
}

const newest = <Event extends StreamEvent>(event: Event): Event => {
  const known = newestVersion(event.type);
  if (event.version > known)
    throw new UnfoldableTouchpoint(
      { source: event.source, id: event.id },
      `touchpoint ${event.id} of ${event.source} is ${event.type} of schema version ${event.version}, but this Rapport knows versions up to ${known}: update it, then retry`,
    );
  const { id, source, type, version, occurredAt, recordedAt } = event;
  // Field by field: an event may look some of them up when asked.
  return {
    ...event,
    id,
    source,
    type,
    occurredAt,
    recordedAt,
    data: upcast(type, version, event.data),
    version: known,
  };
};

/**
 * Recorded events as the fold takes them: data of older schema versions is brought to the newest. The log is trusted;
 * nothing is decoded again.
 *
 * @throws UnfoldableTouchpoint for a schema version newer than this build
 */
export const foldable = <Event extends StreamEvent>(events: readonly Event[]): readonly Event[] => {
  // Asked for every event of every fold: an index costs less than an iterator.
  for (let i = 0; i < events.length; i++)
    if (events[i]!.version !== newestVersion(events[i]!.type))
      return events.map((event) => (event.version === newestVersion(event.type) ? event : newest(event)));
  return events;
};

/** The parts of events that folds under these rulesets look at: the rest need not be read. */
export const foldedParts = (
  programs: readonly Program[],
  knownAt?: number,
): Pick<ReadStreamsOptions, 'wantsData' | 'lean'> => ({
  wantsData: (type) => programs.some((program) => program.programFor(type).wantsData),
  lean: knownAt === undefined && !programs.some(({ wantsStaff }) => wantsStaff),
});
