import type { ReadStreamsOptions } from '../history-scan';
import type { EventRows } from './event-rows';

/** Longer streams are read in pieces of this many events. */
export const EVENTS_PER_PIECE = 1_024;

/**
 * Events of one stream as one row of SQLite: each column holds the values of all events, as the text of a JSON array.
 * `ids`, `staff` and `correlationIds` have its brackets, the others do not.
 */
export interface Piece {
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
  readonly data: string;
  /** These three are absent where the reader is lean. */
  readonly recordedAt?: string;
  readonly staff?: string;
  readonly correlationIds?: string;
}

/** Which parts of events the reader will look at. */
export type Parts = Pick<ReadStreamsOptions, 'wantsData' | 'lean'>;

/** The columns of a {@link Piece}, for a query over `streams s` and `events e` that groups by stream. */
export const pieceColumns = (rows: EventRows, { wantsData, lean = false }: Parts): string =>
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
const dataColumn = ({ types }: EventRows, wantsData: Parts['wantsData']): string => {
  if (wantsData === undefined) return 'e.data';
  let unwanted = 0n;
  for (const [no, name] of types.entries()) if (no < MASKED_TYPES && !wantsData(name)) unwanted |= 1n << BigInt(no);
  return unwanted === 0n
    ? 'e.data'
    : `CASE WHEN e.type < ${MASKED_TYPES} AND (${unwanted} >> e.type) & 1 THEN '0' ELSE e.data END`;
};
