import type { FastifyInstance } from 'fastify';
import type { ApiOptions } from './api-engine';
import { inPieces } from './body-pieces';
import { bodyRoom } from './body-room';
import { Refusal } from './problem';

const DEFAULT_MILLISECONDS = 60_000;

/**
 * What bodies may cost. Who sends one byte by byte keeps no request open for ever, with or without a key, and no memory
 * beyond the bytes; where more of them are under way at once than can be held, the next is to come again later. Streams
 * of touchpoints have limits of their own.
 */
export const limitBodies = (
  app: FastifyInstance,
  { limits, timeouts }: ApiOptions,
  isUnlimited: (contentType: string) => boolean,
): void => {
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
  app.addHook('preParsing', (request, reply, payload, done) => {
    const type = request.headers['content-type'];
    // What has arrived with its headers, as most has, needs neither timer nor room.
    if (type === undefined || request.raw.complete || isUnlimited(type)) return done(null, payload);
    const pieces = inPieces((bytes) => room.take(reply.raw, bytes));
    const timer = setTimeout(() => {
      reply.header('connection', 'close');
      reply.raw.once('finish', () => request.raw.destroy());
      // Whoever reads the body hears of it as of any other fault of the body, and answers.
      pieces.destroy(new Refusal('timeout', `The body did not arrive within ${limit / 1_000} seconds.`));
    }, limit);
    request.raw.once('close', () => clearTimeout(timer));
    request.raw.once('end', () => clearTimeout(timer));
    // Refused before its body was read.
    reply.raw.once('finish', () => clearTimeout(timer));
    payload.on('error', (error) => pieces.destroy(error));
    done(null, payload.pipe(pieces));
  });
};
