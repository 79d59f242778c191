import type { JsonObject } from '@rapport/domain';
import { type Store, storeError } from '@rapport/sqlite';
import type { RecordedEvent } from '../event-log';
import type { StreamEvent } from '../history-scan';
import { type NameDictionary, nameDictionary } from './name-dictionary';
import { encodePosition } from './position';

/** Columns of an event within its stream, in the order of {@link StreamEventRow}. */
export const STREAM_EVENT_COLUMNS =
  'e.source, e.id, e.type, e.version, e.occurred_at, e.recorded_at, e.staff, e.correlation_id';

export type StreamEventRow = [
  source: number,
  id: string,
  type: number,
  version: number,
  occurredAt: number,
  recordedAt: number,
  staff: string | null,
  correlationId: string | null,
  data: string | null,
];

export const EVENT_COLUMNS = `${STREAM_EVENT_COLUMNS}, e.data, e.position, e.revision, s.name`;
export type EventRow = [...StreamEventRow, position: number, revision: number, stream: string];

type RowOfStreamEvent = readonly [...StreamEventRow, ...unknown[]];

const NO_DATA: JsonObject = Object.freeze({});

/** Rows to events; the names of sources and types are shared strings. */
export interface EventRows {
  readonly sources: NameDictionary;
  readonly types: NameDictionary;
  recordedEvent(row: EventRow): RecordedEvent;
}

export const eventRows = (store: Store): EventRows => {
  const sources = nameDictionary(store, 'sources');
  const types = nameDictionary(store, 'types');

  const name = (dictionary: NameDictionary, no: number): string => {
    const found = dictionary.nameOf(no);
    if (found === undefined) throw storeError('damaged', store.path);
    return found;
  };
  const parse = (data: string | null): JsonObject => {
    if (data === null || data === '{}') return NO_DATA;
    try {
      return JSON.parse(data);
    } catch (error) {
      throw storeError('damaged', store.path, error);
    }
  };
  const streamEvent = (row: RowOfStreamEvent): StreamEvent => {
    const event: { -readonly [K in keyof StreamEvent]: StreamEvent[K] } = {
      source: name(sources, row[0]),
      id: row[1],
      type: name(types, row[2]),
      version: row[3],
      occurredAt: row[4],
      recordedAt: row[5],
      data: parse(row[8]),
    };
    if (row[6] !== null) event.staff = row[6];
    if (row[7] !== null) event.correlationId = row[7];
    return event;
  };

  return {
    sources,
    types,
    recordedEvent: (row) =>
      Object.assign(streamEvent(row), { stream: row[11], revision: row[10], position: encodePosition(row[9]) }),
  };
};
