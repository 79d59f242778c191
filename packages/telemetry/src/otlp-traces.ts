import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createTraces, type OpenTraces } from './traces';

/** `/v1/traces` belongs to the path of the base, as with `OTEL_EXPORTER_OTLP_ENDPOINT`. */
const tracesUrl = (endpoint: string): string =>
  endpoint.endsWith('/v1/traces') ? endpoint : `${endpoint.replace(/\/+$/, '')}/v1/traces`;

/** Traces that are sent to a collector in batches, by OTLP over HTTP. */
export const openOtlpTraces = (endpoint: string, serviceName: string, version: string): OpenTraces =>
  createTraces({
    serviceName,
    version,
    processor: new BatchSpanProcessor(new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis: 5_000 })),
  });
