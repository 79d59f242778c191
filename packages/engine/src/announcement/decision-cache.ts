import { type Position, type RecordedEvent, subjectOf } from '@rapport/event-log';
import { decisionOf, type RecordedDecision } from '../decisions';
import { changeEvent } from './change-event';
import type { Announcement, ChangePage } from './change-page';
import { isAfter } from './cursor-order';

/** A decision, with what is announced of it. */
export interface AnnouncedDecision {
  readonly decision: RecordedDecision;
  readonly announcement: Announcement;
}

/** Undefined for an event that does not record a decision. */
export const announced = (event: RecordedEvent): AnnouncedDecision | undefined => {
  const decision = decisionOf(event, subjectOf(event.stream));
  return decision === undefined
    ? undefined
    : { decision, announcement: { cursor: decision.position, event: changeEvent(decision) } };
};

const CAPACITY = 10_000;

/**
 * The newest decisions of the log, in memory, so that readers at the end of the log do not each read it. It holds
 * every decision after `startsAfter`, up to and including `seen`.
 */
export class DecisionCache {
  private decisions: AnnouncedDecision[] = [];
  private start: Position | undefined;
  private end: Position | undefined;

  /**
   * @param at the present end of the log, where the cache begins; undefined for an empty log
   * @param capacity at least this many decisions are held, and at most twice as many
   */
  constructor(
    at: Position | undefined,
    private readonly capacity = CAPACITY,
  ) {
    this.start = at;
    this.end = at;
  }

  /** Exclusive; undefined for the beginning of the log. */
  get startsAfter(): Position | undefined {
    return this.start;
  }

  /** The log was read up to here; undefined while it is empty. */
  get seen(): Position | undefined {
    return this.end;
  }

  /** @param page follows, in the order of the log, what was added before; not empty */
  add(page: readonly RecordedEvent[]): void {
    this.decisions.push(...page.flatMap((event) => announced(event) ?? []));
    if (this.decisions.length > 2 * this.capacity) {
      this.start = this.decisions.at(-this.capacity - 1)?.decision.position;
      this.decisions = this.decisions.slice(-this.capacity);
    }
    this.end = page.at(-1)?.position;
  }

  /** Whether every decision after a cursor is in the cache. */
  covers(after: Position | undefined): boolean {
    return !isAfter(this.start, after);
  }

  /** Whether the log has been read beyond a cursor. */
  isAhead(cursor: Position | undefined): boolean {
    return isAfter(this.end, cursor);
  }

  /** A page of what the cache covers after a cursor. Where fewer than `limit` match, everything seen was looked at. */
  read(after: Position | undefined, matches: (decision: RecordedDecision) => boolean, limit: number): ChangePage {
    const changes: Announcement[] = [];
    for (let i = this.firstAfter(after); i < this.decisions.length; i++) {
      const { decision, announcement } = this.decisions[i]!;
      if (!matches(decision)) continue;
      changes.push(announcement);
      if (changes.length === limit) return { changes, cursor: decision.position };
    }
    return { changes, cursor: this.isAhead(after) ? this.end : after };
  }

  /** The decision at exactly this cursor, if the cache holds it. */
  find(cursor: Position): Announcement | undefined {
    const found = this.decisions[this.firstAfter(cursor) - 1];
    return found?.decision.position === cursor ? found.announcement : undefined;
  }

  /** Index of the first decision after a cursor. */
  private firstAfter(cursor: Position | undefined): number {
    let [low, high] = [0, this.decisions.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(this.decisions[middle]!.decision.position, cursor)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
