import { type EventLog, type Position, relationshipStream, subjectOf } from '@rapport/event-log';
import { Notifier, sleep } from '../abortable';
import { DECISION_TYPES, decisionOf, type RecordedDecision } from '../decision';
import { type ChangeEvent, changeEvent } from './change-event';
import { type ChangeFilter, changeMatcher } from './change-filter';

/** A change and where it stands: a subscriber that has dealt with it goes on after its cursor. */
export interface Announcement {
  readonly cursor: Position;
  readonly event: ChangeEvent;
}

export interface ChangePage {
  /** In the order they were recorded; may be empty. */
  readonly changes: readonly Announcement[];
  /** Everything up to here was looked at: where to go on, also when nothing matched. Undefined in an empty log. */
  readonly cursor: Position | undefined;
}

export interface ChangeRequest {
  /** Exclusive; from the start of the log when absent. */
  readonly after?: Position;
  readonly filter?: ChangeFilter;
}

/** Decisions kept in memory, so that readers at the end of the log do not each read it. */
const KEPT = 10_000;
const PAGE = 500;
/** Between two attempts to read a log that could not be read. */
const RETRY_MS = 1_000;
/** Named by type, decisions are found without reading what lies between them. */
const DECISIONS = { types: DECISION_TYPES, category: 'relationship' } as const;

interface Kept {
  readonly decision: RecordedDecision;
  readonly announcement: Announcement;
}

/**
 * Everything that goes out (SSE, pull, webhooks) is read from here, by cursor, from the decisions in the log. Cursors
 * are positions of the log, so they never expire.
 */
export interface ChangeFeed {
  /**
   * A page of changes after a cursor, up to the present end. Rejects while the log cannot be read: what is there is not
   * known then.
   */
  read(request: ChangeRequest & { readonly limit: number }): Promise<ChangePage>;
  /**
   * Changes after a cursor as they are recorded, until the signal aborts. No page is empty; `looked` is told how far
   * was looked where nothing matched. Rejects when the log cannot be read: follow again after the last cursor.
   */
  follow(
    request: ChangeRequest & { readonly signal: AbortSignal; readonly looked?: (cursor: Position) => void },
  ): AsyncIterable<ChangePage>;
  /** One change again, of a customer and at its own cursor; undefined where there is none. Rejects once closed. */
  find(customer: string, cursor: Position): Promise<Announcement | undefined>;
  /** The end of what was recorded: where a subscriber begins who wants only what is new. */
  end(): Promise<Position | undefined>;
  /** Why nothing new is announced at the moment, in words. The log is tried again until it can be read. */
  problem(): string | undefined;
  /** Ends all followers. May be called twice. */
  close(): Promise<void>;
}

/**
 * @example
 * const feed = createChangeFeed(log);
 * for await (const { changes } of feed.follow({ after: cursor, signal })) for (const { event } of changes) handle(event);
 */
