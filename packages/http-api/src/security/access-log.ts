/** Notes who read whose personal data. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Notes the read that this request is, once. It happens by itself when an answer is sent; a handler that takes the
     * connection over (`reply.hijack`) calls it when its answer begins, as it may last for days.
     */
    noteAccess(status: number): void;
    accessNoted: boolean;
  }
}

/** Every answer of a route with personal data is noted before it leaves, refused ones too. */
export const noteAccesses = (app: FastifyInstance, { access, clock }: Pick<ApiEngine, 'access' | 'clock'>): void => {
  app.decorateRequest('accessNoted', false);
  app.decorateRequest('noteAccess', function (this: FastifyRequest, status: number): void {
    const { config, method, url } = this.routeOptions;
    if (this.accessNoted || this.principal === undefined || config.personalData !== true) return;
    this.accessNoted = true;
    const { id, name, kind } = this.principal;
    access.record({
      at: clock.now(),
      principal: { id, name, kind },
      what: `${[method].flat()[0]} ${(url ?? '').replace(/:(\w+)/g, '{$1}')}`,
      customer: customerOf(this),
      status,
      requestId: this.id,
    });
  });
  app.addHook('onSend', async (request, reply) => request.noteAccess(reply.statusCode));
  // Where nothing was sent through Fastify.
  app.addHook('onResponse', async (request, reply) => request.noteAccess(reply.statusCode));
};

/** By path, or the one a list was narrowed to. */
const customerOf = ({ routeOptions, params, query }: FastifyRequest): string | undefined => {
  const named = routeOptions.url?.startsWith('/v1/customers/:')
    ? (params as { readonly id?: unknown }).id
    : (query as { readonly customer?: unknown } | undefined)?.customer;
  return typeof named === 'string' ? named : undefined;
};
