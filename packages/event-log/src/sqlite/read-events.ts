import { setImmediate as nextTurn } from 'node:timers/promises';
import { atStore, type Store } from '@rapport/sqlite';
import type { Database, Statement } from 'better-sqlite3';
import type { ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../event-log';
import type { StreamPage, StreamPageRequest } from '../history-scan';
import { EVENT_COLUMNS, type EventRow, type EventRows } from './event-rows';
import { decodePosition } from './position';
import { rareTypesIndex } from './rare-types';

export const DEFAULT_PAGE_SIZE = 1_000;
/** With a filter that matches rarely, one statement looks at no more positions than this. */
const POSITIONS_PER_STATEMENT = 50_000;

export type EventFilter = Pick<ReadAllOptions, 'category' | 'types' | 'pageSize' | 'signal'>;

/** Reads of whole events; every page is a statement of its own, so that no reader holds back the write-ahead log. */
export interface EventReader {
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** Positions in `after < position <= until`. */
  readRange(after: number, until: number, filter: EventFilter): AsyncIterable<readonly RecordedEvent[]>;
  /** One page of a stream, without events after a position. */
  streamPage(stream: string, until: number, page: Omit<StreamPageRequest, 'until'>): StreamPage;
  /** What one statement finds in `after < position <= until`, and up to which position it looked. */
  rangePage(after: number, until: number, page: RangeRequest): RangeFound;
}

interface RangeRequest extends Pick<ReadAllOptions, 'category' | 'types'> {
  readonly limit: number;
}

interface RangeFound {
  readonly events: RecordedEvent[];
  readonly looked: number;
}

export const eventReader = (store: Store, rows: EventRows): EventReader => {
  const { db, path } = store;
  const streamRows = db
    .prepare<[string, number, number, number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM streams s JOIN events e ON e.stream = s.no
       WHERE s.name = ? AND e.revision >= ? AND e.position <= ? ORDER BY e.revision LIMIT ?`,
    )
    .raw();
  const pages = new Map<string, RangePage>();
  /** The statement for a filter, prepared when first asked for. */
  const statementFor = (types: readonly string[] | undefined): RangePage => {
    const key = JSON.stringify(types ?? null);
    const known = pages.get(key);
    if (known !== undefined) return known;
    const page = prepareRangePage(db, types);
    // Readers ask for the same few lists again and again.
    if (pages.size >= 16) pages.clear();
    pages.set(key, page);
    return page;
  };

  const events = (read: () => EventRow[]): RecordedEvent[] => atStore(path, () => read().map(rows.recordedEvent));

  const rangePage: EventReader['rangePage'] = (after, until, { category = null, types, limit }) => {
    const { statement, positionsPerStatement } = atStore(path, () => statementFor(types));
    const end = Math.min(until, after + positionsPerStatement);
    const found = events(() => statement.all(after, end, category, category, limit));
    const last = found[found.length - 1];
    return { events: found, looked: last === undefined || found.length < limit ? end : decodePosition(last.position) };
  };

  return {
    async *readStream(stream, { from = 0, pageSize = DEFAULT_PAGE_SIZE, signal } = {}) {
      for (let next = from; !signal?.aborted; ) {
        const page = events(() => streamRows.all(stream, next, Number.MAX_SAFE_INTEGER, pageSize));
        if (page.length > 0) yield page;
        if (page.length < pageSize) return;
        next = nextRevision(page);
        await nextTurn();
      }
    },

    async *readRange(after, until, { category, types, pageSize = DEFAULT_PAGE_SIZE, signal }) {
      let page: RecordedEvent[] = [];
      for (let seen = after; seen < until && !signal?.aborted; ) {
        const found = rangePage(seen, until, { category, types, limit: pageSize - page.length });
        seen = found.looked;
        page = page.length === 0 ? found.events : page.concat(found.events);
        if (page.length === pageSize) {
          yield page;
          page = [];
        }
        await nextTurn();
      }
      if (page.length > 0 && !signal?.aborted) yield page;
    },

    streamPage: (stream, until, { from = 0, limit }) => {
      // One more than wanted says whether there is more.
      const found = events(() => streamRows.all(stream, from, until, limit + 1));
      if (found.length <= limit) return { events: found };
      return { events: found.slice(0, limit), next: nextRevision(found.slice(0, limit)) };
    },

    rangePage,
  };
};

/** The revision after a page that has events. */
const nextRevision = (page: readonly RecordedEvent[]): number => page.at(-1)!.revision + 1;

interface RangePage {
  readonly statement: Statement<
    [after: number, until: number, category: string | null, again: string | null, limit: number],
    EventRow
  >;
  /** With an index for what is wanted there is nothing in between to look at. */
  readonly positionsPerStatement: number;
}

/** The statement behind a page of all events, or of some types. */
export const prepareRangePage = (db: Database, types: readonly string[] | undefined): RangePage => {
  const index = types === undefined ? undefined : rareTypesIndex(db, types);
  const ofTypes =
    types === undefined
      ? ''
      : `AND e.type IN (SELECT no FROM types WHERE name IN (${types.map((type) => `'${type.replaceAll("'", "''")}'`).join(', ')}))`;
  const statement = db
    .prepare<unknown[], EventRow>(
      `SELECT ${EVENT_COLUMNS}
       FROM events e ${index === undefined ? '' : `INDEXED BY ${index.name}`} CROSS JOIN streams s ON s.no = e.stream
       WHERE e.position > ? AND e.position <= ? ${index === undefined ? '' : `AND ${index.condition}`} ${ofTypes}
         AND (? IS NULL OR s.category = (SELECT no FROM categories WHERE name = ?))
       ORDER BY e.position LIMIT ?`,
    )
    .raw() as RangePage['statement'];
  return { statement, positionsPerStatement: index === undefined ? POSITIONS_PER_STATEMENT : Number.MAX_SAFE_INTEGER };
};
