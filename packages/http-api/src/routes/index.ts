import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from '../api-engine';

type Routes = (app: FastifyInstance, engine: ApiEngine, options: ApiOptions) => void | Promise<void>;

const routes: readonly Routes[] = [];

/** All that is asked and administered. */
export const registerRoutes: Routes = async (app, engine, options) => {
  for (const register of routes) await register(app, engine, options);
};
