import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { JSON_ONLY, readBytes, readStreams, readTextOfPages, WHOLE } from './media-types';
import { noteRefusedRequests } from './refused';
import { segmentRoutes } from './segment';
import { touchpointsRoute } from './touchpoints';

/** Where touchpoints come in. */
export const registerIntake = async (app: FastifyInstance, engine: ApiEngine, options: ApiOptions): Promise<void> => {
  app.decorateRequest('offered', undefined);
  await app.register(async (scope) => {
    noteRefusedRequests(scope, engine);
    readBytes(scope, WHOLE);
    readStreams(scope);
    touchpointsRoute(scope, engine, options);
  });
  await app.register(async (scope) => {
    noteRefusedRequests(scope, engine);
    readBytes(scope, JSON_ONLY);
    readTextOfPages(scope, options.allowedOrigins ?? []);
    segmentRoutes(scope, engine, options);
  });
};
