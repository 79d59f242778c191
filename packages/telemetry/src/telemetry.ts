import type { Context } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Metrics } from './metrics';

/** What a running engine says of itself. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly traces: Traces;
  /** Sends what is left. May be called twice. */
  close(): Promise<void>;
}

/** Spans from the request that brought a touchpoint to the delivery of what it changed. */
export interface Traces {
  /** Runs work in a span; a rejection or a throw is recorded on it. */
  span<T>(
    name: string,
    attributes: Readonly<Record<string, string | number>>,
    work: () => Promise<T>,
    parent?: Context,
  ): Promise<T>;
  /** Remembers, for a few minutes and for a bounded number, that a touchpoint came in under the current span. */
  remember(touchpoint: { readonly source: string; readonly id: string }): void;
  /** The context a touchpoint came in under, if it is still known. */
  contextOf(touchpoint: { readonly source: string; readonly id: string } | undefined): Context | undefined;
  /**
   * Notes as a span that something was decided because of a touchpoint: from when it was remembered until the decision
   * was recorded, in milliseconds since 1970. Nothing where the touchpoint is not remembered.
   */
  decided(
    touchpoint: { readonly source: string; readonly id: string } | undefined,
    recordedAt: number,
    attributes: Readonly<Record<string, string | number>>,
  ): void;
  /** The context that a caller sent along (W3C `traceparent`), to be the parent of the request's span. */
  incoming(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Context | undefined;
  /** Headers that take the current span along to whom is called; empty when there is none. */
  outgoing(): Readonly<Record<string, string>>;
}
