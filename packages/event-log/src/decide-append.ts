import { left, right } from 'fp-ts/Either';
import { contentHash } from './content';
import type { AppendRefused, AppendResult, ExpectedRevision, Position } from './event-log';
import type { PreparedEvent, PreparedRequest } from './prepare-requests';

/** Where an event stands in the log. */
export interface Place {
  /** Its number in the order of the log, from 1. */
  readonly position: number;
  readonly revision: number;
}

export interface Standing extends Place {
  readonly hash: Uint8Array;
}

/** What the decision needs to see of a log. */
export interface LogView {
  /** The stream's last revision; -1 when there is none. */
  lastRevision(stream: string): number;
  find(source: string, id: string): Standing | undefined;
  /** What callers get for the event with a number. */
  positionOf(n: number): Position;
}

/** Records an event at the end of its stream and says where. */
export type Insert = (event: PreparedEvent) => Place;

/** -1 for a stream that does not exist. */
export const revisionHolds = (expected: ExpectedRevision, last: number): boolean =>
  expected === 'any' || (expected === 'none' ? last < 0 : expected === 'exists' ? last >= 0 : expected === last);

/**
 * Decides a request in the order the port promises (conflict, retry, expected revision) and inserts what is new.
 * Every adapter that keeps events itself decides by this function, so that they cannot differ.
 */
export const decideAppend = (log: LogView, request: PreparedRequest, insert: Insert): AppendResult => {
  const found = lookUp(log, request);
  if ('kind' in found) return left(found);
  const last = log.lastRevision(request.stream);
  if (found.fresh > 0 && !revisionHolds(request.expected, last)) {
    return left({ kind: 'wrong-revision', expected: request.expected, actual: last < 0 ? 'none' : last });
  }
  const places: Place[] = [];
  for (const { event, standing, repeats } of found.events) {
    places.push(standing ?? (repeats === undefined ? insert(event) : places[repeats]!));
  }
  // A request has events, see `prepareRequests`.
  const { position, revision } = places.at(-1)!;
  const duplicates = places.length - found.fresh;
  return right({ position: log.positionOf(position), revision, recorded: found.fresh, duplicates });
};

interface LookedUp {
  readonly event: PreparedEvent;
  /** Recorded before. */
  readonly standing?: Standing;
  /** Index of the event of this request that it repeats. */
  readonly repeats?: number;
}

const lookUp = (
  log: LogView,
  { stream, events }: PreparedRequest,
): AppendRefused | { readonly events: readonly LookedUp[]; readonly fresh: number } => {
  const found: LookedUp[] = [];
  const seen = new Map<string, number>();
  let fresh = 0;
  const hashOf = ({ event, data }: PreparedEvent): Buffer => contentHash(stream, event, data);
  for (const event of events) {
    const { source, id } = event.event;
    const identity = JSON.stringify([source, id]);
    const standing = log.find(source, id);
    const repeats = seen.get(identity);
    const other = standing?.hash ?? (repeats === undefined ? undefined : hashOf(events[repeats]!));
    if (other !== undefined && !hashOf(event).equals(other)) {
      const position = standing === undefined ? {} : { position: log.positionOf(standing.position) };
      return { kind: 'conflict', source, id, ...position };
    }
    if (other === undefined) {
      seen.set(identity, found.length);
      fresh++;
    }
    found.push({ event, standing, repeats });
  }
  return { events: found, fresh };
};
