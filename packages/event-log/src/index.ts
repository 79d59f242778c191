export * from './event-log';
export * from './memory/memory-event-log';
export { type EventLogLocation, openEventLog } from './open-event-log';
export { eventsBetween, parsePosition } from './position';
export { openSqliteEventLog, type SqliteEventLogOptions } from './sqlite/sqlite-event-log';
