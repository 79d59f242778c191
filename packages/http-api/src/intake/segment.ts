import { parseInstant } from '@rapport/domain';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isLeft, left, map } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { Refusal } from '../problem';
import { writtenJson } from '../written-json';
import { answerBatch } from './batch';
import { type Accepted, correctedInstant, type DecodedItem, decodeCall } from './decode-item';
import { aliasOf } from './identify';
import { inSpan } from './in-span';
import { parseBody } from './media-types';
import type { Item } from './record-items';
import { BATCH_CALL_SCHEMA, TRACK_SCHEMA } from './schemas';
import { answerOne } from './touchpoints';

type Call = Readonly<Record<string, unknown>>;

const isObject = (input: unknown): input is Call =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

/** Calls that say nothing about a relationship: libraries send them along, and they are not errors. */
const NO_TOUCHPOINTS: ReadonlySet<unknown> = new Set(['identify', 'page', 'screen', 'group']);

const instantOf = (value: unknown): number | undefined => {
  const parsed = typeof value === 'string' ? parseInstant(value) : undefined;
  return parsed === undefined || isLeft(parsed) ? undefined : parsed.right;
};

/** Libraries send what they do not know as null or as an empty text. */
const given = (value: unknown): unknown => (value === '' || value === null ? undefined : value);

/**
 * A call dated as Segment dates it: by `originalTimestamp`, else `timestamp`, corrected by when it was sent; by when it
 * was received where it has neither.
 */
const decode = (engine: ApiEngine, call: Call, sent: unknown, receivedAt: number): DecodedItem => {
  const sentAt = given(call.sentAt) ?? given(sent);
  const timestamp = given(call.originalTimestamp) ?? given(call.timestamp);
  if (sentAt !== undefined && instantOf(sentAt) === undefined)
    return left([
      { field: 'sentAt', message: 'sentAt: expected an RFC 3339 instant with offset such as 2026-03-01T12:00:00Z' },
    ]);
  if (timestamp === undefined) {
    const now = new Date(receivedAt).toISOString();
    return decodeCall({ ...call, timestamp: now }, engine.catalogue, { receivedAt, sentAt: receivedAt });
  }
  return decodeCall({ ...call, timestamp }, engine.catalogue, { receivedAt, sentAt: instantOf(sentAt) });
};

/**
 * A call as it can be sent again at any time: dated by the clock here, as it would have been, and without `sentAt`, by
 * which it would get another date.
 */
const datedCall = (call: Call, sent: unknown, receivedAt: number): Call => {
  const { sentAt, originalTimestamp, timestamp, ...rest } = call;
  const dated = instantOf(given(originalTimestamp) ?? given(timestamp));
  const left = instantOf(given(sentAt) ?? given(sent));
  if ((given(originalTimestamp) ?? given(timestamp)) === undefined) return { ...rest, timestamp: isoOf(receivedAt) };
  if (dated === undefined) return { ...rest, timestamp: given(originalTimestamp) ?? timestamp };
  return { ...rest, timestamp: isoOf(left === undefined ? dated : correctedInstant(dated, left, receivedAt)) };
};

const isoOf = (instant: number): string => new Date(instant).toISOString();

const bodyOf = (request: FastifyRequest): { readonly body: Call; readonly size: number } => {
  const bytes = request.body as Buffer | undefined;
  if (bytes === undefined || bytes.length === 0)
    throw new Refusal('malformed-json', 'The body is empty; send a call as a JSON object.');
  const body = parseBody(bytes);
  if (!isObject(body)) throw new Refusal('invalid-request', 'The body is not a JSON object, as Segment sends it.');
  return { body, size: bytes.length };
};

/** Under which path a call need not say its type. Libraries for browsers send each call to its first letter. */
const TYPE_BY_PATH: Readonly<Record<string, string>> = {
  '/v1/track': 'track',
  '/v1/t': 'track',
  '/v1/i': 'identify',
  '/v1/p': 'page',
  '/v1/s': 'screen',
  '/v1/g': 'group',
  '/v1/a': 'alias',
};

/** Segment's HTTP calls, so that its libraries can send here: one by one, or in batches. */
export const segmentRoutes = (app: FastifyInstance, engine: ApiEngine, options: ApiOptions): void => {
  const route = { validatorCompiler: () => () => true, bodyLimit: options.limits.body };

  const itemOf = (call: unknown, sent: unknown, receivedAt: number): Item =>
    decodeOrSkip(engine, options, call, sent, receivedAt);

  for (const [path, type] of Object.entries(TYPE_BY_PATH))
    app.post(path, { ...route, schema: path === '/v1/track' ? TRACK_SCHEMA : HIDDEN }, (request, reply) =>
      inSpan(engine, request, async () => {
        const { body, size } = bodyOf(request);
        if (size > options.limits.item)
          throw new Refusal('too-large', `A call has at most ${options.limits.item} bytes; this one has ${size}.`);
        const call = { type, ...body };
        const receivedAt = engine.clock.now();
        request.offered = { input: call, body: () => writtenJson(datedCall(call, undefined, receivedAt)) };
        return answerOne(engine, reply, call, itemOf(call, undefined, receivedAt));
      }),
    );

  for (const path of ['/v1/batch', '/v1/b'])
    app.post(path, { ...route, schema: path === '/v1/batch' ? BATCH_CALL_SCHEMA : HIDDEN }, (request, reply) =>
      inSpan(engine, request, async () => {
        const { body, size } = bodyOf(request);
        const { batch, sentAt } = body;
        if (!Array.isArray(batch))
          throw new Refusal('invalid-request', 'The field batch is not a list of calls.', {
            errors: [{ field: 'batch', message: 'expected a list of calls' }],
          });
        const receivedAt = engine.clock.now();
        const form = { alone: (call: unknown) => (isObject(call) ? datedCall(call, sentAt, receivedAt) : call) };
        return answerBatch(
          ...([engine, options, request, reply, batch, size] as const),
          (call) => itemOf(call, sentAt, receivedAt),
          form,
        );
      }),
    );
};

/** The same route under another name: documented once. */
const HIDDEN = { hide: true };

const decodeOrSkip = (
  engine: ApiEngine,
  { mergeOnIdentify }: Pick<ApiOptions, 'mergeOnIdentify'>,
  call: unknown,
  sentAt: unknown,
  receivedAt: number,
): Item => {
  if (!isObject(call)) return left([{ field: '', message: 'expected a Segment call as a JSON object' }]);
  const alias = mergeOnIdentify && call.type === 'identify' ? aliasOf(call) : undefined;
  if (alias !== undefined)
    // Said again at another time it says nothing new.
    return map((accepted: Accepted) => ({ ...accepted, corrected: true }))(decode(engine, alias, sentAt, receivedAt));
  if (!NO_TOUCHPOINTS.has(call.type)) return decode(engine, call, sentAt, receivedAt);
  const id = typeof call.messageId === 'string' ? { id: call.messageId } : undefined;
  return {
    result: { status: 'skipped', ...id, reason: `${call.type} calls are not touchpoints and are not recorded` },
  };
};
