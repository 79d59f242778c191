import { setImmediate as nextTurn } from 'node:timers/promises';
import { atStore, type Store, storeError } from '@rapport/sqlite';
import type { ReadStreamsOptions, StreamEvent, StreamEvents } from '../event-log';
import { type EventRows, STREAM_EVENT_COLUMNS, type StreamEventRow } from './event-rows';

// Larger pages are slower: their rows outlive a minor garbage collection.
const EVENTS_PER_PAGE = 1_024;

type Row = [...StreamEventRow, stream: number, bucket: number, revision: number, name: string | null];

/** Where reading stands: behind this revision of this stream. */
interface Cursor {
  bucket: number;
  stream: number;
}

/**
 * Whole streams in order of bucket, by pages: memory holds a page and the longest stream. The index gives the events
 * of a stream together and in order, so nothing is sorted; half the buckets are half the rows.
 */
export async function* readStreams(
  store: Store,
  rows: EventRows,
  until: number,
  { category, buckets, wantsData, signal }: Omit<ReadStreamsOptions, 'until'>,
): AsyncIterable<readonly StreamEvents[]> {
  const { db, path } = store;
  const categoryNo = db.prepare<[string], number>('SELECT no FROM categories WHERE name = ?').pluck().get(category);
  if (categoryNo === undefined) return;
  const columns = `${STREAM_EVENT_COLUMNS}, ${dataColumn(rows, wantsData)}, e.stream`;
  const nextPage = db
    .prepare<[number, number, number, number, number], Row>(
      `SELECT ${columns}, s.bucket, e.revision, CASE WHEN e.revision = 0 THEN s.name END
       FROM streams s CROSS JOIN events e ON e.stream = s.no
       WHERE s.category = ? AND (s.bucket, s.no) > (?, ?) AND s.bucket < ? AND e.position <= ?
       ORDER BY s.bucket, s.no, e.revision LIMIT ${EVENTS_PER_PAGE}`,
    )
    .raw();
  const restOfStream = db
    .prepare<[number, number, number], Row>(
      `SELECT ${columns}, 0, e.revision, NULL FROM events e
       WHERE e.stream = ? AND e.revision > ? AND e.position <= ? ORDER BY e.revision LIMIT ${EVENTS_PER_PAGE}`,
    )
    .raw();

  const toEvent = wantsData === undefined ? rows.streamEvent : withoutUnwanted(rows, wantsData);
  const cursor: Cursor = { bucket: buckets.from, stream: 0 };
  let full = true;
  while (full && !signal?.aborted) {
    const page = atStore(path, () => {
      const found = nextPage.all(categoryNo, cursor.bucket, cursor.stream, buckets.to, until);
      full = found.length === EVENTS_PER_PAGE;
      const streams = group(found, toEvent, path);
      if (full) {
        let [stream, bucket, revision] = found[found.length - 1].slice(9) as [number, number, number];
        cursor.bucket = bucket;
        cursor.stream = stream;
        const { events } = streams[streams.length - 1];
        for (let rest: Row[] = found; rest.length === EVENTS_PER_PAGE; ) {
          rest = restOfStream.all(stream, revision, until);
          for (const row of rest) events.push(toEvent(row));
          revision += rest.length;
        }
      }
      return streams;
    });
    if (page.length > 0) yield page;
    await nextTurn();
  }
}

/** Leaves out, already in SQLite, the data of types that are known and not wanted. */
const dataColumn = ({ types }: EventRows, wantsData?: (type: string) => boolean): string => {
  if (wantsData === undefined) return 'e.data';
  const unwanted = [...types.entries()].filter(([, name]) => !wantsData(name)).map(([no]) => no);
  return unwanted.length === 0 ? 'e.data' : `CASE WHEN e.type IN (${unwanted.join(', ')}) THEN NULL ELSE e.data END`;
};

/** The same for types that came up after the statement was made. */
const withoutUnwanted = (rows: EventRows, wantsData: (type: string) => boolean) => {
  const wanted = new Map<number, boolean>();
  return (row: Row): StreamEvent => {
    let wants = wanted.get(row[2]);
    if (wants === undefined) {
      wants = wantsData(rows.types.nameOf(row[2]) ?? '');
      wanted.set(row[2], wants);
    }
    if (!wants) row[8] = null;
    return rows.streamEvent(row);
  };
};

const group = (
  found: readonly Row[],
  toEvent: (row: Row) => StreamEvent,
  path: string,
): { stream: string; events: StreamEvent[] }[] => {
  const streams: { stream: string; events: StreamEvent[] }[] = [];
  let events: StreamEvent[] = [];
  let current = 0;
  for (const row of found) {
    if (row[9] !== current) {
      current = row[9];
      events = [];
      const name = row[12];
      if (name === null) throw storeError('damaged', path);
      streams.push({ stream: name, events });
    }
    events.push(toEvent(row));
  }
  return streams;
};
