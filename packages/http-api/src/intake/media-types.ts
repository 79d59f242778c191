import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkCharset, textOf, whyNotJson } from '../json-body';
import { Refusal } from '../problem';

export const EVENT = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';
const WHOLE = ['application/json', EVENT, BATCH];
export const STREAMS = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

export const mediaTypeOf = ({ headers }: FastifyRequest): string => {
  const type = headers['content-type'] ?? '';
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
};

export const isStream = (request: FastifyRequest): boolean => {
  const type = request.headers['content-type'];
  return type !== 'application/json' && STREAMS.includes(mediaTypeOf(request));
};

/** Bodies come as bytes, and streams as they are: touchpoints are decoded by the domain, not by JSON Schema. */
export const readIntakeBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(WHOLE, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkCharset(request);
      done(null, body);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
  app.addContentTypeParser(STREAMS, (request, payload, done) => {
    try {
      checkCharset(request);
      done(null, payload);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
};

/**
 * JSON of the intake. A field `__proto__` becomes a field like any other: in the envelope nobody asks for it, in data it
 * is refused.
 */
export const parseBody = (bytes: Buffer): unknown => {
  const text = textOf(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('malformed-json', `The body cannot be read as JSON: ${whyNotJson(error)}.`, { cause: error });
  }
};
