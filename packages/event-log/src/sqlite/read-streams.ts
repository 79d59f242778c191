import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '@rapport/domain';
import { atStore, type Store, storeError } from '@rapport/sqlite';
import type { Statement } from 'better-sqlite3';
import type { ReadStreamsOptions, StreamEvent, StreamEvents } from '../history-scan';
import type { EventRows } from './event-rows';

const STREAMS_PER_PAGE = 128;
/** Of one stream at once; what is longer is read in pieces of this many. */
const EVENTS_PER_PIECE = 1_024;

/** The events of one stream, column by column, each column as the text of a JSON array without its brackets. */
interface Piece {
  readonly name: string;
  readonly no: number;
  readonly bucket: number;
  readonly count: number;
  readonly sources: string;
  readonly ids: string;
  readonly types: string;
  /** Sum of the schema versions: the count, where all are 1, as nearly always. */
  readonly versions: number;
  readonly occurredAt: string;
  readonly recordedAt?: string;
  readonly data: string;
  readonly staff?: string;
  readonly correlationIds?: string;
}

type Parts = Pick<ReadStreamsOptions, 'wantsData' | 'lean'>;

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
  const readRest = restReader(store, rows, parts);

  let after = { bucket: buckets.from, no: 0 };
  for (let full = true; full && !signal?.aborted; ) {
    const page = atStore(path, () => {
      const found = nextPage.all(categoryNo, after.bucket, after.no, buckets.to, until);
      full = found.length === STREAMS_PER_PAGE;
      if (full) after = found[found.length - 1];
      return found.map((first): StreamEvents => ({ stream: first.name, events: readRest(first.no, until, first) }));
    });
    if (page.length > 0) yield page;
    await nextTurn();
  }
}

/** All events of one stream at once. */
export const readWhole = (
  store: Store,
  rows: EventRows,
  stream: string,
  until: number,
  parts: Parts,
): readonly StreamEvent[] =>
  atStore(store.path, () => {
    const { numberOf, read } = wholeReader(store, rows, parts);
    const no = numberOf.get(stream);
    return no === undefined ? [] : read(no, until);
  });

interface WholeReader {
  readonly columns: string;
  readonly wantsData: Parts['wantsData'];
  readonly numberOf: Statement<[string], number>;
  readonly read: ReturnType<typeof restReader>;
}

const wholeReaders = new WeakMap<Store, WholeReader>();

/** The statements for whole streams: who reads many asks for the same parts of each. */
const wholeReader = (store: Store, rows: EventRows, parts: Parts): WholeReader => {
  const columns = pieceColumns(rows, parts);
  const known = wholeReaders.get(store);
  if (known !== undefined && known.columns === columns && known.wantsData === parts.wantsData) return known;
  const numberOf = store.db.prepare<[string], number>('SELECT no FROM streams WHERE name = ?').pluck();
  const reader: WholeReader = { columns, wantsData: parts.wantsData, numberOf, read: restReader(store, rows, parts) };
  wholeReaders.set(store, reader);
  return reader;
};

/**
 * Reads the events of a stream, or those that follow its first piece.
 *
 * SQLite hands over one row a piece, its columns joined to JSON, which V8 parses at once: crossing from SQLite to
 * JavaScript for every event would cost more than all the rest. Aggregates see rows in the order of the index.
 */
const restReader = (store: Store, rows: EventRows, parts: Parts) => {
  const { db, path } = store;
  const nextPiece = db.prepare<[number, number, number, number], Piece>(
    `SELECT ${pieceColumns(rows, parts)} FROM streams s CROSS JOIN events e ON e.stream = s.no
     WHERE s.no = ? AND e.revision >= ? AND e.revision < ? AND e.position <= ? GROUP BY s.bucket, s.no`,
  );
  const versionsOf = db
    .prepare<[number, number, number], number>(
      'SELECT version FROM events WHERE stream = ? AND revision >= ? AND revision < ? ORDER BY revision',
    )
    .pluck();
  const toEvents = pieceReader(path, rows, parts.wantsData, (no, from, count) =>
    versionsOf.all(no, from, from + count),
  );
  return (no: number, until: number, first?: Piece): StreamEvent[] => {
    const events: StreamEvent[] = [];
    let piece = first ?? nextPiece.get(no, 0, EVENTS_PER_PIECE, until);
    while (piece !== undefined) {
      toEvents(piece, events.length, events);
      if (piece.count < EVENTS_PER_PIECE) break;
      piece = nextPiece.get(no, events.length, events.length + EVENTS_PER_PIECE, until);
    }
    return events;
  };
};

