import { parseInstant } from '@rapport/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLeft, left } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { Refusal } from '../problem';
import { answerBatch } from './batch';
import { type DecodedItem, decodeCall } from './decode-item';
import { inSpan } from './in-span';
import { parseBody } from './media-types';
import type { Item } from './record-items';
import { BATCH_CALL_SCHEMA, TRACK_SCHEMA } from './schemas';
import { answerOne } from './touchpoints';

type Call = Readonly<Record<string, unknown>>;

const isObject = (input: unknown): input is Call =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

/** Calls that say nothing about a relationship: libraries send them along, and they are no errors. */
const NO_TOUCHPOINTS: ReadonlySet<unknown> = new Set(['identify', 'page', 'screen', 'group']);

const instantOf = (value: unknown): number | undefined => {
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  return parsed === undefined || isLeft(parsed) ? undefined : parsed.right;
};

/**
 * A call dated as Segment dates it: by `originalTimestamp`, else `timestamp`, corrected by when it was sent; by when it
 * was received where it has neither.
 */
const decode = (engine: ApiEngine, call: Call, sent: unknown, receivedAt: number): DecodedItem => {
  const sentAt = call.sentAt ?? sent;
  const timestamp = call.originalTimestamp ?? call.timestamp;
  if (sentAt != null && instantOf(sentAt) === undefined)
    return left([
      { field: 'sentAt', message: 'sentAt: expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z' },
    ]);
  if (timestamp == null) {
    const now = new Date(receivedAt).toISOString();
    return decodeCall({ ...call, timestamp: now }, engine.catalogue, { receivedAt, sentAt: receivedAt });
  }
  return decodeCall({ ...call, timestamp }, engine.catalogue, { receivedAt, sentAt: instantOf(sentAt) });
};

const bodyOf = (request: FastifyRequest): { readonly body: Call; readonly size: number } => {
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined || bytes.length === 0)
    throw new Refusal('malformed-json', 'The body is empty; send a call as a JSON object.');
  const body = parseBody(bytes);
  if (!isObject(body)) throw new Refusal('invalid-request', 'The body is not a JSON object, as Segment sends it.');
  return { body, size: bytes.length };
};

/** Segment's HTTP calls, so that its libraries can send here: `POST /v1/track` and `POST /v1/batch`. */
export const segmentRoutes = (app: FastifyInstance, engine: ApiEngine, options: ApiOptions): void => {
  const route = { validatorCompiler: () => () => true, bodyLimit: options.limits.body };

  app.post('/v1/track', { ...route, schema: TRACK_SCHEMA }, (request, reply) =>
    inSpan(engine, request, async () => {
      const { body, size } = bodyOf(request);
      if (size > options.limits.item)
        throw new Refusal('too-large', `A call has at most ${options.limits.item} bytes; this one has ${size}.`);
      const call = { type: 'track', ...body };
      return answerOne(engine, reply, call, decode(engine, call, undefined, engine.clock.now()));
    }),
  );

  app.post('/v1/batch', { ...route, schema: BATCH_CALL_SCHEMA }, (request, reply) =>
    inSpan(engine, request, async () => {
      const { body, size } = bodyOf(request);
      const { batch, sentAt } = body;
      if (!Array.isArray(batch))
        throw new Refusal('invalid-request', 'The field batch is not a list of calls.', {
          errors: [{ field: 'batch', message: 'expected a list of calls' }],
        });
      const receivedAt = engine.clock.now();
      return answerBatch(engine, options, reply, batch, size, (call) => decodeOrSkip(engine, call, sentAt, receivedAt));
    }),
  );
};

const decodeOrSkip = (engine: ApiEngine, call: unknown, sentAt: unknown, receivedAt: number): Item => {
  if (!isObject(call)) return left([{ field: '', message: 'expected a Segment call as a JSON object' }]);
  if (!NO_TOUCHPOINTS.has(call.type)) return decode(engine, call, sentAt, receivedAt);
  const id = typeof call.messageId === 'string' ? { id: call.messageId } : undefined;
  return { result: { status: 'skipped', ...id, reason: `${call.type} calls are no touchpoints and are not recorded` } };
};
