import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@rapport/runtime/testing';
import { ndjson, type Outcome, type Workplace, workplace } from '../testing/rapport';
import { type Serving, send, serving, touchpoint } from '../testing/serving';

/** Lists of a store: customers, complaints, a timeline of the past; and the webhooks of an engine that serves it. */
let place: Workplace;
let engine: Serving;
const CLOCK = '2026-06-30';

beforeAll(async () => {
  place = workplace();
  const filled = await place.rapport('demo', '--customers', '150', '--until', CLOCK, '--no-serve');
  expect(filled.code).toBe(0);
  engine = await serving(place, 'serve', '--set', 'webhooks.allowPrivateTargets=true');
});
afterAll(async () => {
  await engine.stop();
  place.remove();
});

const ask = async (...args: readonly string[]): Promise<Outcome> => {
  const outcome = await place.rapport(...args);
  expect(outcome).toMatchObject({ code: 0 });
  return outcome;
};
const list = async (...args: readonly string[]) => ndjson((await ask(...args, '--json')).stdout);
const there = (): readonly string[] => ['--url', engine.url, '--key', engine.key!];

describe('customers', () => {
  test('a list of this store is that of the interface, page after page', async () => {
    const here = await list('customers', '--all');
    expect(here).toHaveLength(150);
    expect(await list('customers', '--all', ...there())).toEqual(here);
    const { customers } = (await (await engine.get('/v1/customers?limit=7')).json()) as { customers: unknown };
    expect(await list('customers', '--limit', '7')).toEqual(customers);
  });

  test('filters are those of the interface', async () => {
    const all = await list('customers', '--all');
    const some = [...new Set(all.map(({ stage }) => String(stage)))][0];
    const picked = await list('customers', '--stage', some, '--all');
    expect(picked).toEqual(all.filter(({ stage }) => stage === some));
    const near = await list('customers', '--q', '00014');
    expect(near.map(({ customer }) => customer)).toEqual(
      all.map(({ customer }) => customer).filter((id) => String(id).includes('00014')),
    );
    const trust = (one: Readonly<Record<string, unknown>>) =>
      (one.factors as Record<string, { readonly score: number }>).trust.score;
    const trusting = await list('customers', '--factor', 'trust', '--at-least', '60', '--all');
    expect(trusting).toEqual(all.filter((one) => trust(one) >= 60));
    expect(trusting.length).toBeGreaterThan(0);
  });

  test('people get a table, and are told where it goes on', async () => {
    const { stdout, stderr } = await ask('customers', '--limit', '3');
    expect(stdout.split('\n')[0]).toMatch(/^customer +stage +since/);
    expect(stdout.trim().split('\n')).toHaveLength(4);
    expect(stderr).toContain('--all');
    expect((await ask('customers', '--q', 'nobody')).stdout).toBe('There is no such customer.\n');
  });

  test.each([
    [['--stage', 'loyl'], '--stage loyl: the ruleset in force has no such stage'],
    [['--factor', 'trust'], '--at-least'],
    [['--at-most', '120', '--factor', 'trust'], 'from 0 to 100'],
  ])('%j is refused', async (args, words) => {
    expect(await place.rapport('customers', ...args)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(words),
    });
  });
});

describe('cases', () => {
  test.each([[[]], [['--overdue']], [['--closed']]])('the board %j is that of the interface', async (filter) => {
    const here = await list('cases', ...filter, '--all');
    expect(here.length).toBeGreaterThan(0);
    expect(await list('cases', ...filter, '--all', ...there())).toEqual(here);
    expect(await list('cases', ...filter, '--limit', '1')).toEqual(here.slice(0, 1));
  });

  test('of one customer, and as a table', async () => {
    const [first] = await list('cases', '--closed', '--limit', '1');
    const hers = await list('cases', '--closed', '--customer', String(first.customer));
    expect(new Set(hers.map(({ customer }) => customer))).toEqual(new Set([first.customer]));
    const { stdout } = await ask('cases', '--overdue');
    expect(stdout).toMatch(/^customer +case +opened[\s\S]*overdue since \d{4}-\d\d-\d\d/);
  });
});

