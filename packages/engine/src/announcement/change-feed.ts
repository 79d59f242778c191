import { type EventLog, type Position, relationshipStream } from '@rapport/event-log';
import { Notifier } from '@rapport/runtime';
import { DECISION_TYPES, type RecordedDecision } from '../decisions';
import { changeMatcher } from './change-filter';
import type { Announcement, ChangePage, ChangeRequest } from './change-page';
import { isAfter } from './cursor-order';
import { announced, DecisionCache } from './decision-cache';
import { LogFollower } from './log-follower';

/** Events in a page of the log. */
const PAGE = 500;
/** Between two attempts to read a log that could not be read. */
const RETRY_MS = 1_000;
/** Named by type, decisions are found without reading what lies between them. */
const DECISIONS = { types: DECISION_TYPES, category: 'relationship', pageSize: PAGE } as const;

/**
 * Everything that goes out (event stream, pull, webhooks) is read from here, by cursor, from the decisions in the log.
 * Cursors are positions of the log, so they never expire.
 */
export interface ChangeFeed {
  /**
   * A page of changes after a cursor, up to the present end. Rejects while the log cannot be read: an empty page would
   * say that nothing has happened.
   */
  read(request: ChangeRequest & { readonly limit: number }): Promise<ChangePage>;
  /**
   * Changes after a cursor as they are recorded, until the signal aborts. No page is empty; `looked` is called with
   * the cursor up to which nothing matched. Rejects when the log cannot be read: follow again after the last cursor.
   */
  follow(
    request: ChangeRequest & { readonly signal: AbortSignal; readonly looked?: (cursor: Position) => void },
  ): AsyncIterable<ChangePage>;
  /** One change again, of a customer and at its own cursor; undefined where there is none. Rejects once closed. */
  find(customer: string, cursor: Position): Promise<Announcement | undefined>;
  /** The end of what was recorded: a subscriber that wants only what is new begins here. */
  end(): Promise<Position | undefined>;
  /** A text as a cursor, where it has the form of this log's; it may lie beyond the end, as that of another log may. */
  parseCursor(text: string): Position | undefined;
  /** A text as a cursor of this log; undefined for a text that this log never gave as a cursor. */
  cursorOf(text: string): Promise<Position | undefined>;
  /** Whether a cursor lies after another one. Undefined stands for the beginning of the log. */
  isAfter(cursor: Position | undefined, other: Position | undefined): boolean;
  /** Why nothing new is announced at the moment, in words. The log is tried again until it can be read. */
  problem(): string | undefined;
  /** Ends all followers. May be called twice. */
  close(): Promise<void>;
}

export interface ChangeFeedOptions {
  /** Between two attempts to read a log that could not be read; 1,000 when absent. */
  readonly retryMilliseconds?: number;
}

/**
 * The feed of a log. Nothing is read before it is first asked.
 *
 * @example
 * const feed = createChangeFeed(log);
 * for await (const { changes } of feed.follow({ after: cursor, signal })) for (const { event } of changes) handle(event);
 */
export const createChangeFeed = (log: EventLog, options: ChangeFeedOptions = {}): ChangeFeed =>
  new LogChangeFeed(log, options.retryMilliseconds ?? RETRY_MS);

type Matches = (decision: RecordedDecision) => boolean;

/** The log, followed into a cache. */
interface Followed {
  readonly cache: DecisionCache;
  readonly follower: LogFollower;
}

