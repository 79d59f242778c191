import { randomUUID } from 'node:crypto';
import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import fastify, {
  type FastifyBaseLogger,
  type FastifyHttpsOptions,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
  type RawRequestDefaultExpression,
} from 'fastify';
import type { ApiEngine, ApiOptions } from './api-engine';
import { PROBLEM_CONTENT_TYPE, type ProblemKind, problemOf, Refusal } from './problem';
import { sendRefusal } from './refusals';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;

/** The id that the sender gave, if it can be written to logs as it is; else one of our own. */
const requestId = ({ headers }: RawRequestDefaultExpression): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

/** Longest path and query, and all headers together, in bytes. */
const MAX_HEADER_BYTES = 16_384;
/** Longest body of a route that says no other limit, after decompression: what people and their tools fill in. */
const MAX_BODY_BYTES = 65_536;
/** A connection must send its headers within this time, in milliseconds; bodies have limits of their own. */
const HEADERS_TIMEOUT = 20_000;
const KEEP_ALIVE_TIMEOUT = 72_000;

/** Bytes that are not HTTP never become a request: the answer goes to the socket. */
const answerSocket = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [kind, detail]: readonly [ProblemKind, string] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['headers-too-large', `Path and headers are at most ${MAX_HEADER_BYTES} bytes together.`]
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ['timeout', 'The headers of the request did not arrive in time.']
        : ['malformed-request', 'This is not a request of HTTP/1.1.'];
  const problem = problemOf(new Refusal(kind, detail), randomUUID());
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nContent-Type: ${PROBLEM_CONTENT_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
};

/** Fastify, set up. Nothing listens yet. */
export const createServer = (engine: ApiEngine, options: ApiOptions): FastifyInstance => {
  const server = { headersTimeout: HEADERS_TIMEOUT, maxHeaderSize: MAX_HEADER_BYTES };
  const common: FastifyServerOptions = {
    loggerInstance: engine.telemetry.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    trustProxy: options.authentication && options.trustedProxies !== undefined ? [...options.trustedProxies] : false,
    requestIdHeader: false,
    genReqId: requestId,
    bodyLimit: Math.min(MAX_BODY_BYTES, options.limits.body),
    // Streams of touchpoints have no limit in time; other bodies have one of their own.
    requestTimeout: 0,
    connectionTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    routerOptions: { maxParamLength: 2_048, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    clientErrorHandler: answerSocket,
    frameworkErrors: (error, request, reply) => void sendRefusal(error, request, reply),
  };
  // For everything above it, a server with TLS is a server.
  return options.tls === undefined
    ? fastify({ ...common, http: server })
    : (fastify({
        ...common,
        https: { ...server, ...options.tls },
      } as FastifyHttpsOptions<Server>) as unknown as FastifyInstance);
};
