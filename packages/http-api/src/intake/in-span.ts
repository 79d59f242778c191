import { SPAN } from '@rapport/telemetry';
import type { FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';

/** Does the work of a request in its span, below the caller's where it sent a `traceparent`. */
export const inSpan = <T>(
  { telemetry: { traces } }: Pick<ApiEngine, 'telemetry'>,
  { id, method, headers, routeOptions }: FastifyRequest,
  work: () => Promise<T>,
): Promise<T> =>
  traces.span(
    SPAN.request,
    { 'http.request.method': method, 'http.route': routeOptions.url ?? '', 'rapport.request.id': id },
    work,
    headers.traceparent === undefined ? undefined : traces.incoming(headers),
  );
