/** Notes who read whose personal data. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { routeName } from './audit-log';

declare module 'fastify' {
  interface FastifyRequest {
    /** Customers whose data the answer shows, where they are not only the one asked for. */
    shown: readonly string[] | undefined;
  }
}

/**
 * Every answer of a route with personal data is noted before it leaves, refused ones too; each once for everybody whose
 * data it shows.
 */
export const noteAccesses = (app: FastifyInstance, { access, clock }: Pick<ApiEngine, 'access' | 'clock'>): void => {
  const noted = new WeakSet<FastifyRequest>();
  const note = (request: FastifyRequest, status: number): void => {
    const { principal, routeOptions } = request;
    if (principal === undefined || routeOptions.config.personalData !== true || noted.has(request)) return;
    noted.add(request);
    const { id, name, kind } = principal;
    const what = routeName(request);
    const at = clock.now();
    const [asked, shown] = [customerOf(request), request.shown ?? []];
    for (const customer of new Set(asked === undefined && shown.length > 0 ? shown : [asked, ...shown]))
      access.record({ at, principal: { id, name, kind }, what, customer, status, requestId: request.id });
  };
  app.decorateRequest('shown', undefined);
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.personalData !== true) return;
    const hijack = reply.hijack.bind(reply);
    // A route that takes the connection over streams, maybe for days: noted when it begins. Refusals are sent before it.
    reply.hijack = () => {
      note(request, 200);
      return hijack();
    };
  });
  app.addHook('onSend', async (request, reply) => note(request, reply.statusCode));
};

/** By path, or the one a list was narrowed to. */
const customerOf = ({ routeOptions, params, query }: FastifyRequest): string | undefined => {
  const named = routeOptions.url?.startsWith('/v1/customers/:')
    ? (params as { readonly id?: unknown }).id
    : (query as { readonly customer?: unknown } | undefined)?.customer;
  return typeof named === 'string' ? named : undefined;
};
