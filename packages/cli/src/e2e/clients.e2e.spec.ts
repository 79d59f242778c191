/** Libraries that others wrote, unchanged from the registry, each in a process of its own against the served engine. */

import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { eventually } from '@rapport/runtime/testing';
import { cleanEnvironment, ndjson, type Workplace, workplace } from '../testing/rapport';
import { type Serving, send, serving, touchpoint } from '../testing/serving';

let place: Workplace;
let engine: Serving;
let clients: ChildProcess[] = [];
// Three processes start for each, on machines that are busy.
jest.setTimeout(180_000);

beforeEach(async () => {
  place = workplace();
  engine = await serving(
    place,
    'serve',
    '--set',
    'webhooks.allowHttp=true',
    '--set',
    'webhooks.allowPrivateTargets=true',
  );
});
afterEach(async () => {
  for (const child of clients) child.kill('SIGKILL');
  clients = [];
  await engine.stop();
  place.remove();
});

interface Client {
  /** What it printed so far, line by line. */
  readonly lines: () => readonly Record<string, unknown>[];
  readonly text: () => string;
  /** All it printed, when it has ended well. */
  readonly ended: Promise<string>;
}

const client = (library: string, key: string): Client => {
  const script = resolve(__dirname, 'clients', `${library}.mjs`);
  const child = spawn(process.execPath, [script, engine.url, key], { env: cleanEnvironment() });
  clients.push(child);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  const ended = new Promise<string>((done, failed) => {
    child.on('close', (code) =>
      code === 0 ? done(printed.stdout) : failed(new Error(`${library}: ${printed.stderr}`)),
    );
  });
  ended.catch(() => undefined);
  const whole = () => printed.stdout.slice(0, printed.stdout.lastIndexOf('\n') + 1);
  return { lines: () => ndjson(whole()), text: () => printed.stdout + printed.stderr, ended };
};

const keyOf = async (role: string): Promise<string> => {
  const { stdout } = await place.rapport('keys', 'create', role, '--role', role, '--json');
  return JSON.parse(stdout).secret;
};

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly data: unknown;
  readonly correlationId?: string;
}
const timeline = async (customer: string): Promise<readonly Entry[]> => {
  const answer = await engine.get(`/v1/customers/${encodeURIComponent(customer)}/timeline`);
  if (answer.status !== 200) return [];
  const { entries } = (await answer.json()) as { entries: readonly (Entry & { readonly kind: string })[] };
  return entries.filter(({ kind }) => kind === 'touchpoint');
};

test('@segment/analytics-node: calls become touchpoints, others are skipped, and one bad call costs no other', async () => {
  const key = await keyOf('ingest');
  expect((await client('segment', key).ended).trim()).toBe('200');
  await eventually(async () => (await timeline('c-1')).length === 2);
  expect(await timeline('c-1')).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: 'order-1', source: 'segment', type: 'order.completed' }),
      expect.objectContaining({ type: 'customer.merged' }),
    ]),
  );
  await eventually(async () => (await timeline('visitor')).length === 1);
  // Sent again, as a library does that heard no answer, it is recorded once.
  await client('segment', key).ended;
  await eventually(async () => (await timeline('visitor')).length === 2);
  expect((await timeline('c-1')).filter(({ id }) => id === 'order-1')).toHaveLength(1);
});

test('cloudevents: structured, binary and batch, with attributes beyond ASCII', async () => {
  const answers = ndjson(await client('cloudevents', await keyOf('ingest')).ended);
  expect(answers).toMatchObject([
    { status: 'recorded', id: 'structured' },
    { status: 'recorded', id: 'binary' },
    { status: 'recorded', id: 'encoded' },
    {
      type: '/problems/invalid-touchpoint',
      errors: [{ field: 'subject', message: expect.stringContaining('percent-encode') }],
    },
    { recorded: 2 },
    { id: 'binary', subject: 'c-1', correlationid: 'case-1' },
  ]);
  await eventually(async () => (await timeline('c-1')).length === 4);
  expect((await timeline('c-1')).find(({ id }) => id === 'binary')).toMatchObject({
    correlationId: 'case-1',
    data: { orderId: 'binary', total: 19.99 },
  });
  await eventually(async () => (await timeline('Zoë 東京')).length === 1);
});

test('standardwebhooks: verifies what is sent, and nothing that was changed on the way', async () => {
  const receiver = client('standardwebhooks', await keyOf('marketing'));
  await eventually(() => receiver.lines().length === 1);
  await send(engine.url, engine.key, touchpoint('1', 'c-1'));
  await eventually(() => receiver.lines().length === 2);
  const [, { id, outcomes, body }] = receiver.lines() as never as readonly Record<string, never>[];
  expect(outcomes).toEqual(['relationship.stageChanged.v1', 'No matching signature found']);
  expect(body).toMatchObject({ id, specversion: '1.0', subject: 'c-1' });
});

test('eventsource: with a key, and after an interruption each change once, in order', async () => {
  const reader = client('eventsource', await keyOf('marketing'));
  const seen = () => reader.lines().filter(({ subject }) => subject !== undefined);
  const opened = () => reader.lines().filter(({ open }) => open === true).length;
  await eventually(() => opened() === 1);
  await send(engine.url, engine.key, touchpoint('1', 'c-1'));
  await eventually(() => seen().length > 0);
  const { key, url } = engine;
  await engine.stop();
  await eventually(() => reader.lines().some(({ disconnected }) => disconnected !== undefined));
  const before = seen();

  engine = await serving(place, 'serve', '--port', new URL(url).port);
  await send(engine.url, key, touchpoint('2', 'c-2'));
  await eventually(() => seen().some(({ subject }) => subject === 'c-2'));
  expect(opened()).toBe(2);
  const { changes } = (await (await engine.get('/v1/stage-changes?limit=1000', key)).json()) as {
    changes: readonly { readonly id: string }[];
  };
  await eventually(() => seen().length >= changes.length);
  expect(seen().slice(0, before.length)).toEqual(before);
  expect(
    seen()
      .map(({ id }) => id)
      .slice(0, changes.length),
  ).toEqual(changes.map(({ id }) => id));
});
