import { parseExactJson } from '@rapport/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkCharset, textOf, whyNotJson } from '../json-body';
import { Refusal } from '../problem';

export const EVENT = 'application/cloudevents+json';
export const BATCH = 'application/cloudevents-batch+json';
export const JSON_ONLY = ['application/json'];
export const WHOLE = [...JSON_ONLY, EVENT, BATCH];
export const STREAMS = ['application/x-ndjson', 'application/ndjson', 'application/jsonl'];

const withoutParameters = (type: string): string => {
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
};

export const mediaTypeOf = ({ headers }: FastifyRequest): string => withoutParameters(headers['content-type'] ?? '');

/** @param type as `Content-Type` says it */
export const isStreamType = (type: string): boolean =>
  type !== 'application/json' && STREAMS.includes(withoutParameters(type));

export const isStream = ({ headers }: FastifyRequest): boolean => isStreamType(headers['content-type'] ?? '');

/** Bodies come as bytes: touchpoints are decoded by the domain, not by JSON Schema. Other media types are refused. */
export const readBytes = (app: FastifyInstance, types: readonly string[]): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser([...types], { parseAs: 'buffer' }, (request, body, done) => {
    try {
      checkCharset(request);
      done(null, body);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
};

/**
 * JSON as `text/plain`, which pages may send without asking first and Segment's library for browsers therefore does. Only
 * from pages that are allowed to: where no keys are asked for, any other could write here as well.
 */
export const readTextOfPages = (app: FastifyInstance, allowedOrigins: readonly string[]): void => {
  if (allowedOrigins.length === 0) return;
  app.addContentTypeParser('text/plain', { parseAs: 'buffer' }, (request, body, done) => {
    const { origin } = request.headers;
    if (origin !== undefined && allowedOrigins.includes(origin)) return done(null, body);
    done(new Refusal('unsupported-media-type', 'text/plain is taken from pages of allowed origins only.'), undefined);
  });
};

/** Streams come as they are. */
export const readStreams = (app: FastifyInstance): void => {
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
 * JSON of the intake. A field `__proto__` becomes a field like any other: in the envelope it is ignored, in data it
 * is refused. So it is with depth: an item that is nested too deep is rejected for it, the others of its list are not.
 */
export const parseBody = (bytes: Buffer): unknown => {
  const text = textOf(bytes);
  try {
    return parseExactJson(text);
  } catch (error) {
    throw new Refusal('malformed-json', `The body cannot be read as JSON: ${whyNotJson(error)}.`, { cause: error });
  }
};
