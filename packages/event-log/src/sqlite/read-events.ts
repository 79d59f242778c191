import { setImmediate as nextTurn } from 'node:timers/promises';
import { atStore, type Store } from '@rapport/sqlite';
import type { ReadAllOptions, ReadStreamOptions, RecordedEvent } from '../event-log';
import { EVENT_COLUMNS, type EventRow, type EventRows } from './event-rows';

export const DEFAULT_PAGE_SIZE = 1_000;
/** With a filter that matches rarely, one statement looks at no more positions than this. */
const POSITIONS_PER_STATEMENT = 50_000;

export type EventFilter = Pick<ReadAllOptions, 'category' | 'buckets' | 'pageSize' | 'signal'>;

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
  const rangePage = db
    .prepare<[number, number, string | null, string | null, number, number, number], EventRow>(
      `SELECT ${EVENT_COLUMNS} FROM events e CROSS JOIN streams s ON s.no = e.stream
       WHERE e.position > ? AND e.position <= ?
         AND (? IS NULL OR s.category = (SELECT no FROM categories WHERE name = ?)) AND s.bucket >= ? AND s.bucket < ?
       ORDER BY e.position LIMIT ?`,
    )
    .raw();

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

    async *readRange(after, until, { category = null, buckets, pageSize = DEFAULT_PAGE_SIZE, signal }) {
      const { from, to } = buckets ?? { from: 0, to: Number.MAX_SAFE_INTEGER };
      let page: RecordedEvent[] = [];
      for (let seen = after; seen < until && !signal?.aborted; ) {
        const end = Math.min(until, seen + POSITIONS_PER_STATEMENT);
        const wanted = pageSize - page.length;
        const found = events(() => rangePage.all(seen, end, category, category, from, to, wanted));
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
