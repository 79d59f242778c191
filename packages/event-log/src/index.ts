export * from './auditable';
export * from './complete-event-log';
export * from './event-log';
export * from './history-scan';
export * from './location';
export * from './memory/memory-event-log';
export * from './open-event-log';
export * from './shared-event-log';
export { connectionTo } from './sqlite/append-port';
