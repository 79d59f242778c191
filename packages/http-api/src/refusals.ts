import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_CONTENT_TYPE, problemOf, Refusal } from './problem';
import { refusalOf } from './refusal-of';

/** Answers with the problem behind an error. Defects and errors of stores are logged; errors of clients are not. */
export const sendRefusal = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const { schema, bodyLimit } = request.routeOptions ?? {};
  const schemaOf = (part: string): unknown => (schema as Readonly<Record<string, unknown>> | undefined)?.[part];
  const refusal = refusalOf(error, schemaOf, bodyLimit);
  if (refusal.status >= 500) request.log.error({ err: refusal.cause ?? error }, `${refusal.kind}: ${request.method}`);
  return reply
    .code(refusal.status)
    .headers(refusal.headers)
    .header('x-request-id', request.id)
    .type(PROBLEM_CONTENT_TYPE)
    .send(JSON.stringify(problemOf(refusal, request.id)));
};

/** A URL without its query. */
export const pathOf = (url: string): string => url.replace(/\?.*/s, '');

const METHODS_IN_ORDER = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The methods of a path, for 405: Fastify itself answers 404. Learns the routes as they are added. */
const methodsByPath = (app: FastifyInstance) => {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    const source = url
      .split('/')
      .map((part) =>
        part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('/');
    routes.push({ pattern: new RegExp(`^${source}/?$`), methods: [method].flat() });
  });
  return (path: string): readonly string[] => {
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods));
    return METHODS_IN_ORDER.filter((method) => methods.has(method));
  };
};

/** Every refusal of the app as a problem. To be called before any route is added. */
export const tellRefusals = (app: FastifyInstance): void => {
  const methodsOf = methodsByPath(app);
  app.setErrorHandler(sendRefusal);
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const allowed = methodsOf(path);
    const refusal =
      allowed.length === 0
        ? new Refusal('not-found', `There is no ${path.slice(0, 200)} here; /openapi.json lists all paths.`)
        : new Refusal('method-not-allowed', `${path.slice(0, 200)} supports only ${allowed.join(', ')}.`, {
            headers: { allow: allowed.join(', ') },
          });
    return sendRefusal(refusal, request, reply);
  });
};
