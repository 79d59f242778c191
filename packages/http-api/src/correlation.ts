import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from './api-engine';

/** Every answer names its request; every request is counted by route, status and time. */
export const correlate = (app: FastifyInstance, { telemetry }: Pick<ApiEngine, 'telemetry'>): void => {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    telemetry.metrics.request({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    done();
  });
};
