import { setImmediate as nextTurn } from 'node:timers/promises';
import { atStore, type Store } from '@rapport/sqlite';
import type { Database, Statement } from 'better-sqlite3';
import type { ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../event-log';
import { EVENT_COLUMNS, type EventRow, type EventRows } from './event-rows';
import { rareTypesIndex } from './rare-types';

export const DEFAULT_PAGE_SIZE = 1_000;
/** With a filter that matches rarely, one statement looks at no more positions than this. */
const POSITIONS_PER_STATEMENT = 50_000;

export type EventFilter = Pick<ReadAllOptions, 'category' | 'types' | 'buckets' | 'pageSize' | 'signal'>;

/** Reads of whole events; every page is a statement of its own, so that no reader holds back the write-ahead log. */
export interface EventReader {
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly RecordedEvent[]>;
  /** Positions in `after < position <= until`. */
  readRange(after: number, until: number, filter: EventFilter): AsyncIterable<readonly RecordedEvent[]>;
}

export const eventReader = (store: Store, rows: EventRows): EventReader => {
  const { db, path } = store;
  const streamPage = db
    .prepare<[string, number, number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM streams s JOIN events e ON e.stream = s.no
       WHERE s.name = ? AND e.revision >= ? ORDER BY e.revision LIMIT ?`,
    )
    .raw();
  const pages = new Map<string, RangePage>();
  /** The statement for a filter, prepared when first asked for. */
  const rangePage = (types: readonly string[] | undefined): RangePage => {
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

  return {
    async *readStream(stream, { from = 0, pageSize = DEFAULT_PAGE_SIZE, signal } = {}) {
      for (let next = from; !signal?.aborted; ) {
        const page = events(() => streamPage.all(stream, next, pageSize));
        if (page.length > 0) yield page;
        if (page.length < pageSize) return;
        next = page[page.length - 1].revision + 1;
        await nextTurn();
      }
    },

    async *readRange(after, until, { category = null, types, buckets, pageSize = DEFAULT_PAGE_SIZE, signal }) {
      const { from, to } = buckets ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
      const { statement, positionsPerStatement } = atStore(path, () => rangePage(types));
      let page: RecordedEvent[] = [];
      for (let seen = after; seen < until && !signal?.aborted; ) {
        const end = Math.min(until, seen + positionsPerStatement);
        const wanted = pageSize - page.length;
        const found = events(() => statement.all(seen, end, category, category, from, to, wanted));
        seen = found.length < wanted ? end : Number.parseInt(found[found.length - 1].position, 16);
        page = page.length === 0 ? found : page.concat(found);
        if (page.length === pageSize) {
          yield page;
          page = [];
        }
        await nextTurn();
      }
      if (page.length > 0 && !signal?.aborted) yield page;
    },
  };
};

interface RangePage {
  readonly statement: Statement<
    [
      after: number,
      until: number,
      category: string | null,
      again: string | null,
      fromBucket: number,
      toBucket: number,
      limit: number,
    ],
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
         AND (? IS NULL OR s.category = (SELECT no FROM categories WHERE name = ?)) AND s.bucket >= ? AND s.bucket < ?
       ORDER BY e.position LIMIT ?`,
    )
    .raw() as RangePage['statement'];
  return { statement, positionsPerStatement: index === undefined ? POSITIONS_PER_STATEMENT : Number.MAX_SAFE_INTEGER };
};
