/** Cross-origin requests (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol), where the configuration allows any. */
import type { FastifyInstance } from 'fastify';
import { pathOf } from '../refusals';
import { permissionOf } from './permission-table';

const PREFLIGHT = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-encoding, content-type, rapport-sent-at, x-retry-count',
  'access-control-max-age': '7200',
};

/** Only what a key of the role `ingest` may send to: a page reads nothing but what became of what it sent. */
const takesIn = (path: string): boolean => {
  const allow = permissionOf('POST', path.replace(/\/$/, ''))?.allow;
  return Array.isArray(allow) && allow.includes('ingest');
};

/** Lets pages of these origins send touchpoints. To be called before anybody is refused: refusals are to be read too. */
export const allowOrigins = (app: FastifyInstance, origins: readonly string[]): void => {
  if (origins.length === 0) return;
  const allowed = new Set(origins);
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers;
    if (!takesIn(pathOf(request.url))) return;
    reply.header('vary', 'Origin');
    if (origin === undefined || !allowed.has(origin)) return;
    reply.headers({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'retry-after, x-request-id',
    });
    if (request.method === 'OPTIONS') return reply.code(204).headers(PREFLIGHT).send();
  });
};
