export { DEFINITIONS, type MetricDefinition, type MetricKind, PROCESS_DEFINITIONS } from './definitions';
export * from './metrics';
export { metricsMarkdown } from './metrics-page';
export { noTraces } from './no-traces';
export { openTelemetry, type TelemetryOptions } from './open-telemetry';
export { REDACTED, scrubText } from './scrub';
export { silentTelemetry } from './silent-telemetry';
export { SPAN } from './spans';
export * from './telemetry';
