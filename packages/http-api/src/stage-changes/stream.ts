import { setMaxListeners } from 'node:events';
import type { Position } from '@rapport/event-log';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLeft } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { object, type Routes, refused, text } from '../codec';
import { type OpenPerKey, openPerKey } from '../open-per-key';
import { Refusal } from '../problem';
import { FILTER_PARAMETERS } from './change-filter-shape';
import { beyondLog, changeQueryIn, decodeCursor } from './change-query';
import { countAnnounced } from './count-announced';
import { START } from './frames';
import { type ReaderOptions, type StreamEnd, serveReader } from './reader';
import { turns } from './turns';

/** A reader that has not taken the waiting piece after this time is disconnected. */
const PATIENCE_MS = 30_000;
const LAST_EVENT_ID = 'last-event-id';

const QUERY = object(
  {},
  {
    after: text(
      `The cursor of the last change that was dealt with; empty or \`${START}\`: from the beginning of the log.`,
    ),
    ...FILTER_PARAMETERS,
  },
);

const SCHEMA = {
  operationId: 'streamStageChanges',
  tags: ['stage changes'],
  summary: 'Stage changes as they happen',
  description: `Server-Sent Events. Each event has the cursor as \`id\`, the type of the CloudEvent as \`event\` and the CloudEvent as \`data\`. Resumes after \`Last-Event-ID\`, else after \`after\`; without either it begins with what is recorded from now on. A stream that the server ends says why in an event \`disconnected\` (\`slow\`, \`stopping\`, \`unauthorized\`, \`failed\`): connect again, nothing is lost.`,
  headers: {
    type: 'object',
    properties: { [LAST_EVENT_ID]: text('The id of the last event that was dealt with. Wins over `after`.') },
  },
  querystring: QUERY,
  response: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    400: refused('A parameter is wrong, or a cursor lies beyond the log; `errors` says which.'),
    429: refused('The key has as many streams open as it may.'),
  },
};

declare module 'fastify' {
  interface FastifyInstance {
    /** How many streams of stage changes are open: a gauge of the metrics. */
    openStreams(): number;
  }
}

/** Counts what was sent, and puts what was sent for the first time into the trace of its touchpoint. */
const sentIn =
  ({ metrics, traces }: ApiEngine['telemetry']): ReaderOptions['sent'] =>
  (changes, first) => {
    countAnnounced(metrics, 'sse', changes);
    for (const { cursor, event } of first) {
      const parent = traces.contextOf(event.data.touchpoint);
      if (parent === undefined) continue;
      const what = { 'rapport.change.id': event.id, 'rapport.change.type': event.type, 'rapport.cursor': cursor };
      void traces.span('announce over SSE', what, async () => undefined, parent);
    }
  };

/** The open streams of an engine. */
class Streams {
  private readonly open = new Set<Promise<StreamEnd>>();
  private readonly stopping = new AbortController();
  private readonly ofKeys: OpenPerKey;
  private readonly turn = turns(() => this.open.size);
  private readonly sent: ReaderOptions['sent'];

  constructor(
    private readonly engine: ApiEngine,
    private readonly options: ApiOptions,
  ) {
    // There is a listener for each reader, which is not a leak.
    setMaxListeners(0, this.stopping.signal);
    this.ofKeys = openPerKey(options.limits.streamsPerKey);
    this.sent = sentIn(engine.telemetry);
  }

  get count(): number {
    return this.open.size;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.open);
  }

  /**
   * Serves one reader to its end.
   *
   * @throws Refusal while the engine stops, and for a key that has as many streams open as it may
   */
  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    from: Pick<ReaderOptions, 'after' | 'cursor' | 'filter'>,
  ): Promise<void> {
    const { engine, open, stopping } = this;
    const { heartbeatMilliseconds, slowReaderBytes, patienceMilliseconds = PATIENCE_MS } = this.options.sse;
    if (stopping.signal.aborted)
      throw new Refusal('unavailable', 'The engine is being stopped. Connect again in a moment.', {
        headers: { 'retry-after': '1' },
      });
    const leave = this.ofKeys.enter(request);
    openStream(reply);
    const { log } = request;
    const stream = serveReader(reply.raw, {
      ...from,
      feed: engine.feed,
      clock: engine.clock,
      heartbeatMilliseconds,
      pieceBytes: slowReaderBytes,
      patienceMilliseconds,
      stopping: stopping.signal,
      mayGoOn: () => this.mayGoOn(request),
      sent: this.sent,
      failed: (error) => log.error({ err: error }, 'the changes cannot be read any more'),
      turn: this.turn,
    });
    open.add(stream);
    const end = await stream;
    open.delete(stream);
    leave();
    engine.telemetry.metrics.subscriberDisconnected(end);
    log.info({ reason: end }, 'stream of stage changes ended');
  }

  /** False once a key is revoked or a token has expired: a stream must not outlive them. */
  private async mayGoOn({ headers }: FastifyRequest): Promise<boolean> {
    if (!this.options.authentication) return true;
    const answer = await this.engine.access.authenticate(headers.authorization);
    return !isLeft(answer) || answer.left.kind === 'unavailable';
  }
}

/**
 * `GET /v1/stage-changes/stream`: stage changes as they happen, as Server-Sent Events. Resumes after `Last-Event-ID`,
 * else after `after`, else begins with what is recorded from now on; `start` is the beginning of the log.
 *
 * The id of an event is its cursor and the type is that of the CloudEvent it carries. A stream that the server ends
 * says why in an event `disconnected`.
 */
export const registerStream = async (app: Routes, engine: ApiEngine, options: ApiOptions): Promise<void> => {
  const streams = new Streams(engine, options);
  app.decorate('openStreams', () => streams.count);
  app.addHook('preClose', () => streams.stop());
  app.route({
    method: 'GET',
    url: '/v1/stage-changes/stream',
    exposeHeadRoute: false,
    schema: SCHEMA,
    handler: async (request, reply) => {
      const { after, filter } = await changeQueryIn(request.query, engine);
      const begin = await beginning(request, engine, after);
      await streams.serve(request, reply, { ...begin, filter });
    },
  });
};

/** Where a reader begins, and the cursor that it sees first. */
const beginning = async (
  { headers, query }: FastifyRequest,
  { feed }: ApiEngine,
  asked: Position | undefined,
): Promise<{ readonly after: Position | undefined; readonly cursor: string }> => {
  const last = headers[LAST_EVENT_ID];
  const end = await feed.end();
  const resumes = typeof last === 'string' && last !== '';
  if (!resumes && (query as { readonly after?: string }).after === undefined)
    return { after: end, cursor: end ?? START };
  const cursor = resumes ? decodeCursor(feed.parseCursor, 'Last-Event-ID', last) : undefined;
  if (cursor !== undefined && isLeft(cursor))
    throw new Refusal('invalid-cursor', `Header "Last-Event-ID": ${cursor.left.message}`, { errors: [cursor.left] });
  const after = cursor === undefined ? asked : cursor.right;
  if (feed.isAfter(after, end)) {
    const problem = beyondLog(resumes ? 'Last-Event-ID' : 'after');
    throw new Refusal('invalid-cursor', problem.message, { errors: [problem] });
  }
  return { after, cursor: after ?? START };
};

/** Takes the connection over from the framework, with the headers that hooks have set. */
const openStream = (reply: FastifyReply): void => {
  reply.hijack();
  const { raw } = reply;
  raw.socket?.setTimeout(0);
  raw.socket?.setKeepAlive(true, 30_000);
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string | number | string[]>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that collect what they pass on would hold changes back (nginx).
    'x-accel-buffering': 'no',
    connection: 'close',
  });
};
