import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { touchpointSchemas } from '@rapport/domain';
import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from './api-engine';
import { PROBLEM, refused } from './codec';

const DESCRIPTION = [
  'Touchpoints in; relationships, stage changes and their reasons out.',
  'Instants are RFC 3339 in UTC. Lists page with cursors: give `next` as `after`. Refusals follow RFC 9457; `type` is stable. Unknown query parameters are refused. Every answer has `x-request-id`, taken from the request where it is 1 to 128 of `A-Za-z0-9._-`. Bodies may come, and answers go, compressed by gzip or br.',
].join('\n\n');

const TAGS = [
  { name: 'touchpoints', description: 'Facts about customers, recorded durably before the answer.' },
  { name: 'stage changes', description: 'Changes of stage and signal, by cursor.' },
  { name: 'operations', description: 'Whether it runs, and how.' },
];

/** Refusals that any route of the interface may give. */
const REFUSED = {
  400: refused('A parameter is wrong.'),
  401: refused('No key, or none that is accepted.'),
  403: refused('The roles of the key do not allow it.'),
  406: refused('None of the media types in `Accept` can be given.'),
  429: refused('Too many requests; wait as long as `Retry-After` says.'),
  500: refused('A defect; it is logged under the id in `instance`.'),
  503: refused('Not ready; wait as long as `Retry-After` says.'),
};
const REFUSED_BODY = {
  408: refused('The body took too long to arrive.'),
  413: refused('The body is too large.'),
  415: refused('Another media type, charset or encoding.'),
  507: refused('The disk is full.'),
};

/** Collects the schemas of all routes added after it; `/openapi.json` is their document. */
export const registerOpenApi = async (
  app: FastifyInstance,
  { catalogue }: Pick<ApiEngine, 'catalogue'>,
): Promise<void> => {
  app.addSchema({ $id: 'Problem', ...PROBLEM });
  const touchpoints = touchpointSchemas(catalogue, (key) => ({ $ref: `${key}#` }));
  for (const [key, schema] of Object.entries(touchpoints.data)) app.addSchema({ $id: key, ...schema });
  app.addSchema({ $id: 'Touchpoint', ...touchpoints.compact });
  app.addSchema({ $id: 'TouchpointCloudEvent', ...touchpoints.cloudEvent });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rapport',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: TAGS,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key, or a JWT of the configured issuer.' },
          writeKey: { type: 'http', scheme: 'basic', description: 'As Segment sends it: the key as user name.' },
        },
      },
      security: [{ bearer: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) => (typeof json.$id === 'string' ? json.$id : `schema-${i}`),
    },
  });
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/')) return;
    const hasBody = [route.method].flat().some((method) => ['POST', 'PUT', 'PATCH'].includes(method));
    const response = route.schema?.response as object | undefined;
    route.schema = { ...route.schema, response: { ...REFUSED, ...(hasBody ? REFUSED_BODY : undefined), ...response } };
  });
};

/**
 * `/openapi.json`, and `/docs` to read and to try it, without anything from elsewhere. Who opens the bare address in a
 * browser is led there; the way is relative, so that it holds behind a prefix of a proxy too.
 */
export const registerReferencePage = async (app: FastifyInstance): Promise<void> => {
  let document: string | undefined;
  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) => {
    document ??= JSON.stringify(app.swagger());
    return reply.type('application/json').send(document);
  });
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('docs'));
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    theme: { title: 'Rapport: the HTTP interface' },
    uiConfig: { deepLinking: true },
  });
};