describe('a timeline', () => {
  test('as of and as known on a day leaves out what came later', async () => {
    const told = (await place.rapport('demo', '--customers', '150', '--until', CLOCK, '--no-serve', '--json')).stdout;
    const { late } = JSON.parse(told).picks as { readonly late: { readonly customer: string; readonly at: number } };
    const day = new Date(late.at).toISOString().slice(0, 10);
    const all = await list('timeline', late.customer);
    const asOf = await list('timeline', late.customer, '--as-of', day);
    const known = await list('timeline', late.customer, '--as-of', day, '--known-at', day);
    const end = `${day}T23:59:59.999Z`;
    expect(asOf.length).toBeLessThan(all.length);
    expect(asOf.every(({ occurredAt }) => String(occurredAt) <= end)).toBe(true);
    const touchpoints = (some: typeof all) => some.filter(({ kind }) => kind === 'touchpoint');
    expect(touchpoints(known)).toEqual(touchpoints(asOf).filter(({ recordedAt }) => String(recordedAt) <= end));
    expect(touchpoints(known).length).toBeLessThan(touchpoints(asOf).length);
    const path = `/v1/customers/${late.customer}/timeline?limit=1000&asOf=${day}&knownAt=${day}`;
    const { entries } = (await (await engine.get(path)).json()) as { entries: readonly unknown[] };
    // What falls on one instant has no order of its own.
    const sorted = (some: readonly unknown[]) => some.map((one) => JSON.stringify(one)).sort();
    expect(sorted(known)).toEqual(sorted(entries));
    expect((await ask('timeline', late.customer, '--known-at', day)).stdout).toContain(`known at ${day} 23:59 UTC`);
  });
});

describe('webhooks', () => {
  test('are made, looked at, paused, tested and ended as over the interface', async () => {
    const taken: string[] = [];
    let status = 204;
    const receiver = createServer((request, response) => {
      request.resume().on('end', () => {
        taken.push(String(request.headers['webhook-id']));
        response.writeHead(status).end();
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const target = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
    try {
      expect((await ask('webhooks', ...there())).stdout).toBe('There are no webhooks.\n');
      const created = JSON.parse((await ask('webhooks', 'create', target, '--json', ...there())).stdout);
      expect(created.secret).toMatch(/^whsec_/);
      const { id } = created.subscription;
      expect((await ask('webhooks', 'test', id, ...there())).stdout).toMatch(/^Taken: 204 in/);
      status = 500;
      expect(await place.rapport('webhooks', 'test', id, ...there())).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^Not taken: 500/),
      });
      status = 204;

      await send(engine.url, engine.key, touchpoint('w-1', 'w-c', '2026-06-29T10:00:00Z'));
      await eventually(async () => (await list('webhooks', 'deliveries', id, ...there())).length > 0);
      const [delivery] = await list('webhooks', 'deliveries', id, ...there());
      expect(taken).toContain(delivery.id);
      expect((await ask('webhooks', 'deliveries', id, ...there())).stdout).toMatch(/w-c +delivered/);

      expect((await ask('webhooks', 'pause', id, ...there())).stdout).toContain('is paused');
      expect(await list('webhooks', ...there())).toMatchObject([{ id, status: 'paused' }]);
      expect((await ask('webhooks', 'resume', id, ...there())).stdout).toContain('is active');
      const again = await ask('webhooks', 'redeliver', id, String(delivery.id), '--json', ...there());
      expect(JSON.parse(again.stdout)).toEqual({ id, queued: 1 });
      const rotated = JSON.parse((await ask('webhooks', 'rotate', id, '--json', ...there())).stdout);
      expect(rotated.secret).not.toBe(created.secret);
      await ask('webhooks', 'delete', id, ...there());
      expect(await place.rapport('webhooks', 'pause', id, ...there())).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('There is no subscription'),
      });
    } finally {
      receiver.close();
    }
  });

  test('where no engine can be reached, or the key is missing, it says so', async () => {
    const unreachable = await place.rapport('webhooks', '--url', 'http://127.0.0.1:1');
    expect(unreachable).toMatchObject({ code: 2, stderr: expect.stringContaining('--url or RAPPORT_URL') });
    expect(await place.rapport('webhooks', '--url', engine.url)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RAPPORT_KEY'),
    });
  });
});
