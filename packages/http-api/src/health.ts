import { OPEN_METRICS_CONTENT_TYPE, openMetricsText } from '@rapport/telemetry';
import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from './api-engine';
import { preferred } from './negotiation';

const status = (values: readonly string[]) => ({
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: values },
    reasons: { type: 'array', items: { type: 'string' }, description: 'Why not, in words.' },
  },
});

const METRICS_TYPES = ['text/plain', 'application/openmetrics-text'] as const;
const TEXT = Object.fromEntries(METRICS_TYPES.map((type) => [type, { schema: { type: 'string' } }]));

/** For orchestrators and monitoring: alive, ready, and in figures. */
export const registerHealth = (app: FastifyInstance, engine: ApiEngine): void => {
  const open = { security: [], tags: ['operations'] };
  app.get(
    '/health/live',
    {
      schema: {
        ...open,
        operationId: 'live',
        summary: 'Whether the process answers',
        response: { 200: { description: 'It does.', ...status(['alive']) } },
      },
    },
    async () => ({ status: 'alive' }),
  );
  app.get(
    '/health/ready',
    {
      schema: {
        ...open,
        operationId: 'ready',
        summary: 'Whether requests can be served',
        response: {
          200: { description: 'They can.', ...status(['ready']) },
          503: { description: 'They cannot; `reasons` says why.', ...status(['not ready']) },
        },
      },
    },
    async (_request, reply) => {
      const reasons = engine.notReady();
      return reasons.length === 0
        ? { status: 'ready' }
        : reply.code(503).header('retry-after', '1').send({ status: 'not ready', reasons });
    },
  );
  const { registry } = engine.telemetry.metrics;
  app.get(
    '/metrics',
    {
      schema: {
        tags: ['operations'],
        operationId: 'metrics',
        summary: 'Figures for Prometheus',
        response: {
          200: { description: 'Prometheus text format, or OpenMetrics 1.0 where `Accept` prefers it.', content: TEXT },
        },
      },
    },
    async ({ headers: { accept } }, reply) => {
      const text = await registry.metrics();
      return preferred(accept, METRICS_TYPES) === 'text/plain'
        ? reply.type(registry.contentType).send(text)
        : reply.type(OPEN_METRICS_CONTENT_TYPE).send(openMetricsText(text));
    },
  );
};
