/** The examples as their users start them, each against a served engine. */

import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@rapport/runtime/testing';
import { Webhook } from 'standardwebhooks';
import { ROOT } from '../testing/pages';
import { cleanEnvironment, type Workplace, workplace } from '../testing/rapport';
import { type Serving, send, serving, touchpoint } from '../testing/serving';

let place: Workplace;
let engine: Serving;
let programs: ChildProcess[] = [];

beforeEach(() => {
  place = workplace();
});
afterEach(async () => {
  for (const program of programs) program.kill('SIGKILL');
  programs = [];
  await engine.stop();
  place.remove();
});

const filesOf = (example: string): void => cpSync(join(ROOT, 'examples', example), place.folder, { recursive: true });

const keyOf = async (role: string): Promise<string> => {
  const { stdout } = await place.rapport('keys', 'create', role, '--role', role, '--json');
  return JSON.parse(stdout).secret;
};

interface Program {
  /** What it printed so far. */
  readonly printed: () => string;
  readonly stop: () => Promise<void>;
}

/** A program of an example, in the folder of the test: what it writes stays there. */
const program = (file: string, variables: Readonly<Record<string, string>>): Program => {
  const child = spawn(process.execPath, [join(ROOT, 'examples', file)], {
    cwd: place.folder,
    env: { ...cleanEnvironment(), ...variables },
  });
  programs.push(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    printed: () => printed,
    stop: () => {
      child.kill();
      return ended;
    },
  };
};

const linesOf = ({ printed }: Program): readonly string[] => printed().split('\n').slice(0, -1);
const hasLines = (one: Program, count: number): Promise<true> => eventually(() => linesOf(one).length === count);

const bought = (id: string, customer: string): object => touchpoint(id, customer, new Date().toISOString());

describe('subscriber', () => {
  it('prints each change once, also when it is started again', async () => {
    engine = await serving(place, 'serve');
    const settings = { RAPPORT_URL: engine.url, RAPPORT_KEY: await keyOf('marketing') };
    const first = program('subscriber/subscriber.mjs', settings);
    await send(engine.url, engine.key, bought('1', 'c-1'), bought('2', 'c-2'));
    await hasLines(first, 2);
    expect([...linesOf(first)].sort()).toEqual(['c-1: new -> build', 'c-2: new -> build']);
    await first.stop();

    await send(engine.url, engine.key, bought('3', 'c-3'));
    const second = program('subscriber/subscriber.mjs', settings);
    await eventually(() => linesOf(second).includes('c-3: new -> build'));
    // The change in progress when it was stopped may come again; the one before does not.
    expect(linesOf(second).length).toBeLessThanOrEqual(2);
  });
});

/** The status of the answer to a webhook. */
const post = async (url: string, secret: string, id: string, event: object): Promise<number> => {
  const body = JSON.stringify(event);
  const sentAt = new Date();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, sentAt, body),
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
};

describe('webhook-receiver', () => {
  it('handles each change once, and refuses what Rapport did not sign', async () => {
    engine = await serving(
      place,
      'serve',
      ...['--set', 'webhooks.allowHttp=true', '--set', 'webhooks.allowPrivateTargets=true'],
    );
    const ask = async (path: string, body: object): Promise<Record<string, never>> => {
      const headers = { authorization: `Bearer ${engine.key}`, 'content-type': 'application/json' };
      return (await fetch(engine.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).json() as never;
    };
    // Its address comes first, as a subscription needs it, and is kept when it starts again with the secret.
    const before = program('webhook-receiver/receiver.mjs', { PORT: '0', RAPPORT_WEBHOOK_SECRET: '' });
    await eventually(() => before.printed().includes('listening'));
    const url = before.printed().replace(/.* on (\S+)\n/, '$1');
    await before.stop();
    const { secret } = await ask('/v1/subscriptions', { url });
    const receiver = program('webhook-receiver/receiver.mjs', {
      PORT: new URL(url).port,
      RAPPORT_WEBHOOK_SECRET: secret,
    });
    await eventually(() => receiver.printed().includes('listening'));
    await send(engine.url, engine.key, bought('1', 'c-1'));
    await hasLines(receiver, 2);
    expect(linesOf(receiver)[1]).toBe('c-1: new -> build');

    // The same change again, as after an answer that Rapport did not receive; then a request of somebody else.
    const { changes } = (await (await engine.get('/v1/stage-changes?after=start')).json()) as {
      changes: readonly { readonly id: string }[];
    };
    const event = changes[0];
    expect(await post(url, secret, event.id, event)).toBe(204);
    expect(await post(url, `whsec_${Buffer.alloc(24).toString('base64')}`, event.id, event)).toBe(401);
    await hasLines(receiver, 3);
    expect(linesOf(receiver)[2]).toContain('No signature fits');
  });
});

test('own-import: what was imported is served', async () => {
  filesOf('own-import');
  const imported = await place.rapport(
    ...['import', 'visits.csv', '--sql', 'visits.sql', '--dates', 'dmy', '--decimal', 'comma'],
  );
  expect(imported.code).toBe(0);
  engine = await serving(place, 'serve');
  const answer = await engine.get('/v1/customers/G-01?asOf=2026-03-30T12:00:00Z');
  expect(await answer.json()).toMatchObject({ customer: 'G-01' });
});

test('own-ruleset: a serving engine takes it', async () => {
  filesOf('own-ruleset');
  engine = await serving(place, 'serve');
  await send(engine.url, engine.key, bought('1', 'c-1'));
  const published = await place.rapportWith(
    { RAPPORT_KEY: engine.key },
    ...['ruleset', 'publish', 'ruleset.yaml', '--url', engine.url],
  );
  expect(published.stdout).toContain('In force now: three-stages 1.');
  const answer = await engine.get('/v1/customers/c-1');
  expect(await answer.json()).toMatchObject({ ruleset: { name: 'three-stages' } });
});
