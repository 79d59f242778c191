import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { readIntakeBodies } from './media-types';
import { segmentRoutes } from './segment';
import { touchpointsRoute } from './touchpoints';

/** Where touchpoints come in. */
export const registerIntake = async (app: FastifyInstance, engine: ApiEngine, options: ApiOptions): Promise<void> => {
  await app.register(async (scope) => {
    readIntakeBodies(scope);
    touchpointsRoute(scope, engine, options);
    segmentRoutes(scope, engine, options);
  });
};
