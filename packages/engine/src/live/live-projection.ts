import type { Ruleset } from '@rapport/domain';
import type { EventLog, EventLogLocation, Position } from '@rapport/event-log';
import type { ProjectionReport } from '../projector';

export interface LiveProjectionOptions {
  /** The one log of this process that is open for writing: decisions are recorded through it. */
  readonly log: EventLog;
  /** The same log, for the worker to read. */
  readonly location: EventLogLocation;
  /** The read model's file; the worker is its only writer. */
  readonly readModel: string;
  readonly ruleset: Ruleset;
}

/** How far the projection is, and what it has done since it was started. */
export interface LiveStatus extends ProjectionReport {
  /** Everything up to here is in the read model. */
  readonly checkpoint: Position | undefined;
  /** Touchpoints that came in the past of their customer. */
  readonly late: number;
  /** Age, in milliseconds, of the oldest touchpoint that was recorded and is not yet folded in; 0 when there is none. */
  readonly behind: number;
  /** Changes that fell due by time. */
  readonly reviewed: number;
}

/** The projector at work on a thread of its own, so that folding never delays an answer. */
export interface LiveProjection {
  status(): LiveStatus;
  /** Resolves when everything up to a position is in the read model; rejects when the projection has failed. */
  whenCaughtUp(position: Position): Promise<void>;
  /** Folds parked customers again. Returns those that could be folded. */
  retryParked(): Promise<readonly string[]>;
  /** Settles when the projection ends: undefined after `stop`, else the error it failed with. */
  readonly ended: Promise<Error | undefined>;
  /** Finishes the page at hand and closes its stores. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts projecting: catches up with the log, then follows it, and follows time.
 *
 * @throws RebuildNeeded when the read model cannot be continued; StoreError for what is wrong with its file
 */
export const startLiveProjection = async (_options: LiveProjectionOptions): Promise<LiveProjection> => {
  throw new Error('not yet');
};
