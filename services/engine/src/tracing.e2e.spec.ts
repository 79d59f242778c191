import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '@rapport/runtime/testing';

/** The compiled engine beside a collector and a receiver of webhooks: one trace from the request to the delivery. */
const MAIN = resolve(__dirname, '../dist/main.js');

interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
const receiver = async (): Promise<{ readonly url: string; readonly received: Received[] }> => {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
};

let directory: string;
let engine: ChildProcess | undefined;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'rapport-tracing-'));
});

afterEach(() => {
  engine?.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
}

const spansIn = (received: readonly Received[]): readonly Span[] =>
  received.flatMap(({ body }) =>
    JSON.parse(body).resourceSpans.flatMap(({ scopeSpans }: { scopeSpans: { spans: Span[] }[] }) =>
      scopeSpans.flatMap(({ spans }) => spans),
    ),
  );

test('one trace holds the request, its recording, the decision and the delivery, below the trace of the caller', async () => {
  const collector = await receiver();
  const hook = await receiver();
  let printed = '';
  engine = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      RAPPORT_DATA: join(directory, 'data'),
      RAPPORT_HTTP_PORT: '0',
      RAPPORT_AUTH_ENABLED: 'false',
      RAPPORT_LOG_FORMAT: 'json',
      RAPPORT_TRACING_OTLP_ENDPOINT: collector.url,
      RAPPORT_WEBHOOKS_ALLOW_HTTP: 'true',
      RAPPORT_WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
    },
  });
  for (const stream of [engine.stdout, engine.stderr]) stream?.on('data', (chunk) => (printed += chunk));
  const url = await eventually(() => /Rapport serves (\S+)/.exec(printed)?.[1]).catch((error) => {
    throw new Error(`${error}: ${printed}`);
  });
  const post = async (path: string, type: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': type, ...headers },
      body: JSON.stringify(body),
    });
    expect([path, answer.ok]).toEqual([path, true]);
  };
  const secret = 'hunter2-in-the-path';
  await post('/v1/subscriptions', 'application/json', { url: `${hook.url}/hook?token=${secret}` });
  const touchpoint = {
    specversion: '1.0',
    id: 'p-1',
    source: 'crm',
    type: 'touchpoint.prospect.identified.v1',
    subject: 'c-1',
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { channel: 'partner' },
  };
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await post('/v1/touchpoints', 'application/cloudevents+json', touchpoint, {
    traceparent: `00-${traceId}-b7ad6b7169203331-01`,
  });
  await eventually(() => hook.received[0]);

  engine.kill('SIGTERM');
  expect(await once(engine, 'exit')).toEqual([0, null]);
  const spans = spansIn(collector.received).filter((span) => span.traceId === traceId);
  const named = (name: string) => spans.find((span) => span.name === name);
  expect(spans.map(({ name }) => name).sort()).toEqual(['decide', 'deliver', 'record', 'request']);
  expect(named('request')?.parentSpanId).toBe('b7ad6b7169203331');
  for (const name of ['record', 'decide', 'deliver']) expect(named(name)?.parentSpanId).toBe(named('request')?.spanId);
  expect(printed + JSON.stringify(collector.received)).not.toContain(secret);
});