class LogChangeFeed implements ChangeFeed {
  private readonly closing = new AbortController();
  /** That the cache has more, or that the log cannot be read. */
  private readonly news = new Notifier();
  private followed: Followed | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly retryMilliseconds: number,
  ) {}

  readonly isAfter = isAfter;

  readonly parseCursor = (text: string): Position | undefined => this.log.parsePosition(text);

  async read({ after, filter, limit }: ChangeRequest & { readonly limit: number }): Promise<ChangePage> {
    const { cache, follower } = await this.begin();
    const matches = changeMatcher(filter);
    const changes: Announcement[] = [];
    let cursor = after;
    for (;;) {
      if (follower.failure !== undefined) throw follower.failure;
      const page = await this.readOnce(cache, cursor, matches, limit - changes.length);
      changes.push(...page.changes);
      const moved = page.cursor !== cursor;
      cursor = page.cursor;
      if (!moved || changes.length === limit || this.closing.signal.aborted) return { changes, cursor };
    }
  }

  async *follow({
    after,
    filter,
    signal,
    looked,
  }: ChangeRequest & {
    readonly signal: AbortSignal;
    readonly looked?: (cursor: Position) => void;
  }): AsyncGenerator<ChangePage> {
    const { cache, follower } = await this.begin();
    const matches = changeMatcher(filter);
    const ended = AbortSignal.any([signal, this.closing.signal]);
    for (let cursor = after; !ended.aborted; ) {
      const page = await this.readOnce(cache, cursor, matches, PAGE);
      const moved = page.cursor !== cursor;
      cursor = page.cursor;
      if (page.changes.length > 0) yield page;
      else if (moved && cursor !== undefined) looked?.(cursor);
      // What was recorded while the page was read has been notified already.
      else if (!cache.isAhead(cursor)) {
        if (follower.failure !== undefined) throw follower.failure;
        await this.news.next(ended);
      }
    }
  }

  async find(customer: string, cursor: Position): Promise<Announcement | undefined> {
    const cached = this.followed?.cache.find(cursor);
    if (cached !== undefined) return cached;
    const { signal } = this.closing;
    for await (const page of this.log.readStream(relationshipStream(customer), { signal })) {
      const event = page.find(({ position }) => position === cursor);
      if (event !== undefined) return announced(event)?.announcement;
    }
    // An aborted reading ends early, and then a missing change says nothing.
    signal.throwIfAborted();
    return undefined;
  }

  end(): Promise<Position | undefined> {
    return this.log.head();
  }

  async cursorOf(text: string): Promise<Position | undefined> {
    const cursor = this.parseCursor(text);
    return this.isAfter(cursor, await this.end()) ? undefined : cursor;
  }

  problem(): string | undefined {
    const failure = this.followed?.follower.failure;
    return failure === undefined ? undefined : `changes cannot be read from the log: ${(failure as Error).message}`;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.followed?.follower.ended;
  }

  private async begin(): Promise<Followed> {
    if (this.followed !== undefined) return this.followed;
    const end = await this.log.head();
    // Another caller may have begun while this one waited.
    this.followed ??= this.followFrom(end);
    return this.followed;
  }

  private followFrom(end: Position | undefined): Followed {
    const { log, news, retryMilliseconds } = this;
    const cache = new DecisionCache(end);
    const follower = new LogFollower({
      log,
      events: DECISIONS,
      after: end,
      retryMilliseconds,
      signal: this.closing.signal,
      onPage: (page) => {
        cache.add(page);
        news.notify();
      },
      onFailure: () => news.notify(),
    });
    return { cache, follower };
  }

  private readOnce(
    cache: DecisionCache,
    after: Position | undefined,
    matches: Matches,
    limit: number,
  ): Promise<ChangePage> | ChangePage {
    const { startsAfter } = cache;
    return startsAfter === undefined || cache.covers(after)
      ? cache.read(after, matches, limit)
      : this.readLog(after, startsAfter, matches, limit);
  }

  private async readLog(
    after: Position | undefined,
    until: Position,
    matches: Matches,
    limit: number,
  ): Promise<ChangePage> {
    const { signal } = this.closing;
    const changes: Announcement[] = [];
    for await (const page of this.log.readAll({ ...DECISIONS, after, until, signal })) {
      for (const event of page) {
        const found = announced(event);
        if (found === undefined || !matches(found.decision)) continue;
        changes.push(found.announcement);
        if (changes.length === limit) return { changes, cursor: event.position };
      }
      if (changes.length > 0) return { changes, cursor: page.at(-1)?.position };
    }
    // An aborted reading ends early: what was not read must not count as looked at.
    return { changes, cursor: signal.aborted ? after : until };
  }
}
