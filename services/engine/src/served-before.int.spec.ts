/** What an earlier program served goes on: its data directory, its cursors, its subscription, its client's cursor file. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createRapportClient, fileCursorStore, verifyWebhook } from '@rapport/client';
import { eventually } from '@rapport/runtime/testing';
import { effectiveConfig } from './config';
import { type RunningEngine, startEngine } from './start-engine';

import { type Received, type WebhookReceiver, webhookReceiver } from './testing/webhook-receiver';

interface List {
  readonly path: string;
  readonly items: string;
  readonly idOf: readonly string[];
  readonly after: string;
  readonly rest: readonly (readonly unknown[])[];
}
interface Made {
  readonly subscription: string;
  readonly secret: string;
  readonly lists: readonly List[];
  readonly read: readonly string[];
  readonly changes: readonly string[];
}

const FIXTURE = join(__dirname, 'testing/store-served-before');
const made = JSON.parse(readFileSync(join(FIXTURE, 'made.json'), 'utf8')) as Made;
const stopping = new AbortController();
const host = {
  note: () => undefined,
  progress: () => ({ update: () => undefined, stop: () => undefined }),
  signal: stopping.signal,
};

let folder: string;
let engine: RunningEngine;
let receiver: WebhookReceiver | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-served-before-'));
  const data = join(folder, 'data');
  mkdirSync(join(data, 'rulesets'), { recursive: true, mode: 0o700 });
  for (const name of readdirSync(FIXTURE).filter((file) => file.endsWith('.gz'))) {
    const file = basename(name, '.gz');
    const to = file.endsWith('.json') ? join(data, 'rulesets', file) : join(data, file);
    writeFileSync(to, gunzipSync(readFileSync(join(FIXTURE, name))), { mode: 0o600 });
  }
  copyFileSync(join(FIXTURE, 'in-force'), join(data, 'rulesets/in-force'));
  const environment = {
    RAPPORT_DATA: data,
    RAPPORT_HTTP_PORT: '0',
    RAPPORT_AUTH_ENABLED: 'false',
    RAPPORT_LOG_LEVEL: 'error',
    RAPPORT_WEBHOOKS_ALLOW_PRIVATE_TARGETS: 'true',
    RAPPORT_WEBHOOKS_ALLOW_HTTP: 'true',
    RAPPORT_WEBHOOKS_RETRY_FIRST: 'PT0.05S',
    RAPPORT_WEBHOOKS_RETRY_LONGEST: 'PT0.5S',
  };
  engine = await startEngine(effectiveConfig({ environment }).config, host);
});
afterAll(async () => {
  await engine?.stop();
  await receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = async (path: string, init?: RequestInit) => {
  const response = await fetch(engine.url + path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test.each(made.lists)('a cursor of $path goes on where it stood', async ({ path, items, idOf, after, rest }) => {
  const separator = path.includes('?') ? '&' : '?';
  const { status, body } = await ask(`${path}${separator}limit=1000&after=${encodeURIComponent(after)}`);
  expect(status).toBe(200);
  const found = (body[items] as readonly Record<string, unknown>[]).map((item) => idOf.map((key) => item[key]));
  // Time goes on: changes that it brings follow what was there.
  expect(found.slice(0, rest.length)).toEqual(rest);
});

test('every change that was announced is announced again, in its place', async () => {
  const { body } = await ask('/v1/stage-changes?limit=1000');
  const ids = (body.changes as readonly { readonly id: string }[]).map(({ id }) => id);
  expect(ids.slice(0, made.changes.length)).toEqual(made.changes);
});

test('the cursor file of a client goes on with the change after the last one it dealt with', async () => {
  const file = join(folder, 'client-cursor');
  copyFileSync(join(FIXTURE, 'client-cursor'), file);
  const client = createRapportClient({ baseUrl: engine.url, key: 'none' });
  const stop = new AbortController();
  const read: string[] = [];
  for await (const { event } of client.stageChanges({ cursorStore: fileCursorStore(file), signal: stop.signal })) {
    read.push(event.id);
    if (read.length === 5) break;
  }
  stop.abort();
  // The last one may come twice: its cursor is stored once the next one is asked for.
  const from = made.changes.indexOf(read[0] ?? '');
  expect([made.read.length - 1, made.read.length]).toContain(from);
  expect(read).toEqual(made.changes.slice(from, from + 5));
});

test('a subscription delivers everything that waits, in order and with its secret, once its endpoint is there', async () => {
  const { body } = await ask(`/v1/subscriptions/${made.subscription}`);
  expect(body).toMatchObject({ status: 'active', description: 'mailer', filter: { kinds: ['stageChanged'] } });
  receiver = await webhookReceiver({
    verify: (headers, text) => verifyWebhook(made.secret, headers as Record<string, string>, text),
  });
  const patch = { url: receiver.url };
  const headers = { 'content-type': 'application/json' };
  const path = `/v1/subscriptions/${made.subscription}`;
  expect((await ask(path, { method: 'PATCH', headers, body: JSON.stringify(patch) })).status).toBe(200);
  const list = made.lists.find((one) => one.path.endsWith('/deliveries')) as List;
  const waiting = new Set(list.rest.map(([id]) => id));
  const got = (): readonly Received[] => (receiver as WebhookReceiver).received.filter(({ id }) => waiting.has(id));
  await eventually(() => new Set(got().map(({ id }) => id)).size === waiting.size);
  const order = new Map<string, number>();
  for (const { customer, sequence } of got()) {
    expect(sequence).toBeGreaterThan(order.get(customer) ?? 0);
    order.set(customer, sequence);
  }
});
