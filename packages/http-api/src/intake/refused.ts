/** Notes what intake refuses: in the log, in the metrics, and in the store of rejections. */
import { pointerOf, type Refused } from '@rapport/rejections';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { type FieldError, PROBLEMS, type ProblemKind, type Refusal } from '../problem';
import { refusalOf } from '../refusal-of';
import { sendRefusal } from '../refusals';
import { routeName } from '../security/audit-log';
import { isBinaryMode } from './binary-mode';
import { BATCH, EVENT, isStream, mediaTypeOf } from './media-types';

/** A touchpoint as it was sent, and where. */
export interface Offered {
  /** The parsed content, where it could be read. */
  readonly input?: unknown;
  /** As it was sent; made only where it is kept. */
  readonly body: () => string | Uint8Array | undefined;
  /** Of the form it came in, where the request does not say it. */
  readonly format?: string;
  /** Its place among others: `index 3`, `line 17`. */
  readonly place?: string;
  /** Why it was refused, where that is not a matter of its fields. */
  readonly reason?: ProblemKind;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The one touchpoint of a request, for who notes that it was refused. */
    offered: Offered | undefined;
  }
}

type NotingEngine = Pick<ApiEngine, 'rejections' | 'catalogue' | 'telemetry'>;

/** Refusals of requests that the sender is to send again as they are, or that are a defect of ours, are not noted. */
const isNoted = ({ status }: Refusal): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** Everything that routes of this scope refuse from now on is noted, and answered as ever. */
export const noteRefusedRequests = (app: FastifyInstance, engine: NotingEngine): void => {
  app.setErrorHandler((error, request, reply) => {
    noteRequest(engine, request, refusalOf(error, undefined, request.routeOptions.bodyLimit));
    return sendRefusal(error, request, reply);
  });
};

/** Notes that a request as a whole was refused. */
export const noteRequest = (engine: NotingEngine, request: FastifyRequest, refusal: Refusal): void => {
  const { raw, body, offered } = request;
  // A sender that hung up receives no answer, and sends it again.
  if (!isNoted(refusal) || (raw.destroyed && !raw.complete)) return;
  const mayKeep = refusal.status !== 401 && refusal.status !== 403;
  const length = Number(request.headers['content-length']);
  const whole: Offered = offered ?? { body: () => (Buffer.isBuffer(body) ? body : undefined) };
  const { kind, detail, errors = [] } = refusal;
  note(engine, request, {
    ...whole,
    ...(mayKeep ? undefined : { input: undefined, body: () => undefined }),
    reason: kind,
    status: refusal.status,
    errors: errors.length > 0 ? errors : [{ field: '', message: detail }],
    declaredBytes: mayKeep && Number.isSafeInteger(length) && length > 0 ? length : undefined,
  });
};

/** Notes an item of a list or a stream. */
export const noteItem = (
  engine: NotingEngine,
  request: FastifyRequest,
  offered: Offered,
  result: {
    readonly status: 'conflict' | 'rejected';
    readonly source?: string;
    readonly errors: readonly FieldError[];
  },
): void => {
  const reason = result.status === 'conflict' ? 'conflict' : (offered.reason ?? 'invalid-touchpoint');
  note(engine, request, { ...offered, reason, status: PROBLEMS[reason][0], errors: result.errors });
};

interface Noting extends Offered {
  readonly reason: ProblemKind;
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly declaredBytes?: number;
}

const note = (engine: NotingEngine, request: FastifyRequest, noting: Noting): void => {
  const { rejections, catalogue, telemetry } = engine;
  const { input, reason, status, errors, place, body, declaredBytes } = noting;
  const format = noting.format ?? formatOf(request);
  const { source, touchpoint, customer } = namesIn(input, format);
  telemetry.metrics.rejected(source, reason);
  const key = keyOf(request);
  const route = routeName(request);
  const problems = errors.map(({ field, message }) => ({ field, pointer: pointerOf(field, input), message }));
  const refused: Refused = {
    ...{ key, source, touchpoint, customer, reason, status, route, format, place, declaredBytes, body },
    problems: problems.map(({ pointer, ...rest }) => (pointer === undefined ? rest : { ...rest, pointer })),
    requestId: request.id,
  };
  const { id, tell } = rejections.note(refused, catalogue);
  // Requests without valid credentials, or without the role, have a line of their own already.
  if (!tell || status === 401 || status === 403) return;
  // Messages quote the request, which does not belong into a log.
  const at = problems.map(({ pointer, field }) => pointer ?? field).slice(0, 3);
  request.log.warn(
    { rejection: id, reason, status, source, keyId: key, route, format, place, touchpoint, at },
    id === undefined ? 'more is refused than is kept; it is counted only' : 'refused',
  );
};

const keyOf = ({ principal }: FastifyRequest): string | undefined =>
  principal === undefined ? undefined : principal.kind === 'token' ? `token:${principal.id}` : principal.id;

const SEGMENT_BATCH = /^\/v1\/b(atch)?$/;

const formatOf = (request: FastifyRequest): string => {
  const { url } = request.routeOptions;
  if (url !== '/v1/touchpoints') return SEGMENT_BATCH.test(url ?? '') ? 'segment-batch' : 'segment';
  if (isStream(request)) return 'ndjson';
  if (isBinaryMode(request)) return 'cloudevents-binary';
  const type = mediaTypeOf(request);
  return type === EVENT ? 'cloudevents' : type === BATCH ? 'cloudevents-batch' : 'json';
};

const LONGEST_NAME = 512;

const nameIn = (...values: readonly unknown[]): string | undefined => {
  const found = values.find((value) => value !== undefined && value !== null && value !== '');
  return typeof found === 'string' && found.length <= LONGEST_NAME ? found : undefined;
};

/** The names by which a touchpoint identifies itself, in any form. */
const namesIn = (input: unknown, format: string) => {
  const said = (typeof input === 'object' && input !== null ? input : {}) as Readonly<Record<string, unknown>>;
  if (format.startsWith('segment'))
    return {
      source: 'segment',
      touchpoint: nameIn(said.messageId),
      customer: nameIn(said.userId, said.anonymousId),
    };
  return { source: nameIn(said.source), touchpoint: nameIn(said.id), customer: nameIn(said.customer, said.subject) };
};
