import { finished } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { left } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { openPerKey } from '../open-per-key';
import { Refusal } from '../problem';
import { endedAsSentence } from '../refusal-of';
import { writtenJson } from '../written-json';
import { resultText } from './answers';
import { answerBatch } from './batch';
import { binaryEvent, isBinaryMode } from './binary-mode';
import { type Arrival, decodeItem } from './decode-item';
import { inSpan } from './in-span';
import { BATCH, EVENT, isStream, mediaTypeOf, parseBody } from './media-types';
import { type Item, type ItemResult, recordItems } from './record-items';
import { TOUCHPOINTS_SCHEMA } from './schemas';
import { arrivalOf } from './sent-at';
import { answerStream } from './stream';

/** `POST /v1/touchpoints`: one, a batch, or a stream of any length. */
export const touchpointsRoute = (app: FastifyInstance, engine: ApiEngine, options: ApiOptions): void => {
  const streams = openPerKey(options.limits.streamsPerKey);
  const route = { schema: TOUCHPOINTS_SCHEMA, validatorCompiler: () => () => true, bodyLimit: options.limits.body };
  app.post('/v1/touchpoints', route, (request, reply) => {
    const arrival = arrivalOf(engine, request);
    if (!isStream(request)) return inSpan(engine, request, () => answerBody(engine, options, request, reply, arrival));
    // Also when the sender has hung up before it came to this.
    finished(reply.raw, streams.enter(request));
    return answerStream(engine, options, request, reply, arrival);
  });
};

const NOTHING = Buffer.alloc(0);

const answerBody = async (
  engine: ApiEngine,
  options: ApiOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
): Promise<FastifyReply> => {
  const bytes = (request.body as Buffer | undefined) ?? NOTHING;
  if (isBinaryMode(request)) {
    const { event, errors } = binaryEvent(request, bytes.length === 0 ? undefined : parseBody(bytes));
    // Kept as an event as a whole, which is one body to be sent again.
    request.offered = { input: event, body: () => writtenJson({ ...event }) };
    if (errors.length > 0) return answerOne(engine, reply, event, left(errors));
    return single(engine, options, reply, arrival, event, bytes.length);
  }
  if (bytes.length === 0)
    throw new Refusal('malformed-json', 'The body is empty; send a touchpoint, a list of them, or a stream.');
  const body = parseBody(bytes);
  const type = mediaTypeOf(request);
  if (Array.isArray(body)) {
    if (type === EVENT) throw new Refusal('invalid-request', `A list of events is ${BATCH}, not ${EVENT}.`);
    return answerBatch(engine, options, request, reply, body, bytes.length, (item) =>
      decodeItem(item, engine.catalogue, arrival),
    );
  }
  if (type === BATCH) throw new Refusal('invalid-request', `The body of ${BATCH} is a list of events.`);
  request.offered = { input: body, body: () => bytes };
  return single(engine, options, reply, arrival, body, bytes.length);
};

const single = (
  engine: ApiEngine,
  { limits }: ApiOptions,
  reply: FastifyReply,
  arrival: Arrival,
  input: unknown,
  size: number,
): Promise<FastifyReply> => {
  if (size > limits.item)
    throw new Refusal('too-large', `A touchpoint has at most ${limits.item} bytes; this one has ${size}.`);
  return answerOne(engine, reply, input, decodeItem(input, engine.catalogue, arrival));
};

/** Records one item and answers with what became of it: 200, 409 for a conflict, 422 for what cannot be recorded. */
export const answerOne = async (
  engine: ApiEngine,
  reply: FastifyReply,
  input: unknown,
  item: Item,
): Promise<FastifyReply> => {
  const results = await recordItems(engine, [input], [item]);
  // One item, one result.
  const result = results[0]!;
  refuseUnlessRecorded(result);
  return reply.type('application/json').send(resultText('', result));
};

const refuseUnlessRecorded = (result: ItemResult): void => {
  if (result.status !== 'conflict' && result.status !== 'rejected') return;
  const message = result.errors[0]?.message ?? '';
  if (result.status === 'conflict') throw new Refusal('conflict', sentence(message), result);
  const more = result.errors.length > 1 ? ` (and ${result.errors.length - 1} more)` : '';
  throw new Refusal('invalid-touchpoint', sentence(`The touchpoint is not recorded: ${message}${more}`), result);
};

const sentence = (text: string): string => endedAsSentence(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
