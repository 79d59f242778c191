export * from './event-log';
export * from './memory/memory-event-log';
export { type EventLogLocation, openEventLog } from './open-event-log';
export { eventsBetween, parsePosition } from './position';
export { appendingTo, type ConnectableEventLog, connectionTo, type LogConnection } from './sqlite/append-port';
export { type EventLogOnThreadOptions, openEventLogOnThread } from './sqlite/event-log-on-thread';
export { openSqliteEventLog, type SqliteEventLogOptions } from './sqlite/sqlite-event-log';
