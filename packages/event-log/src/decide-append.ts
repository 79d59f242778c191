import { left, right } from 'fp-ts/Either';
import { canonicalJson, contentHash } from './content';
import type { AppendRefused, AppendRequest, AppendResult, ExpectedRevision, NewEvent } from './event-log';
import { encodePosition } from './position';

/** Where an event stands in the log. */
export interface Place {
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
}

/** Records an event at the end of its stream and says where. */
export type Insert = (event: NewEvent, data: string, hash: Buffer) => Place;

/** -1 for a stream that does not exist. */
export const revisionHolds = (expected: ExpectedRevision, last: number): boolean =>
  expected === 'any' || (expected === 'none' ? last < 0 : expected === 'exists' ? last >= 0 : expected === last);

/**
 * Decides a request in the order the port promises (conflict, retry, expected revision) and inserts what is new.
 * Every adapter that keeps events itself decides by this function, so that they cannot differ.
 */
export const decideAppend = (log: LogView, request: AppendRequest, insert: Insert): AppendResult => {
  const prepared = prepare(log, request);
  if ('kind' in prepared) return left(prepared);
  const last = log.lastRevision(request.stream);
  if (prepared.fresh > 0 && !revisionHolds(request.expected, last)) {
    return left({ kind: 'wrong-revision', expected: request.expected, actual: last < 0 ? 'none' : last });
  }
  const places: Place[] = [];
  for (const { event, data, hash, standing, repeats } of prepared.events) {
    places.push(standing ?? (repeats === undefined ? insert(event, data, hash) : places[repeats]));
  }
  const { position, revision } = places[places.length - 1];
  const duplicates = places.length - prepared.fresh;
  return right({ position: encodePosition(position), revision, recorded: prepared.fresh, duplicates });
};

interface Prepared {
  readonly event: NewEvent;
  readonly data: string;
  readonly hash: Buffer;
  /** Recorded before. */
  readonly standing?: Standing;
  /** Index of the event of this request that it repeats. */
  readonly repeats?: number;
}

const prepare = (
  log: LogView,
  { stream, events }: AppendRequest,
): AppendRefused | { readonly events: readonly Prepared[]; readonly fresh: number } => {
  const prepared: Prepared[] = [];
  const seen = new Map<string, number>();
  let fresh = 0;
  for (const event of events) {
    const data = canonicalJson(event.data);
    const hash = contentHash(stream, event, data);
    const identity = JSON.stringify([event.source, event.id]);
    const standing = log.find(event.source, event.id);
    const repeats = seen.get(identity);
    const other = standing?.hash ?? (repeats === undefined ? undefined : prepared[repeats].hash);
    if (other !== undefined && !hash.equals(other)) {
      const position = standing === undefined ? {} : { position: encodePosition(standing.position) };
      return { kind: 'conflict', source: event.source, id: event.id, ...position };
    }
    if (other === undefined) {
      seen.set(identity, prepared.length);
      fresh++;
    }
    prepared.push({ event, data, hash, standing, repeats });
  }
  return { events: prepared, fresh };
};
