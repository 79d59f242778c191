import type { EventLog } from './event-log';
import { openSqliteEventLog, type SqliteEventLogOptions } from './sqlite/sqlite-event-log';

/** Where a log is kept: plain data, so that worker threads and configuration can carry it. */
export type EventLogLocation = { readonly kind: 'sqlite'; readonly path: string };

/**
 * Opens the log at a location with the adapter of its kind.
 *
 * @throws what the adapter throws on opening
 */
export const openEventLog = (location: EventLogLocation, mode: SqliteEventLogOptions['mode']): Promise<EventLog> =>
  openSqliteEventLog(location.path, { mode });
