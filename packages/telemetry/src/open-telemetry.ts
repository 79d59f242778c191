import { DiagLogLevel, diag } from '@opentelemetry/api';
import { type LogOptions, openLogger } from './logger';
import { noTraces } from './no-traces';
import { createMetrics } from './prometheus';
import type { Telemetry } from './telemetry';

export interface TelemetryOptions extends Omit<LogOptions, 'traceId'> {
  /** Base URL of an OTLP/HTTP collector, such as `http://localhost:4318`; no traces when absent. */
  readonly otlpEndpoint?: string;
}

/**
 * Logs, metrics and, with a collector, traces of a running engine.
 *
 * @example
 * const telemetry = await openTelemetry({ level: 'info', format: 'json', serviceName: 'rapport', version: '1.0.0' });
 * telemetry.logger.info({ requestId }, 'recorded');
 * await telemetry.close();
 */
export const openTelemetry = async (options: TelemetryOptions): Promise<Telemetry> => {
  const { otlpEndpoint, serviceName, version } = options;
  // Loaded only where traces are wanted: the exporter takes its time to load.
  const traces =
    otlpEndpoint === undefined
      ? undefined
      : (require('./otlp-traces') as typeof import('./otlp-traces')).openOtlpTraces(otlpEndpoint, serviceName, version);
  const { logger, flush } = openLogger({ ...options, traceId: traces?.traceId });
  if (traces !== undefined) {
    // The exporter says through here that its collector cannot be reached.
    const say = (message: string, ...rest: unknown[]) =>
      logger.warn({ detail: rest.map(String) }, `traces: ${message}`);
    const nothing = () => {};
    diag.setLogger(
      { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
  }
  const metrics = createMetrics({
    version,
    processMetrics: true,
    onObserveFailure: (err) => logger.warn({ err }, 'the gauges of the engine could not be read'),
  });
  return {
    logger,
    metrics,
    traces: traces ?? noTraces,
    close: async () => {
      // A collector that cannot be reached must not keep the engine from stopping.
      await traces?.close().catch((err: unknown) => logger.warn({ err }, 'traces: the last ones could not be sent'));
      flush();
    },
  };
};
