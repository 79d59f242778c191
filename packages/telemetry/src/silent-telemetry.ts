import { pino } from 'pino';
import { noTraces } from './no-traces';
import { createMetrics } from './prometheus';
import type { Telemetry } from './telemetry';

/** Prints nothing, observes nothing of the process and keeps it alive by nothing: for tests and for embedding. */
export const silentTelemetry = (): Telemetry => ({
  logger: pino({ level: 'silent' }),
  metrics: createMetrics({ version: '0.0.0', processMetrics: false }),
  traces: noTraces,
  close: async () => {},
});