const pieceColumns = (rows: EventRows, { wantsData, lean = false }: Parts): string =>
  [
    's.name, s.no, s.bucket, count(*) AS count',
    'group_concat(e.source) AS sources, json_group_array(e.id) AS ids, group_concat(e.type) AS types',
    'sum(e.version) AS versions',
    'group_concat(e.occurred_at) AS occurredAt',
    `group_concat(${dataColumn(rows, wantsData)}) AS data`,
    ...(lean
      ? []
      : [
          'group_concat(e.recorded_at) AS recordedAt',
          'json_group_array(e.staff) AS staff, json_group_array(e.correlation_id) AS correlationIds',
        ]),
  ].join(', ');

/** Types whose number fits a bit of an SQLite integer. */
const MASKED_TYPES = 62;

/**
 * Leaves out, already in SQLite, the data of types that are known and not wanted. A bit a type: looking a number up in
 * a list would cost as much as handing the data over.
 */
const dataColumn = ({ types }: EventRows, wantsData: ReadStreamsOptions['wantsData']): string => {
  if (wantsData === undefined) return 'e.data';
  let unwanted = 0n;
  for (const [no, name] of types.entries()) if (no < MASKED_TYPES && !wantsData(name)) unwanted |= 1n << BigInt(no);
  return unwanted === 0n
    ? 'e.data'
    : `CASE WHEN e.type < ${MASKED_TYPES} AND (${unwanted} >> e.type) & 1 THEN '0' ELSE e.data END`;
};

const NO_DATA: JsonObject = Object.freeze({});

/** Identities of a piece, parsed when one is asked for: a fold that only classifies hardly ever does. */
class Identities {
  private parsedIds: readonly string[] | undefined;
  private parsedSources: readonly number[] | undefined;
  constructor(
    private readonly piece: Piece,
    private readonly parse: <T>(text: string) => readonly T[],
    private readonly sourceNamed: (no: number) => string,
  ) {}
  id(index: number): string {
    this.parsedIds ??= this.parse<string>(this.piece.ids);
    return this.parsedIds[index];
  }
  source(index: number): string {
    this.parsedSources ??= this.parse<number>(`[${this.piece.sources}]`);
    return this.sourceNamed(this.parsedSources[index]);
  }
}

/** An event as a fold needs it. */
class LeanEvent implements StreamEvent {
  constructor(
    private readonly identities: Identities,
    private readonly index: number,
    readonly type: string,
    readonly version: number,
    readonly occurredAt: number,
    readonly data: JsonObject,
  ) {}
  get id(): string {
    return this.identities.id(this.index);
  }
  get source(): string {
    return this.identities.source(this.index);
  }
  get recordedAt(): number {
    return 0;
  }
}

const pieceReader = (
  path: string,
  { sources, types }: EventRows,
  wantsData: ReadStreamsOptions['wantsData'],
  versionsOf: (no: number, from: number, count: number) => readonly number[],
) => {
  const wanted = new Map<string, boolean>();
  const wants = (type: string): boolean => {
    const known = wanted.get(type);
    if (known !== undefined) return known;
    const one = wantsData?.(type) ?? true;
    wanted.set(type, one);
    return one;
  };
  const named = (name: string | undefined): string => {
    if (name === undefined) throw storeError('damaged', path);
    return name;
  };
  const parse = <T>(text: string): readonly T[] => {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw storeError('damaged', path, error);
    }
  };
  const sourceNamed = (no: number): string => named(sources.nameOf(no));
  return (piece: Piece, from: number, into: StreamEvent[]): void => {
    const { count } = piece;
    const identities = new Identities(piece, parse, sourceNamed);
    const typeNos = parse<number>(`[${piece.types}]`);
    const versions = piece.versions === count ? undefined : versionsOf(piece.no, from, count);
    const occurredAt = parse<number>(`[${piece.occurredAt}]`);
    const data = parse<JsonObject | 0>(`[${piece.data}]`);
    if (data.length !== count) throw storeError('damaged', path);
    const rest = piece.recordedAt === undefined ? undefined : restOf(piece, piece.recordedAt, parse);
    for (let i = 0; i < count; i++) {
      const type = named(types.nameOf(typeNos[i]));
      const one = data[i];
      const wantedData = one === 0 || !wants(type) ? NO_DATA : one;
      const version = versions?.[i] ?? 1;
      into.push(
        rest === undefined
          ? new LeanEvent(identities, i, type, version, occurredAt[i], wantedData)
          : {
              source: identities.source(i),
              id: identities.id(i),
              type,
              version,
              occurredAt: occurredAt[i],
              recordedAt: rest.recordedAt[i],
              data: wantedData,
              ...(rest.staff[i] === null ? undefined : { staff: rest.staff[i] as string }),
              ...(rest.correlationIds[i] === null ? undefined : { correlationId: rest.correlationIds[i] as string }),
            },
      );
    }
  };
};

/** What is read only where it is asked for. */
const restOf = (piece: Piece, recordedAt: string, parse: <T>(text: string) => readonly T[]) => ({
  recordedAt: parse<number>(`[${recordedAt}]`),
  staff: parse<string | null>(piece.staff ?? '[]'),
  correlationIds: parse<string | null>(piece.correlationIds ?? '[]'),
});
