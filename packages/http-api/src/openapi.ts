import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import type { ApiEngine } from './api-engine';

/** Collects the schemas of all routes added after it; `/openapi.json` is their document. */
export const registerOpenApi = async (app: FastifyInstance, _engine: ApiEngine): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Rapport',
        version: '1',
        description:
          'Touchpoints in, relationships and stage changes out. Instants are RFC 3339 in UTC; lists page with cursors; what is refused is told as RFC 9457.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'A key, or a JWT of the configured issuer.' },
          writeKey: { type: 'http', scheme: 'basic', description: 'As Segment sends it: the key as user name.' },
        },
      },
      security: [{ bearer: [] }],
    },
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
};

/** `/docs`: the document to read and to try, without anything from elsewhere. */
export const registerReferencePage = async (app: FastifyInstance): Promise<void> => {
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { deepLinking: true, validatorUrl: null } });
};
