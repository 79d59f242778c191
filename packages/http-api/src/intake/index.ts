import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from '../api-engine';

/** Where touchpoints come in. */
export const registerIntake = async (
  _app: FastifyInstance,
  _engine: ApiEngine,
  _options: ApiOptions,
): Promise<void> => {};
