import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { createRemembered } from './remembered';
import { scrubText } from './scrub';
import { SPAN } from './spans';
import type { Traces } from './telemetry';

export interface TracesOptions {
  readonly serviceName: string;
  readonly version: string;
  /** Where spans go when they end. */
  readonly processor: SpanProcessor;
  readonly now?: () => number;
}

export interface OpenTraces extends Traces {
  /** Of the current span. */
  traceId(): string | undefined;
  /** Sends what is left; rejects when it cannot be sent. */
  close(): Promise<void>;
}

/** Touchpoints whose trace is known, and for how long: a delivery is tried again after seconds, not after hours. */
const REMEMBERED = { count: 20_000, milliseconds: 10 * 60_000 };

const KINDS: Readonly<Record<string, SpanKind>> = {
  [SPAN.request]: SpanKind.SERVER,
  [SPAN.deliver]: SpanKind.CLIENT,
};

const nameOf = ({ source, id }: { readonly source: string; readonly id: string }): string => `${source}\u0000${id}`;

/**
 * Traces of one engine. Its context is its own, not the process's, so that two engines in one process do not mix. What
 * is sampled is set by the environment as everywhere (`OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`).
 */
export const createTraces = ({ serviceName, version, processor, now }: TracesOptions): OpenTraces => {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': version }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('rapport', version);
  const propagator = new W3CTraceContextPropagator();
  const active = new AsyncLocalStorage<Context>();
  const remembered = createRemembered<{ readonly context: Context; readonly at: number }>(REMEMBERED, now);
  const traced = (context: Context | undefined): Context | undefined =>
    context !== undefined && trace.getSpanContext(context) !== undefined ? context : undefined;
  return {
    span: async (name, attributes, work, parent) => {
      const from = parent ?? active.getStore() ?? ROOT_CONTEXT;
      const span = tracer.startSpan(name, { attributes, kind: KINDS[name] ?? SpanKind.INTERNAL }, from);
      try {
        return await active.run(trace.setSpan(from, span), work);
      } catch (error) {
        const message = scrubText(error instanceof Error ? error.message : String(error));
        span.recordException({ name: error instanceof Error ? error.name : 'Error', message });
        span.setStatus({ code: SpanStatusCode.ERROR, message });
        throw error;
      } finally {
        span.end();
      }
    },
    remember: (touchpoint) => {
      const context = active.getStore();
      // What is not sampled has no spans to add to.
      if (context !== undefined && trace.getSpan(context)?.isRecording())
        remembered.put(nameOf(touchpoint), { context, at: Date.now() });
    },
    contextOf: (touchpoint) => (touchpoint === undefined ? undefined : remembered.get(nameOf(touchpoint))?.context),
    decided: (touchpoint, recordedAt, attributes) => {
      const known = touchpoint === undefined ? undefined : remembered.get(nameOf(touchpoint));
      if (known === undefined) return;
      // A decision may be recorded before the answer to the request was put together.
      const startTime = Math.min(known.at, recordedAt);
      tracer.startSpan(SPAN.decide, { attributes, startTime }, known.context).end(recordedAt);
    },
    incoming: (headers) => traced(propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)),
    outgoing: () => {
      const headers: Record<string, string> = {};
      const context = active.getStore();
      if (context !== undefined) propagator.inject(context, headers, defaultTextMapSetter);
      return headers;
    },
    traceId: () => {
      const context = active.getStore();
      return context === undefined ? undefined : trace.getSpanContext(context)?.traceId;
    },
    close: () => provider.shutdown(),
  };
};
