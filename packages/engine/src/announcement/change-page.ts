import type { Position } from '@rapport/event-log';
import type { ChangeEvent } from './change-event';
import type { ChangeFilter } from './change-filter';

/** A change and its cursor: a subscriber that has dealt with the change goes on after its cursor. */
export interface Announcement {
  readonly cursor: Position;
  readonly event: ChangeEvent;
}

export interface ChangePage {
  /** In the order they were recorded; may be empty. */
  readonly changes: readonly Announcement[];
  /** Everything up to here was looked at: go on after it, also when nothing matched. Undefined in an empty log. */
  readonly cursor: Position | undefined;
}

export interface ChangeRequest {
  /** Exclusive; from the start of the log when absent. */
  readonly after?: Position;
  readonly filter?: ChangeFilter;
}
