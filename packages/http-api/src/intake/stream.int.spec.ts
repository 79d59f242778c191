import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { FastifyInstance } from 'fastify';
import { createApi } from '../app';
import { type TestEngine, testEngine, testOptions } from '../testing/api-engine';

let engine: TestEngine;
let app: FastifyInstance;
/** Touchpoints that were handed to the log. */
let handedOver = 0;
let largest = 0;
beforeAll(async () => {
  engine = await testEngine();
  app = await createApi(
    {
      ...engine,
      record: (touchpoints) => {
        handedOver += touchpoints.length;
        largest = Math.max(largest, touchpoints.length);
        return engine.record(touchpoints);
      },
    },
    testOptions,
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  app.server.closeAllConnections();
  await app.close();
  await engine.close();
});
beforeEach(() => {
  handedOver = 0;
});

let last = 0;
const line = (pad = ''): string =>
  `${JSON.stringify({ id: `t-${++last}${pad}`, source: 'shop', type: 'order.completed', customer: `c-${last % 50}`, occurredAt: '2026-03-01T12:00:00Z', data: { total: 20 } })}\n`;

const open = (to = app): ClientRequest => {
  const { port } = to.server.address() as AddressInfo;
  const sending = request({
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/v1/touchpoints',
    headers: { 'content-type': 'application/x-ndjson' },
  });
  sending.on('error', () => {});
  sending.flushHeaders();
  return sending;
};
const answerTo = async (sending: ClientRequest): Promise<IncomingMessage> =>
  ((await once(sending, 'response')) as [IncomingMessage])[0];

/** Resolves when a value has begun to grow, and then not changed for a while. */
const settled = async (value: () => number): Promise<number> => {
  for (let before = 0; ; ) {
    const now = value();
    if (now > 0 && now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
};

it('answers lines as they come, before the request has ended', async () => {
  const sending = open();
  const answer = await answerTo(sending);
  const results = createInterface({ input: answer })[Symbol.asyncIterator]();
  for (let i = 0; i < 3; i++) {
    sending.write(line());
    expect(JSON.parse((await results.next()).value)).toMatchObject({
      line: i + 1,
      status: 'recorded',
      id: `t-${last}`,
    });
  }
  sending.end();
  expect(JSON.parse((await results.next()).value)).toMatchObject({ status: 'done', recorded: 3 });
});

it('reads no more from who does not read the answers, and goes on when they are read', async () => {
  const sending = open();
  const answer = await answerTo(sending);
  answer.pause();
  // With its long id, more answers than all buffers between can hold.
  const TOTAL = 30_000;
  const repeated = line('x'.repeat(500));
  let sent = 0;
  const send = (): void => {
    while (sent < TOTAL) {
      sent++;
      if (!sending.write(repeated)) return void sending.once('drain', send);
    }
    sending.end();
  };
  send();
  const held = await settled(() => handedOver);
  expect(held).toBeGreaterThan(0);
  expect(held).toBeLessThan(TOTAL);
  expect(largest).toBeLessThanOrEqual(500);
  let results = 0;
  let end: unknown;
  for await (const text of createInterface({ input: answer })) {
    results++;
    end = text;
  }
  expect(results).toBe(TOTAL + 1);
  expect(JSON.parse(String(end))).toMatchObject({ status: 'done', recorded: 1, duplicates: TOTAL - 1 });
});

it('keeps what it answered when the client goes away, and serves the others', async () => {
  const sending = open();
  const answer = await answerTo(sending);
  const first = line();
  sending.write(first + line());
  const results = createInterface({ input: answer })[Symbol.asyncIterator]();
  const { value } = await results.next();
  sending.destroy();
  const again = await app.inject({
    method: 'POST',
    url: '/v1/touchpoints',
    headers: { 'content-type': 'application/json' },
    payload: first,
  });
  expect(again.json()).toMatchObject({ status: 'duplicate', position: JSON.parse(value).position });
});

it('refuses one key more streams than it may have, until one has ended', async () => {
  const few = await createApi(engine, { ...testOptions, limits: { ...testOptions.limits, streamsPerKey: 2 } });
  await few.listen({ host: '127.0.0.1', port: 0 });
  const [first, second] = [open(few), open(few)];
  const answers = await Promise.all([answerTo(first), answerTo(second)]);
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  const refused = await answerTo(open(few));
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  first.end();
  answers[0].resume();
  await once(answers[0], 'close');
  let third = await answerTo(open(few));
  while (third.statusCode === 429) third = await answerTo(open(few));
  expect(third.statusCode).toBe(200);
  second.destroy();
  let fourth = await answerTo(open(few));
  while (fourth.statusCode === 429) fourth = await answerTo(open(few));
  expect(fourth.statusCode).toBe(200);
  few.server.closeAllConnections();
  await few.close();
});
