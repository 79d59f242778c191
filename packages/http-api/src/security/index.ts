import type { FastifyInstance } from 'fastify';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { noteAccesses } from './access-log';
import { noteChanges } from './audit-log';
import { authenticate } from './authenticate';
import { allowOrigins } from './cross-origin';
import { sendSecurityHeaders } from './headers';
import { givePermissions } from './permissions';
import { createRateLimits } from './rate-limit';

export { originOf } from './audit-log';
export { PERMISSIONS, type Permission, permissionOf } from './permission-table';

/**
 * Security headers, keys and roles, rate limits, the access log and the audit log, for every route that is registered afterwards:
 * call it (and await it) before the first one, on the outermost instance.
 *
 * @example
 * const app = fastify();
 * await registerSecurity(app, engine, options);
 * app.get('/v1/population', handler);
 */
export const registerSecurity = async (
  app: FastifyInstance,
  engine: Pick<ApiEngine, 'access' | 'clock' | 'telemetry'>,
  options: Pick<ApiOptions, 'authentication' | 'limits' | 'allowedOrigins'>,
): Promise<void> => {
  await sendSecurityHeaders(app);
  givePermissions(app);
  allowOrigins(app, options.allowedOrigins ?? []);
  const limits = await createRateLimits(app, options.limits.requestsPerMinute);
  authenticate(app, engine, options, limits);
  noteAccesses(app, engine);
  noteChanges(app, engine);
};
