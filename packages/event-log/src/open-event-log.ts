import type { CompleteEventLog } from './complete-event-log';
import type { HistoryPages } from './history-scan';
import type { EventLogLocation } from './location';
import type { SharedEventLog, SharedLogAccess } from './shared-event-log';
import { appendingTo } from './sqlite/append-port';
import { type EventLogOnThreadOptions, openEventLogOnThread } from './sqlite/event-log-on-thread';
import { openHistoryOnThread } from './sqlite/history-on-thread';
import { openSqliteEventLog, type SqliteEventLogOptions } from './sqlite/sqlite-event-log';

export type OpenEventLogOptions = SqliteEventLogOptions;
export type SharedEventLogOptions = EventLogOnThreadOptions;

/**
 * Opens the log at a location with the adapter of its kind. This file is the only place that knows which adapters there
 * are.
 *
 * @throws StorageError (the promise rejects): it is missing, damaged, in use by another writer, and so on
 * @example const log = await openEventLog({ kind: 'sqlite', path: 'rapport-data/events.sqlite' }, { mode: 'read' });
 */
export const openEventLog = (location: EventLogLocation, options: OpenEventLogOptions): Promise<CompleteEventLog> =>
  openSqliteEventLog(location.path, options);

/**
 * Opens the log at a location for a process that serves: it is written on a thread of its own, and other threads of the
 * process may append as well.
 *
 * @throws StorageError (the promise rejects) as {@link openEventLog}
 */
export const openSharedEventLog = (
  location: EventLogLocation,
  options: SharedEventLogOptions = {},
): Promise<SharedEventLog> => openEventLogOnThread(location.path, options);

/**
 * Opens a log that another thread shares: appends go to the thread that writes, reads are done here.
 *
 * @param access of {@link SharedEventLog.share}
 * @throws StorageError (the promise rejects) as {@link openEventLog}
 */
export const joinEventLog = async ({ location, port }: SharedLogAccess): Promise<CompleteEventLog> => {
  try {
    return appendingTo(await openEventLog(location, { mode: 'follow' }), port);
  } catch (error) {
    port.close();
    throw error;
  }
};

/**
 * Opens the history at a location, for reading only and on a thread of its own: a long history never delays the caller.
 * Questions are answered one after another.
 *
 * @throws StorageError (the promise rejects) as {@link openEventLog}
 */
export const openHistoryPagesOnThread = (
  location: EventLogLocation,
): Promise<HistoryPages & { close(): Promise<void> }> => openHistoryOnThread(location.path);
