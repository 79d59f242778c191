import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from './api-engine';

const status = (values: readonly string[]) => ({
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: values },
    reasons: { type: 'array', items: { type: 'string' }, description: 'Why not, in words.' },
  },
});

const TEXT = Object.fromEntries(
  ['text/plain', 'application/openmetrics-text'].map((type) => [type, { schema: { type: 'string' } }]),
);

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
          200: { description: 'Prometheus text format.', content: TEXT },
        },
      },
    },
    async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
  );
};
