import type { Ruleset } from '@rapport/domain';
import type { EventLogWithHistory } from '@rapport/event-log';
import type { DataDirectory } from './data-directory';
import type { Host } from './host';

/** A store that is open for writing, and the caller of the work on it. */
export interface AtWork {
  readonly host: Host;
  readonly files: DataDirectory;
  /** Open for writing. */
  readonly log: EventLogWithHistory;
}

/** What folding goes by. */
export interface FoldingWith {
  readonly ruleset: Ruleset;
  /** The present instant, in milliseconds: what lies ahead of it waits. */
  readonly now: number;
}
