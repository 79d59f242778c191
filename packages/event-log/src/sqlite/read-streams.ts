import { setImmediate as nextTurn } from 'node:timers/promises';
import { atStore, type Store } from '@rapport/sqlite';
import type { Statement } from 'better-sqlite3';
import type { ReadStreamsOptions, StreamEvent, StreamEvents } from '../history-scan';
import type { EventRows } from './event-rows';
import { EVENTS_PER_PIECE, type Parts, type Piece, pieceColumns } from './piece';
import { PieceReader } from './piece-reader';

const STREAMS_PER_PAGE = 128;

/**
 * Whole streams in order of bucket, by pages: memory holds a page and the longest stream. The index gives the events
 * of a stream together and in order, so nothing is sorted; half the buckets are half the rows.
 */
export async function* readStreams(
  store: Store,
  rows: EventRows,
  until: number,
  { category, buckets, signal, ...parts }: Omit<ReadStreamsOptions, 'until'>,
): AsyncIterable<readonly StreamEvents[]> {
  const { db, path } = store;
  const categoryNo = db.prepare<[string], number>('SELECT no FROM categories WHERE name = ?').pluck().get(category);
  if (categoryNo === undefined) return;
  const nextPage = db.prepare<[number, number, number, number, number], Piece>(
    `SELECT ${pieceColumns(rows, parts)} FROM streams s CROSS JOIN events e ON e.stream = s.no
     WHERE s.category = ? AND (s.bucket, s.no) > (?, ?) AND s.bucket < ?
       AND e.revision < ${EVENTS_PER_PIECE} AND e.position <= ?
     GROUP BY s.bucket, s.no ORDER BY s.bucket, s.no LIMIT ${STREAMS_PER_PAGE}`,
  );
  const streams = new StreamReader(store, rows, parts);

  let after: Pick<Piece, 'bucket' | 'no'> | undefined = { bucket: buckets.from, no: 0 };
  while (after !== undefined && !signal?.aborted) {
    const { bucket, no }: Pick<Piece, 'bucket' | 'no'> = after;
    const found: readonly Piece[] = atStore(path, () => nextPage.all(categoryNo, bucket, no, buckets.to, until));
    after = found.length === STREAMS_PER_PAGE ? found.at(-1) : undefined;
    const page = atStore(path, () =>
      found.map((first): StreamEvents => ({ stream: first.name, events: streams.read(first.no, until, first) })),
    );
    if (page.length > 0) yield page;
    await nextTurn();
  }
}

/** All events of one stream at once; empty where there is not such a stream. */
export const readWhole = (
  store: Store,
  rows: EventRows,
  stream: string,
  until: number,
  parts: Parts,
): readonly StreamEvent[] =>
  atStore(store.path, () => {
    const { numberOf, streams } = wholeReader(store, rows, parts);
    const no = numberOf.get(stream);
    return no === undefined ? [] : streams.read(no, until);
  });

interface WholeReader {
  readonly columns: string;
  readonly wantsData: Parts['wantsData'];
  readonly numberOf: Statement<[string], number>;
  readonly streams: StreamReader;
}

const wholeReaders = new WeakMap<Store, WholeReader>();

/** The statements for whole streams are kept: a caller that reads many asks for the same parts of each. */
const wholeReader = (store: Store, rows: EventRows, parts: Parts): WholeReader => {
  const columns = pieceColumns(rows, parts);
  const known = wholeReaders.get(store);
  if (known !== undefined && known.columns === columns && known.wantsData === parts.wantsData) return known;
  const numberOf = store.db.prepare<[string], number>('SELECT no FROM streams WHERE name = ?').pluck();
  const streams = new StreamReader(store, rows, parts);
  const reader: WholeReader = { columns, wantsData: parts.wantsData, numberOf, streams };
  wholeReaders.set(store, reader);
  return reader;
};

/**
 * Reads the events of a stream, piece by piece.
 *
 * SQLite hands over one row a piece, its columns joined to JSON, which V8 parses at once: crossing from SQLite to
 * JavaScript for every event would cost more than all the rest. Aggregates see rows in the order of the index.
 */
class StreamReader {
  private readonly nextPiece: Statement<[no: number, from: number, to: number, until: number], Piece>;
  private readonly pieces: PieceReader;

  constructor({ db, path }: Store, rows: EventRows, parts: Parts) {
    this.nextPiece = db.prepare(
      `SELECT ${pieceColumns(rows, parts)} FROM streams s CROSS JOIN events e ON e.stream = s.no
       WHERE s.no = ? AND e.revision >= ? AND e.revision < ? AND e.position <= ? GROUP BY s.bucket, s.no`,
    );
    const versions = db
      .prepare<[number, number, number], number>(
        'SELECT version FROM events WHERE stream = ? AND revision >= ? AND revision < ? ORDER BY revision',
      )
      .pluck();
    this.pieces = new PieceReader(path, rows, parts.wantsData, (no, from, count) =>
      versions.all(no, from, from + count),
    );
  }

  /** @param first the first piece, where it was read already */
  read(no: number, until: number, first?: Piece): StreamEvent[] {
    const events: StreamEvent[] = [];
    let piece = first ?? this.nextPiece.get(no, 0, EVENTS_PER_PIECE, until);
    while (piece !== undefined) {
      this.pieces.read(piece, events.length, events);
      if (piece.count < EVENTS_PER_PIECE) break;
      piece = this.nextPiece.get(no, events.length, events.length + EVENTS_PER_PIECE, until);
    }
    return events;
  }
}
