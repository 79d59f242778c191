/** Notes every change with its author, and every refused request. */
import { isIP } from 'node:net';
import type { Actor, Origin, Principal } from '@rapport/access';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { pathOf as withoutQuery } from '../refusals';

declare module 'fastify' {
  interface FastifyRequest {
    /** The subject of a change, where the path does not name it by `:id`, and further details worth noting. */
    done: { readonly subject?: string; readonly details?: Readonly<Record<string, unknown>> } | undefined;
  }
}

export const actorOf = ({ kind, id, name }: Principal): Actor => ({ kind, id, name });

/** Of the sender, or as a trusted proxy says; text that is not an address is not used. */
export const addressOf = ({ ip }: FastifyRequest): string => (isIP(ip) === 0 ? 'unknown' : ip);

/** The sender of a request, and its address. */
export const originOf = (request: FastifyRequest): Origin | undefined => {
  const { principal, id: requestId } = request;
  return principal === undefined ? undefined : { actor: actorOf(principal), address: addressOf(request), requestId };
};

/** Method and route, such as `GET /v1/customers/{id}`: what was asked for, without whom it was about. */
export const routeName = ({ method, routeOptions }: FastifyRequest): string =>
  `${method} ${(routeOptions.url ?? '').replace(/:(\w+)/g, '{$1}')}`;

const LONGEST_PATH = 200;

/** For the log: what was asked for as it was sent, without its query. */
export const pathOf = ({ url }: FastifyRequest): string => withoutQuery(url).slice(0, LONGEST_PATH);

/** Noted where they are made and revoked, in one step with it. */
const NOTED_BY_ITSELF = new Set(['key.created', 'key.revoked']);

/** Every change that was done is noted before its answer leaves. */
export const noteChanges = (app: FastifyInstance, { access }: Pick<ApiEngine, 'access'>): void => {
  app.decorateRequest('done', undefined);
  app.addHook('onSend', async (request, reply) => {
    const { action } = request.routeOptions.config;
    if (action === undefined || NOTED_BY_ITSELF.has(action) || reply.statusCode >= 300) return;
    const { id } = (request.params ?? {}) as { readonly id?: string };
    access.note({ action, ...(id === undefined ? {} : { subject: id }), ...request.done }, originOf(request));
  });
};
