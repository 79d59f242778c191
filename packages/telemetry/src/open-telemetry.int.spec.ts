import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { fromSource } from '@rapport/runtime/testing';
import { PROCESS_DEFINITIONS } from './definitions';
import { openTelemetry } from './open-telemetry';
import { silentTelemetry } from './silent-telemetry';
import { SPAN } from './spans';

const collector = async () => {
  const bodies: { readonly url?: string; readonly body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push({ url: request.url, body });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { bodies, endpoint: `http://127.0.0.1:${port}`, close: () => server.close() };
};

const listening = () => {
  const lines: string[] = [];
  return {
    lines,
    destination: new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    }),
  };
};

/** In a process of its own, compiled: the exporter imports modules as jest cannot. */
const SCRIPT = `
  const { openTelemetry, SPAN } = require(process.argv[1]);
  (async () => {
    const telemetry = await openTelemetry({
      level: 'info', format: 'json', otlpEndpoint: process.argv[2], serviceName: 'rapport', version: '1.2.3',
    });
    await telemetry.traces.span(SPAN.request, {}, async () => telemetry.logger.info('answered'));
    telemetry.logger.info('outside');
    await telemetry.close();
    await telemetry.close();
  })();
`;
const traced = async (endpoint: string): Promise<readonly Record<string, string>[]> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '-e',
    SCRIPT,
    fromSource(join(__dirname, 'index.ts')),
    endpoint,
  ]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
};

test('spans reach the collector when telemetry is closed, and log lines carry the id of their trace', async () => {
  const { bodies, endpoint, close } = await collector();
  const [answered, outside] = await traced(`${endpoint}/`);
  close();
  expect(answered).toMatchObject({ msg: 'answered', traceId: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(outside.msg).toBe('outside');
  expect(outside.traceId).toBeUndefined();
  expect(bodies.map(({ url }) => url)).toEqual(['/v1/traces']);
  const [{ resource, scopeSpans }] = JSON.parse(bodies[0].body).resourceSpans;
  expect(scopeSpans[0].spans).toEqual([expect.objectContaining({ name: 'request', traceId: answered.traceId })]);
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'rapport' } });
});

test('a collector that cannot be reached keeps nothing from stopping, and is named in the log', async () => {
  const { endpoint, close } = await collector();
  close();
  const lines = await traced(endpoint);
  expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['answered', 'outside']));
  expect(JSON.stringify(lines)).toMatch(/traces: .*ECONNREFUSED/);
});

test('the metrics of the process that dashboard and alerts rely on are there', async () => {
  const { destination } = listening();
  const telemetry = await openTelemetry({
    level: 'info',
    format: 'json',
    destination,
    serviceName: 'rapport',
    version: '1.2.3',
  });
  const found = new Map(
    (await telemetry.metrics.registry.getMetricsAsJSON()).map(({ name, type }) => [name, String(type)]),
  );
  const here = PROCESS_DEFINITIONS.filter(({ help }) => process.platform === 'linux' || !help.includes('(Linux)'));
  expect(here.map(({ name }) => [name, found.get(name)])).toEqual(here.map(({ name, kind }) => [name, kind]));
  await telemetry.close();
});

test('silent telemetry takes everything and says nothing', async () => {
  const telemetry = silentTelemetry();
  telemetry.logger.fatal('unheard');
  telemetry.metrics.touchpoints('recorded', 1);
  expect(await telemetry.traces.span(SPAN.record, {}, async () => 7)).toBe(7);
  expect(await telemetry.metrics.registry.metrics()).toContain('rapport_touchpoints_total{outcome="recorded"} 1');
  await telemetry.close();
});
