import type { FastifyInstance, preParsingHookHandler, RouteOptions } from 'fastify';
import type { ApiOptions } from './api-engine';
import { inPieces } from './body-pieces';
import { bodyRoom, FREE_BYTES } from './body-room';
import { Refusal } from './problem';

const DEFAULT_MILLISECONDS = 60_000;

/**
 * What bodies may cost. Who sends one byte by byte keeps no request open for ever, with or without a key, and no memory
 * beyond the bytes; where more of them are under way at once than can be held, the next is to come again later. Streams
 * of touchpoints have limits of their own.
 *
 * @returns to be called for each route, after what decompresses its bodies
 */
export const limitBodies = (
  app: FastifyInstance,
  { limits, timeouts }: ApiOptions,
  isUnlimited: (contentType: string) => boolean,
): ((route: RouteOptions) => void) => {
  const limit = timeouts?.bodyMilliseconds ?? DEFAULT_MILLISECONDS;
  const room = bodyRoom(limits.body);
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, headers } = request;
    // Answered before its body was read, with 401 say: what still comes is thrown away, but not for ever.
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      reply.raw.once('finish', () => {
        if (raw.complete || raw.destroyed) return;
        const timer = setTimeout(() => raw.destroy(), limit).unref();
        raw.once('close', () => clearTimeout(timer));
        raw.once('end', () => clearTimeout(timer));
      });
    done();
  });
  // After what a route does itself, which is where bodies are decompressed: what they become is what counts.
  const limitBody: preParsingHookHandler = (request, reply, payload, done) => {
    const { raw, headers } = request;
    const type = headers['content-type'];
    const small = headers['content-encoding'] === undefined && Number(headers['content-length']) <= FREE_BYTES;
    // What is small and has arrived with its headers, as most has, needs neither timer nor room.
    if (type === undefined || isUnlimited(type) || (small && raw.complete)) return done(null, payload);
    const pieces = inPieces(payload, (bytes) => room.take(reply.raw, bytes));
    if (!raw.complete) {
      const timer = setTimeout(() => {
        reply.header('connection', 'close');
        reply.raw.once('finish', () => raw.destroy());
        // Whoever reads the body hears of it as of any other fault of the body, and answers.
        pieces.destroy(new Refusal('timeout', `The body did not arrive within ${limit / 1_000} seconds.`));
      }, limit);
      raw.once('close', () => clearTimeout(timer));
      raw.once('end', () => clearTimeout(timer));
      // Refused before its body was read.
      reply.raw.once('finish', () => clearTimeout(timer));
    }
    done(null, pieces);
  };
  // Paths that are not there are no routes, and read bodies all the same.
  app.addHook('preParsing', (request, reply, payload, done) =>
    request.is404 ? limitBody.call(app, request, reply, payload, done) : done(null, payload),
  );
  return (route) => {
    route.preParsing = [...[route.preParsing ?? []].flat(), limitBody];
  };
};
