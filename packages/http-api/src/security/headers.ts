import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** The interface answers data: nothing in an answer is to be run, framed or loaded from elsewhere. */
const NOTHING = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] };

/** The reference page runs its own scripts, styles itself inline, and asks this server. */
const OWN_PAGE = {
  ...NOTHING,
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
};

const policy = (directives: Readonly<Record<string, string[]>>) => ({ useDefaults: false, directives });

const HALF_A_YEAR_SECONDS = 15_552_000;

const isReferencePage = (url: string): boolean => url === '/docs' || url.startsWith('/docs/');

/** Headers that tell browsers and caches on the way to keep their hands off. */
export const sendSecurityHeaders = async (app: FastifyInstance): Promise<void> => {
  await app.register(helmet, {
    contentSecurityPolicy: policy(NOTHING),
    xFrameOptions: { action: 'deny' },
    // Said below, and only where it is true.
    strictTransportSecurity: false,
  });
  app.addHook('onRoute', (route) => {
    if (isReferencePage(route.url))
      route.config = { ...route.config, helmet: { contentSecurityPolicy: policy(OWN_PAGE) } };
  });
  app.addHook('onRequest', async (request, reply) => {
    // Over plain HTTP browsers ignore it, and a proxy without TLS for this name would lock its users out.
    if (request.protocol === 'https') reply.header('strict-transport-security', `max-age=${HALF_A_YEAR_SECONDS}`);
    if (request.routeOptions.config.allow !== 'public') reply.header('cache-control', 'no-store');
  });
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Read by the helmet plugin. */
    helmet?: Parameters<typeof helmet>[1];
  }
}
