import compress from '@fastify/compress';
import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from './api-engine';
import { correlate } from './correlation';
import { createServer } from './create-server';
import { registerHealth } from './health';
import { registerIntake } from './intake';
import { isStreamType } from './intake/media-types';
import { readJsonBodies } from './json-body';
import { limitBodies } from './limit-bodies';
import { negotiate } from './negotiation';
import { registerOpenApi, registerReferencePage } from './openapi';
import { tellRefusals } from './refusals';
import { registerRoutes } from './routes';
import { registerSecurity } from './security';
import { registerStream } from './stage-changes/stream';
import { useSchemas } from './validation';

/**
 * The HTTP interface of an engine, ready to listen or to be asked by `inject`. Closing it leaves the engine open.
 *
 * @example const app = await createApi(engine, options); await app.listen({ port: 8080, host: '127.0.0.1' });
 */
export const createApi = async (engine: ApiEngine, options: ApiOptions): Promise<FastifyInstance> => {
  const app = createServer(engine, options);
  tellRefusals(app);
  useSchemas(app);
  readJsonBodies(app);
  correlate(app, engine);
  // Before anybody is refused: what they still send has its limits too.
  const limitBody = limitBodies(app, options, isStreamType);
  // Before the first route: it sees to it that none is open by accident.
  await registerSecurity(app, engine, options);
  negotiate(app);
  await registerOpenApi(app, engine);
  await app.register(compress, {
    encodings: ['br', 'gzip'],
    requestEncodings: ['gzip', 'deflate', 'br', 'identity'],
    threshold: 1_400,
  });
  app.addHook('onRoute', limitBody);
  registerHealth(app, engine);
  await registerIntake(app, engine, options);
  await registerRoutes(app, engine, options);
  await registerStream(app, engine, options);
  await registerReferencePage(app);
  await app.ready();
  return app;
};
