/** The stream of stage changes alone, served over a log in memory, for its tests and for those of the client. */
import type { AddressInfo } from 'node:net';
import type { Principal } from '@rapport/access';
import { compileRuleset, RETAIL, rulesetHash, standardCatalogue } from '@rapport/domain';
import { type Announcement, type Clock, createChangeFeed, systemClock } from '@rapport/engine';
import { type EventLog, memoryEventLog, relationshipStream } from '@rapport/event-log';
import { silentTelemetry } from '@rapport/telemetry';
import fastify, { type FastifyInstance } from 'fastify';
import { right } from 'fp-ts/Either';
import type { ApiEngine, ApiOptions } from '../api-engine';
import { registerOpenApi } from '../openapi';
import { tellRefusals } from '../refusals';
import { registerStream } from '../stage-changes/stream';
import { useSchemas } from '../validation';

export interface StreamServer {
  readonly app: FastifyInstance;
  /** `http://127.0.0.1:12345` */
  readonly baseUrl: string;
  readonly url: (query?: string) => string;
  readonly log: EventLog;
  readonly engine: ApiEngine;
  /** Records stage changes in one commit. */
  readonly record: (count: number, over?: Partial<SampleChange>) => Promise<void>;
  /** All changes that were recorded and match the filter that is the default. */
  readonly recorded: () => Promise<readonly Announcement[]>;
  readonly close: () => Promise<void>;
}

export interface SampleChange {
  readonly customer: string;
  readonly to: string;
  readonly cause: string;
  readonly signal: string;
  /** Characters that make the event longer. */
  readonly padding: number;
}

export interface StreamServerOptions {
  readonly clock?: Clock;
  readonly sse?: Partial<ApiOptions['sse']>;
  readonly streamsPerKey?: number;
  readonly engine?: Partial<ApiEngine>;
  readonly authentication?: boolean;
  readonly port?: number;
  readonly log?: EventLog;
}

const STAGES = ['attract', 'develop', 'loyal', 'strengthen'];
const RULESET = { name: 'retail', version: 1, hash: 'a'.repeat(64) };
const PRINCIPAL: Principal = { id: 'k1', name: 'test', kind: 'key', roles: ['marketing'] };

let made = 0;

const sample = ({ customer, to, cause = 'touchpoint', signal, padding = 0 }: Partial<SampleChange>) => {
  const n = ++made;
  const who = customer ?? `c-${n % 7}`;
  const base = { cause, ruleset: RULESET, sequence: n, foldedUpTo: '00000000000001', asOf: '2026-01-01T00:00:00.000Z' };
  const change = {
    from: null,
    to: to ?? STAGES[n % STAGES.length],
    direction: 'up',
    because: [],
    factors: { satisfaction: 50, ...(padding > 0 ? { ['x'.repeat(padding)]: 1 } : undefined) },
    signals: [],
  };
  return {
    stream: relationshipStream(who),
    expected: 'any' as const,
    events: [
      {
        source: 'rapport',
        id: `change-${n}`,
        type: signal === undefined ? 'relationship.stageChanged' : 'relationship.signalRaised',
        occurredAt: n,
        data: { ...base, ...(signal === undefined ? change : { signal }) },
      },
    ],
  };
};

/** @example const server = await streamServer(); await server.record(3); const reader = await readSse(server.url()); */
export const streamServer = async ({
  clock = systemClock,
  sse,
  streamsPerKey = 100,
  engine: parts,
  authentication = false,
  port = 0,
  log = memoryEventLog(),
}: StreamServerOptions = {}): Promise<StreamServer> => {
  const feed = createChangeFeed(log);
  const engine = {
    log,
    catalogue: standardCatalogue,
    rules: () => ({ program: compileRuleset(RETAIL), ruleset: RETAIL, hash: rulesetHash(RETAIL) }),
    rulesets: async () => [{ ruleset: RETAIL, hash: rulesetHash(RETAIL), inForce: true }],
    feed,
    clock,
    telemetry: silentTelemetry(),
    access: { authenticate: async () => right(PRINCIPAL) },
    ...parts,
  } as unknown as ApiEngine;
  // A client keeps connections ready that it may never use.
  const app = fastify({ forceCloseConnections: true });
  tellRefusals(app);
  useSchemas(app);
  await registerOpenApi(app, engine);
  app.decorateRequest('principal', undefined);
  app.addHook('onRequest', async (request, reply) => {
    request.principal = PRINCIPAL;
    reply.header('x-content-type-options', 'nosniff');
  });
  await registerStream(app, engine, {
    limits: { body: 1, item: 1, requestsPerMinute: 0, streamsPerKey },
    sse: { heartbeatMilliseconds: 15_000, slowReaderBytes: 65_536, ...sse },
    authentication,
  });
  await app.listen({ port, host: '127.0.0.1' });
  const baseUrl = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    app,
    baseUrl,
    url: (query = '') => `${baseUrl}/v1/stage-changes/stream${query}`,
    log,
    engine,
    record: async (count, over = {}) => {
      await log.appendMany(Array.from({ length: count }, () => sample(over)));
    },
    recorded: async () => (await feed.read({ limit: 1_000_000 })).changes,
    close: async () => {
      await app.close();
      await feed.close();
    },
  };
};
