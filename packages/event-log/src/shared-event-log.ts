import type { MessagePort, Transferable } from 'node:worker_threads';
import type { CompleteEventLog } from './complete-event-log';
import type { EventLogLocation } from './location';

/** A log that other threads of this process may append to as well. */
export interface SharedEventLog extends CompleteEventLog {
  /**
   * Access for one other thread: pass `access` to it as data, with `transfer` as its transfer list; `joinEventLog` opens
   * the log there.
   *
   * @example
   * const { access, transfer } = log.share();
   * new Worker(file, { workerData: { access }, transferList: [...transfer] });
   */
  share(): LogShare;
}

export interface LogShare {
  readonly access: SharedLogAccess;
  readonly transfer: readonly Transferable[];
  /** Resolves when the other thread has closed the log, or died, and nothing that it appended is still on its way. */
  readonly ended: Promise<void>;
}

/** What another thread opens the log with; only {@link SharedEventLog.share} makes one. */
export interface SharedLogAccess {
  readonly location: EventLogLocation;
  /** To the thread that writes. */
  readonly port: MessagePort;
}
