import type { FastifyInstance, preParsingHookHandler, RouteOptions } from 'fastify';
import type { ApiOptions } from './api-engine';
import { inPieces } from './body-pieces';
import { bodyRoom, FREE_BYTES } from './body-room';
import { Refusal } from './problem';

const DEFAULT_MILLISECONDS = 60_000;

/**
 * The limits of bodies. A sender of single bytes keeps no request open without end, with or without a key, and no memory
 * beyond the bytes. At the limit for bodies in progress, the next one is refused and may be sent again later. Streams of
 * touchpoints have limits of their own.
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
    // Answered before its body was read, with 401 for example: the rest is discarded, but not without a limit in time.
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
    // A small body that arrived with its headers, as most do, needs neither timer nor room.
    if (type === undefined || isUnlimited(type) || (small && raw.complete)) return done(null, payload);
    const pieces = inPieces(payload, (bytes) => room.take(reply.raw, bytes));
    if (!raw.complete) {
      const timer = setTimeout(() => {
        reply.header('connection', 'close');
        reply.raw.once('finish', () => raw.destroy());
        // The reader of the body sees it like any other fault of the body, and answers.
        pieces.destroy(new Refusal('timeout', `The body did not arrive within ${limit / 1_000} seconds.`));
      }, limit);
      raw.once('close', () => clearTimeout(timer));
      raw.once('end', () => clearTimeout(timer));
      // Refused before its body was read.
      reply.raw.once('finish', () => clearTimeout(timer));
    }
    done(null, pieces);
  };
  // Requests for unknown paths have bodies too.
  app.addHook('preParsing', (request, reply, payload, done) =>
    request.is404 ? limitBody.call(app, request, reply, payload, done) : done(null, payload),
  );
  return (route) => {
    route.preParsing = [...[route.preParsing ?? []].flat(), limitBody];
  };
};
