import type { Auditable } from './auditable';
import type { EventLog } from './event-log';
import type { HistoryScan } from './history-scan';

/** A log that gives its whole history and its proof itself, as a store on this machine does. */
export interface CompleteEventLog extends EventLog, HistoryScan, Auditable {}

/** What most questions need: the log, and its history by customer. */
export type EventLogWithHistory = EventLog & HistoryScan;