export const createChangeFeed = (log: EventLog, { retryMilliseconds = RETRY_MS } = {}): ChangeFeed => {
  const closing = new AbortController();
  const news = new Notifier();
  let kept: Kept[] = [];
  /** Decisions up to `seen` and after `keptAfter` are in `kept`. */
  let seen: Position | undefined;
  let keptAfter: Position | undefined;
  let following: Promise<void> | undefined;
  let failure: unknown;

  const keepUp = async (): Promise<void> => {
    const pages = log.subscribeAll({ after: seen, ...DECISIONS, pageSize: PAGE, signal: closing.signal });
    for await (const page of pages) {
      kept.push(...page.flatMap((event) => keptOf(event) ?? []));
      if (kept.length > 2 * KEPT) {
        keptAfter = kept[kept.length - KEPT - 1].decision.position;
        kept = kept.slice(-KEPT);
      }
      seen = page[page.length - 1].position;
      news.notify();
    }
  };

  /** Rejects where the log cannot be read. */
  const tryReading = async (): Promise<void> => {
    for await (const _ of log.readAll({ after: seen, ...DECISIONS, pageSize: 1, signal: closing.signal })) return;
  };

  const keepFollowing = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      try {
        if (failure !== undefined) await tryReading();
        failure = undefined;
        await keepUp();
      } catch (error) {
        failure = error;
        news.notify();
        await sleep(retryMilliseconds, closing.signal);
      }
    }
  };

  const begin = async (): Promise<void> => {
    if (following !== undefined) return;
    const end = await log.head();
    // Another caller may have begun while this one waited.
    if (following !== undefined) return;
    seen = keptAfter = end;
    following = keepFollowing();
  };

  const isAfter = (position: Position | undefined, other: Position | undefined): boolean =>
    other === undefined ? position !== undefined : position !== undefined && position > other;

  /** Index of the first kept decision after a cursor. */
  const firstAfter = (after: Position | undefined): number => {
    let [low, high] = [0, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(kept[middle].decision.position, after)) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  const readKept = (
    after: Position | undefined,
    matches: (decision: RecordedDecision) => boolean,
    limit: number,
  ): ChangePage => {
    const changes: Announcement[] = [];
    for (let i = firstAfter(after); i < kept.length; i++) {
      const { decision, announcement } = kept[i];
      if (!matches(decision)) continue;
      changes.push(announcement);
      if (changes.length === limit) return { changes, cursor: decision.position };
    }
    return { changes, cursor: isAfter(seen, after) ? seen : after };
  };

  const readLog = async (
    after: Position | undefined,
    until: Position,
    matches: (decision: RecordedDecision) => boolean,
    limit: number,
  ): Promise<ChangePage> => {
    const changes: Announcement[] = [];
    const range = { after, until, ...DECISIONS, pageSize: PAGE, signal: closing.signal };
    for await (const page of log.readAll(range)) {
      for (const event of page) {
        const one = keptOf(event);
        if (one === undefined || !matches(one.decision)) continue;
        changes.push(one.announcement);
        if (changes.length === limit) return { changes, cursor: event.position };
      }
      if (changes.length > 0) return { changes, cursor: page[page.length - 1].position };
    }
    // Reading ended early then: nothing that was not read may count as looked at.
    return { changes, cursor: closing.signal.aborted ? after : until };
  };

  const readOnce = (
    after: Position | undefined,
    matches: (decision: RecordedDecision) => boolean,
    limit: number,
  ): Promise<ChangePage> | ChangePage =>
    keptAfter !== undefined && !(after !== undefined && after >= keptAfter)
      ? readLog(after, keptAfter, matches, limit)
      : readKept(after, matches, limit);

  return {
    read: async ({ after, filter, limit }) => {
      await begin();
      const matches = changeMatcher(filter);
      const changes: Announcement[] = [];
      let cursor = after;
      for (;;) {
        if (failure !== undefined) throw failure;
        const page = await readOnce(cursor, matches, limit - changes.length);
        changes.push(...page.changes);
        const moved = page.cursor !== cursor;
        cursor = page.cursor;
        if (!moved || changes.length === limit || closing.signal.aborted) return { changes, cursor };
      }
    },
    follow: async function* ({ after, filter, signal, looked }) {
      await begin();
      const matches = changeMatcher(filter);
      const ended = AbortSignal.any([signal, closing.signal]);
      for (let cursor = after; !ended.aborted; ) {
        const page = await readOnce(cursor, matches, PAGE);
        const moved = page.cursor !== cursor;
        cursor = page.cursor;
        if (page.changes.length > 0) yield page;
        else if (moved) looked?.(page.cursor as Position);
        // What came since the page was read has woken nobody yet.
        else if (!isAfter(seen, cursor)) {
          if (failure !== undefined) throw failure;
          await news.next(ended);
        }
      }
    },
    find: async (customer, cursor) => {
      const known = kept[firstAfter(cursor) - 1];
      if (known?.decision.position === cursor) return known.announcement;
      for await (const page of log.readStream(relationshipStream(customer), { signal: closing.signal })) {
        const event = page.find(({ position }) => position === cursor);
        if (event !== undefined) return keptOf(event)?.announcement;
      }
      // Reading ended early then, which says nothing.
      closing.signal.throwIfAborted();
      return undefined;
    },
    end: () => log.head(),
    problem: () =>
      failure === undefined ? undefined : `changes cannot be read from the log: ${(failure as Error).message}`,
    close: async () => {
      closing.abort();
      await following;
    },
  };
};

const keptOf = (event: Parameters<typeof decisionOf>[0] & { readonly stream: string }): Kept | undefined => {
  const decision = decisionOf(event, subjectOf(event.stream));
  return decision === undefined
    ? undefined
    : { decision, announcement: { cursor: decision.position, event: changeEvent(decision) } };
};
