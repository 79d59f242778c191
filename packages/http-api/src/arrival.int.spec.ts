/**
 * The law of arrival, over HTTP and to the end: the same touchpoints sent in order, shuffled, or with a fifth of them
 * sent again give the same relationships, explanations, histories, lists and populations.
 */

import type { AddressInfo } from 'node:net';
import { type Touchpoint, toCloudEvent } from '@rapport/domain';
import { testClock } from '@rapport/engine/testing';
import { seededRandom } from '@rapport/runtime/testing';
import { simulate } from '@rapport/simulator';
import type { FastifyInstance } from 'fastify';
import { createApi } from './app';
import { type TestEngine, testEngine, testOptions } from './testing/api-engine';

const END = Date.parse('2026-06-30T23:59:59.999Z');
const CUSTOMERS = 120;
const BATCH = 100;
/** Requests under way at the same time. */
const SENDERS = 4;

const shuffled = <T>(items: readonly T[], random: () => number): readonly T[] => {
  const left = [...items];
  for (let i = left.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [left[i], left[other]] = [left[other], left[i]];
  }
  return left;
};

/** With a fifth sent again: some at once, most any time later. */
const repeated = <T>(items: readonly T[], random: () => number): readonly T[] => {
  const again = items.map((item, i): readonly [number, T] => [i + random() * (items.length - i), item]);
  return [...items.map((item, i): readonly [number, T] => [i, item]), ...again.filter(() => random() < 0.2)]
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
};

/** Who is who changes on the way. */
const identity = (type: string, customer: string, at: string, into?: string): Touchpoint => ({
  id: `${type} ${customer}`,
  source: 'crm',
  type,
  version: 1,
  customer,
  occurredAt: Date.parse(at),
  recordedAt: Date.parse(at) + 1_000,
  data: into === undefined ? {} : { into },
});

interface Arrived {
  readonly engine: TestEngine;
  readonly app: FastifyInstance;
  readonly url: string;
}

const start = async (): Promise<Arrived> => {
  const engine = await testEngine({
    clock: testClock(END),
    access: { record: () => undefined } as never,
  });
  const app = await createApi(engine, testOptions);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { engine, app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` };
};

/** Sends everything in batches, several at a time; returns how many were recorded and how many were known already. */
const send = async ({ url }: Arrived, touchpoints: readonly Touchpoint[]) => {
  const counts = { recorded: 0, duplicates: 0 };
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < touchpoints.length) {
      const batch = touchpoints.slice(next, next + BATCH);
      next += BATCH;
      const answer = await fetch(`${url}/v1/touchpoints`, {
        method: 'POST',
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        // When it was recorded is for the log to say.
        body: JSON.stringify(batch.map(({ recordedAt: _, ...one }) => toCloudEvent(one))),
      });
      const { recorded, duplicates, conflicts, rejected } = (await answer.json()) as Record<string, number>;
      expect({ conflicts, rejected }).toEqual({ conflicts: 0, rejected: 0 });
      counts.recorded += recorded;
      counts.duplicates += duplicates;
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  return counts;
};

const ask = async ({ url }: Arrived, path: string): Promise<unknown> => {
  const answer = await fetch(url + path);
  expect([path, answer.status]).toEqual([path, 200]);
  return answer.json();
};

describe('touchpoints that arrive over HTTP', () => {
  const touchpoints: Touchpoint[] = [];
  for (const { touchpoints: hers } of simulate({ customers: CUSTOMERS, seed: 11, months: 24, endAt: END }))
    touchpoints.push(...hers);
  const [a, b, c, d, e, f] = touchpoints
    .map(({ customer }) => customer)
    .filter((one, i, all) => all.indexOf(one) === i);
  touchpoints.push(
    identity('customer.merged', a, '2026-02-01T00:00:00Z', b),
    identity('customer.merged', b, '2026-03-01T00:00:00Z', c),
    identity('customer.merged', d, '2026-02-01T00:00:00Z', e),
    identity('customer.unmerged', d, '2026-04-15T00:00:00Z'),
    identity('customer.merged', f, '2026-05-01T00:00:00Z', e),
  );
  /** Of a and b into c, and of f into e. */
  const merged = 3;
  const inOrder = [...touchpoints].sort((a, b) => a.recordedAt - b.recordedAt);
  const customers = [...new Set(touchpoints.map(({ customer }) => customer))];
  let engines: readonly Arrived[] = [];

  beforeAll(async () => {
    engines = [await start(), await start(), await start()];
  });
  afterAll(async () => {
    for (const { app, engine } of engines) {
      await app.close();
      await engine.close();
    }
  });

  it('are recorded once each, whatever their order and however often they are sent', async () => {
    const [first, second, third] = engines;
    const count = touchpoints.length;
    expect(count).toBeGreaterThan(2_000);
    expect(await send(first, inOrder)).toEqual({ recorded: count, duplicates: 0 });
    expect(await send(second, shuffled(inOrder, seededRandom(1)))).toEqual({ recorded: count, duplicates: 0 });
    const more = repeated(inOrder, seededRandom(2));
    expect(more.length).toBeGreaterThan(count * 1.15);
    expect(await send(third, more)).toEqual({ recorded: count, duplicates: more.length - count });
    for (const { engine } of engines) await engine.caughtUp();
  });

  it('give each customer the same relationship, explanation and history', async () => {
    const [first, ...others] = engines;
    for (const customer of customers)
      for (const what of ['', '/explanation', '/history'])
        for (const query of ['', '?asOf=2026-03-31']) {
          const path = `/v1/customers/${encodeURIComponent(customer)}${what}${query}`;
          const expected = await ask(first, path);
          for (const other of others) expect(await ask(other, path)).toEqual(expected);
        }
  });

  it('give the same lists, population, flows and complaint board', async () => {
    const [first, ...others] = engines;
    const paths = [
      '/v1/customers?limit=1000',
      '/v1/customers?factor=trust&atLeast=50',
      '/v1/population',
      '/v1/population?from=2026-01-01&to=2026-06-30',
      '/v1/cases',
      '/v1/cases?open=false',
    ];
    for (const path of paths) {
      const expected = await ask(first, path);
      for (const other of others) expect(await ask(other, path)).toEqual(expected);
    }
    expect(await ask(first, '/v1/population')).toMatchObject({ customers: customers.length - merged });
  });
});
