import type { FastifyInstance } from 'fastify';
import type { ApiOptions } from './api-engine';
import { Refusal } from './problem';

const DEFAULT_MILLISECONDS = 60_000;

/** Who sends a body byte by byte does not keep a request open for ever. Streams of touchpoints have a limit of their own. */
export const limitBodyTime = (
  app: FastifyInstance,
  { timeouts }: ApiOptions,
  isUnlimited: (contentType: string) => boolean,
): void => {
  const limit = timeouts?.bodyMilliseconds ?? DEFAULT_MILLISECONDS;
  app.addHook('preParsing', (request, reply, payload, done) => {
    const type = request.headers['content-type'];
    // What has arrived with its headers, as most has, needs no timer.
    if (type === undefined || request.raw.complete || isUnlimited(type)) return done(null, payload);
    const timer = setTimeout(() => {
      reply.header('connection', 'close');
      reply.raw.once('finish', () => request.raw.destroy());
      // Whoever reads the body hears of it as of any other fault of the body, and answers.
      payload.emit('error', new Refusal('timeout', `The body did not arrive within ${limit / 1_000} seconds.`));
    }, limit);
    request.raw.once('close', () => clearTimeout(timer));
    request.raw.once('end', () => clearTimeout(timer));
    // Refused before its body was read.
    reply.raw.once('finish', () => clearTimeout(timer));
    done(null, payload);
  });
};
