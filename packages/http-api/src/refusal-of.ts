import { ProjectionUnavailable } from '@rapport/engine';
import { StorageError } from '@rapport/runtime';
import type { FastifyError } from 'fastify';
import { match } from 'ts-pattern';
import { fieldErrors } from './field-errors';
import { Refusal } from './problem';

type Validation = NonNullable<FastifyError['validation']>[number];

const PARTS: Readonly<Record<string, string>> = {
  querystring: 'query parameter',
  params: 'path parameter',
  headers: 'header',
  body: 'field',
};

const invalid = (validation: readonly Validation[], context: string, schema: unknown): Refusal => {
  const part = PARTS[context] ?? 'field';
  const errors = fieldErrors(validation, part, schema);
  const { field, message } = errors[0] ?? { field: '', message: 'is wrong' };
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = field === '' ? 'The body' : `${part.charAt(0).toUpperCase()}${part.slice(1)} "${field.slice(0, 100)}"`;
  return new Refusal('invalid-request', endedAsSentence(`${place}: ${message}${more}`), { errors });
};

/** With the full stop that it lacks. */
export const endedAsSentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

const ofStorage = (error: StorageError): Refusal =>
  match(error.problem)
    .with(
      'full',
      () =>
        new Refusal(
          'storage-full',
          'The disk of the store is full. Send the request again when there is room; what was stored is reported as a duplicate then.',
          { headers: { 'retry-after': '30' }, cause: error },
        ),
    )
    .with(
      'in-use',
      () =>
        new Refusal('unavailable', 'The store is in use by another process. Send the request again in a moment.', {
          headers: { 'retry-after': '1' },
          cause: error,
        }),
    )
    .with(
      'damaged',
      'unavailable',
      () =>
        new Refusal(
          'unavailable',
          'The store cannot be used at the moment. Send the request again later; the log of the server says why.',
          { headers: { 'retry-after': '30' }, cause: error },
        ),
    )
    .exhaustive();

const ACCEPTED = 'Send application/json in UTF-8; POST /v1/touchpoints takes CloudEvents and NDJSON too';

const inWords = (bytes: number): string =>
  bytes < 1_048_576 ? `${Number((bytes / 1_024).toFixed(3))} KiB` : `${Number((bytes / 1_048_576).toFixed(3))} MiB`;

const ofFramework = (error: FastifyError, bodyLimit: number | undefined): Refusal | undefined => {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new Refusal(
        'too-large',
        `The body is larger than ${bodyLimit === undefined ? 'this route takes' : inWords(bodyLimit)}, after decompression. Send less at once; many touchpoints go in parts, or as NDJSON.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new Refusal('unsupported-media-type', `The media type of the body is not known here. ${ACCEPTED}.`);
    case 'FST_CP_ERR_INVALID_CONTENT_ENCODING':
      return new Refusal('unsupported-media-type', 'Content-Encoding must be gzip, deflate, br or identity.', {
        headers: { 'accept-encoding': 'gzip, deflate, br' },
      });
    case 'FST_CP_ERR_INVALID_CONTENT':
      return new Refusal(
        'malformed-request',
        'The body cannot be decompressed as Content-Encoding says, or is cut off.',
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new Refusal('malformed-request', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new Refusal('malformed-json', 'The body is empty; send a JSON document, or no Content-Type.');
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new Refusal('malformed-json', 'The body is not JSON.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_INVALID_URL':
      return new Refusal(
        'malformed-request',
        'The path is not a URL path: a % begins two hexadecimal digits of UTF-8.',
      );
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new Refusal('malformed-request', 'A part of the path is too long.');
    default:
      return undefined;
  }
};

/**
 * The refusal behind an error; a defect becomes `internal`, and says nothing of what happened inside.
 *
 * @param schemaOf the schema of a part of the request, such as `querystring`
 * @param bodyLimit bytes that the route takes
 */
export const refusalOf = (
  error: unknown,
  schemaOf: (part: string) => unknown = () => undefined,
  bodyLimit?: number,
): Refusal => {
  if (error instanceof Refusal) return error;
  if (error instanceof StorageError) return ofStorage(error);
  if (error instanceof ProjectionUnavailable)
    return new Refusal('unavailable', `${error.message}. Send the request again in a moment.`, {
      headers: { 'retry-after': '5' },
      cause: error,
    });
  const { validation, validationContext, code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  if (validation !== undefined && validation.length > 0)
    return invalid(validation, validationContext ?? '', schemaOf(validationContext ?? ''));
  if (typeof code === 'string') {
    const found = ofFramework(error as FastifyError, bodyLimit);
    if (found !== undefined) return found;
    if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
      return new Refusal('malformed-request', 'The connection was closed before the body was complete.', {
        cause: error,
      });
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Refusal('malformed-request', 'The request cannot be read.', { cause: error });
  return new Refusal('internal', 'This is a defect of the server. Its log has the details under this id.', {
    cause: error,
  });
};
