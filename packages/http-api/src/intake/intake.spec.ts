import { gzipSync } from 'node:zlib';
import type { Clock } from '@rapport/engine';
import * as fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { createApi } from '../app';
import { type TestEngine, testEngine, testOptions } from '../testing/api-engine';

const NOW = Date.UTC(2026, 6, 1);
const clock: Clock = { now: () => NOW, until: () => new Promise(() => {}) };

let engine: TestEngine;
let app: FastifyInstance;
beforeAll(async () => {
  engine = await testEngine({ clock });
  app = await createApi(engine, { ...testOptions, limits: { ...testOptions.limits, item: 4_096 } });
});
afterAll(async () => {
  await app.close();
  await engine.close();
});

let last = 0;
const fresh = () => `t-${++last}`;
const touchpoint = (over: object = {}) => ({
  id: fresh(),
  source: 'shop',
  type: 'order.completed',
  customer: 'c-17',
  occurredAt: '2026-03-01T12:00:00.000Z',
  data: { total: 20 },
  ...over,
});
const cloudEvent = (over: object = {}) => ({
  specversion: '1.0',
  id: fresh(),
  source: 'shop',
  type: 'touchpoint.order.completed.v1',
  subject: 'c-17',
  time: '2026-03-01T12:00:00Z',
  data: { total: 20 },
  ...over,
});

const send = (
  payload: unknown,
  { type = 'application/json', url = '/v1/touchpoints', ...headers }: Record<string, string> = {},
) =>
  app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': type, ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
const ndjson = (items: readonly unknown[]) => items.map((item) => `${JSON.stringify(item)}\n`).join('');
const linesOf = (body: string) =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const recorded = async (id: string) => {
  for await (const page of engine.log.readAll()) for (const event of page) if (event.id === id) return event;
  return undefined;
};

describe('a touchpoint on its own', () => {
  it('is recorded in the compact form, and a duplicate the second time, where it stands', async () => {
    const one = touchpoint();
    const first = await send(one);
    expect([first.statusCode, first.json()]).toEqual([
      200,
      { status: 'recorded', id: one.id, source: 'shop', position: (await recorded(one.id))?.position },
    ]);
    const second = await send(one);
    expect([second.statusCode, second.json()]).toEqual([200, { ...first.json(), status: 'duplicate' }]);
  });

  it('is recorded as a structured CloudEvent', async () => {
    const event = cloudEvent();
    const answer = await send(event, { type: 'application/cloudevents+json; charset=utf-8' });
    expect(answer.json()).toMatchObject({ status: 'recorded', id: event.id });
  });

  it('is recorded as a CloudEvent in binary mode, with percent-encoded attributes', async () => {
    const id = fresh();
    const answer = await send(
      { total: 20 },
      {
        'ce-specversion': '1.0',
        'ce-id': id,
        'ce-source': 'shop',
        'ce-type': 'touchpoint.order.completed.v1',
        'ce-subject': 'J%C3%BCrgen%20K.',
        'ce-time': '2026-03-01T12:00:00Z',
        'ce-correlationid': '"o-1"',
      },
    );
    expect(answer.json()).toMatchObject({ status: 'recorded', id });
    expect(await recorded(id)).toMatchObject({ stream: 'customer-Jürgen K.', correlationId: 'o-1' });
  });

  const binary = (over: Record<string, string> = {}) => ({
    'ce-specversion': '1.0',
    'ce-id': fresh(),
    'ce-source': 'shop',
    'ce-type': 'touchpoint.order.completed.v1',
    'ce-subject': 'c-17',
    'ce-time': '2026-03-01T12:00:00Z',
    ...over,
  });

  it('is what its media type says, whatever ce- headers stand beside it', async () => {
    const event = cloudEvent({ subject: 'structured' });
    const whole = await send(event, { ...binary({ 'ce-id': event.id }), type: 'application/cloudevents+json' });
    expect(whole.json()).toMatchObject({ status: 'recorded', id: event.id });
    expect(await recorded(event.id)).toMatchObject({ stream: 'customer-structured', data: { total: 20 } });
    const list = await send([cloudEvent()], { ...binary(), type: 'application/cloudevents-batch+json' });
    expect(list.json()).toMatchObject({ recorded: 1 });
  });

  it('in binary mode takes no event as a whole for data', async () => {
    const answer = await send(cloudEvent(), binary());
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([
      { field: 'data', message: expect.stringContaining('cloudevents+json') },
    ]);
  });

  it.each([undefined, 'application/json'])(
    'in binary mode needs no body, and then no data, with media type %s',
    async (type) => {
      const headers = binary();
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/touchpoints',
        headers: { ...headers, ...(type && { 'content-type': type }) },
      });
      expect(answer.json()).toMatchObject({ status: 'recorded', id: headers['ce-id'] });
      expect(await recorded(headers['ce-id'])).toMatchObject({ data: {} });
    },
  );

  it.each([
    [Buffer.from('Zürich').toString('latin1'), 'Zürich'],
    ['Z%C3%BCrich', 'Zürich'],
    ['Z%c3%bcrich', 'Zürich'],
    ['%E2%82%AC%20%F0%9F%98%80', '€ 😀'],
    ['"Z%C3%BCrich"', 'Zürich'],
    ['"say \\"hi\\" \\\\ C:"', 'say "hi" \\ C:'],
    ['100%25', '100%'],
    ['%2522', '%22'],
    ['O\'Brien, "Pat"', 'O\'Brien, "Pat"'],
    ['""', undefined],
    ['Z\u00fcrich', undefined],
    ['%C0%A0', undefined],
    ['%FC', undefined],
    ['100%', undefined],
    ['"Z', undefined],
    ['"Z\\"', undefined],
  ])('in binary mode reads the header value %j as %j', async (value, customer) => {
    const headers = binary({ 'ce-subject': value });
    const answer = await send({}, headers);
    if (customer === undefined) {
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toMatchObject([{ field: 'subject' }]);
    } else {
      expect(answer.json()).toMatchObject({ status: 'recorded' });
      expect(await recorded(headers['ce-id'])).toMatchObject({ stream: `customer-${customer}` });
    }
  });

  it('is told of fields that look misspelt, and recorded all the same', async () => {
    const one = touchpoint({ staff_id: 'ann', data: { Total: 20, order_id: 'o-1', colour: 'red' } });
    const warnings = [
      { field: 'data.Total', message: expect.stringContaining('did you mean "total"?') },
      { field: 'data.order_id', message: expect.stringContaining('did you mean "orderId"?') },
      { field: 'staff_id', message: expect.stringContaining('did you mean "staff"?') },
    ];
    const first = await send(one);
    expect([first.statusCode, first.json()]).toMatchObject([200, { status: 'recorded', warnings }]);
    expect((await recorded(one.id))?.data).toEqual(one.data);
    expect((await send(one)).json()).toMatchObject({ status: 'duplicate', warnings });
    const fine = touchpoint();
    const batch = await send([fine, one]);
    expect(batch.json()).toMatchObject({ recorded: 1, duplicates: 1, withWarnings: 1, results: [{}, { warnings }] });
    const [line, summary] = linesOf((await send(ndjson([one]), { type: 'application/x-ndjson' })).body);
    expect([line, summary]).toMatchObject([
      { line: 1, warnings },
      { status: 'done', withWarnings: 1 },
    ]);
    expect((await send([fine])).json()).not.toHaveProperty('withWarnings');
  });

  it('is told of a total that is turned, in every way of sending', async () => {
    const one = touchpoint({ type: 'order.refunded', data: { total: -5 } });
    const warnings = [{ field: 'data.total', message: expect.stringContaining('-5 is taken as 5') }];
    const first = await send(one);
    expect([first.statusCode, first.json()]).toMatchObject([200, { status: 'recorded', warnings }]);
    expect((await recorded(one.id))?.data).toEqual({ total: 5 });
    expect((await send([one])).json()).toMatchObject({ duplicates: 1, withWarnings: 1, results: [{ warnings }] });
    const [line] = linesOf((await send(ndjson([one]), { type: 'application/x-ndjson' })).body);
    expect(line).toMatchObject({ line: 1, warnings });
    expect((await send({ ...one, data: { total: 5 } })).json()).not.toHaveProperty('warnings');
  });

  it('conflicts with other content of the same identity', async () => {
    const one = touchpoint();
    await send(one);
    const answer = await send({ ...one, data: { total: 21 } });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ type: '/problems/conflict', detail: expect.stringContaining(one.id) });
  });

  it('is refused with every wrong field', async () => {
    const answer = await send(touchpoint({ customer: '', data: { total: -1 } }));
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      type: '/problems/invalid-touchpoint',
      errors: [{ field: 'customer' }, { field: 'data.total' }],
    });
  });

  it('is told one thing about one mistake: recordedAt is not to be sent, however it is written', async () => {
    for (const recordedAt of ['2026-03-01T12:00:00Z', 'yesterday', '', '2126-03-01T12:00:00Z', 17])
      expect((await send(touchpoint({ recordedAt }))).json().errors).toMatchObject([
        { field: 'recordedAt', message: expect.stringContaining('Leave it out') },
      ]);
  });

  it.each([
    ['recordedAt', () => touchpoint({ recordedAt: '2026-03-01T12:00:00Z' })],
    ['recordedtime', () => cloudEvent({ recordedtime: '2026-03-01T12:00:00Z' })],
  ])('may not say %s, which is for the log to say', async (field, make) => {
    const answer = await send(make());
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toEqual([{ field, message: expect.stringContaining('rapport import') }]);
  });

  it('is refused when it is larger than a touchpoint may be', async () => {
    const answer = await send(touchpoint({ data: { note: 'x'.repeat(5_000) } }));
    expect(answer.statusCode).toBe(413);
    expect(answer.json().detail).toMatch(/at most 4096 bytes; this one has \d+/);
  });
});

describe('a batch of touchpoints', () => {
  it('keeps the good ones whatever the bad ones are, and answers for each in its place', async () => {
    const [one, other] = [touchpoint(), touchpoint()];
    await send(other);
    const answer = await send([one, touchpoint({ type: 'order.complete' }), one, { ...other, data: {} }, 17]);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({
      recorded: 1,
      duplicates: 1,
      conflicts: 1,
      rejected: 2,
      results: [
        { index: 0, status: 'recorded', id: one.id },
        {
          index: 1,
          status: 'rejected',
          errors: [{ field: 'type', message: expect.stringContaining('order.completed') }],
        },
        { index: 2, status: 'duplicate', id: one.id },
        { index: 3, status: 'conflict', id: other.id },
        { index: 4, status: 'rejected', errors: [{ field: '' }] },
      ],
    });
  });

  it('rejects a number that would become another, as it was sent, and keeps the others; so does a stream', async () => {
    const texts = [touchpoint(), touchpoint({ data: { of: [{ ref: 1 }] } }), touchpoint()].map((one) =>
      JSON.stringify(one).replace('"ref":1', '"ref":17841405822304913'),
    );
    const errors = [
      {
        field: 'data.of[0].ref',
        message: expect.stringMatching(/got 17841405822304913\. .*send it as text/),
      },
    ];
    const expected = [{ status: 'recorded' }, { status: 'rejected', errors }, { status: 'recorded' }];
    expect((await send(`[${texts.join(',')}]`)).json().results).toMatchObject(expected);
    const duplicates = [{ status: 'duplicate' }, { status: 'rejected', errors }, { status: 'duplicate' }];
    const stream = await send(texts.join('\n'), { type: 'application/x-ndjson' });
    expect(linesOf(stream.body).slice(0, 3)).toMatchObject(duplicates);
    expect((await send(texts[1])).json()).toMatchObject({ status: 422, errors });
  });

  it('is taken as a list of CloudEvents, and only as a list', async () => {
    const type = 'application/cloudevents-batch+json';
    expect((await send([cloudEvent(), cloudEvent()], { type })).json()).toMatchObject({ recorded: 2 });
    expect((await send([], { type })).json()).toMatchObject({ recorded: 0, results: [] });
    expect((await send(cloudEvent(), { type })).statusCode).toBe(400);
    expect((await send([cloudEvent()], { type: 'application/cloudevents+json' })).statusCode).toBe(400);
  });

  it('rejects an item that is larger than a touchpoint may be, and a list of too many', async () => {
    const answer = await send([touchpoint({ data: { note: 'x'.repeat(5_000) } }), touchpoint()]);
    expect(answer.json()).toMatchObject({ recorded: 1, rejected: 1, results: [{ status: 'rejected' }, {}] });
    expect((await send(Array.from({ length: 10_001 }, () => 0))).statusCode).toBe(413);
  });

  it('may be larger than is recorded at once', async () => {
    const items = Array.from({ length: 2_500 }, () => touchpoint());
    const { results, ...counts } = (await send(items)).json();
    expect(counts).toEqual({ recorded: 2_500, duplicates: 0, conflicts: 0, rejected: 0 });
    expect(results.map(({ id }: { id: string }) => id)).toEqual(items.map(({ id }) => id));
  });

  it('answers as the log would, whatever is in it and in whatever order', async () => {
    const item = fc.record({ id: fc.integer({ min: 1, max: 6 }), total: fc.integer({ min: -1, max: 2 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.uuid(),
        fc.array(fc.array(item, { maxLength: 12 }), { maxLength: 3 }),
        async (run, batches) => {
          const known = new Map<number, number>();
          for (const batch of batches) {
            const expected = batch.map(({ id, total }) => {
              if (total < 0) return 'rejected';
              if (!known.has(id)) {
                known.set(id, total);
                return 'recorded';
              }
              return known.get(id) === total ? 'duplicate' : 'conflict';
            });
            const items = batch.map(({ id, total }) => touchpoint({ id: `${run}-${id}`, data: { total } }));
            for (const answer of [await send(items, { type: 'application/json' })])
              expect(answer.json().results.map(({ status }: { status: string }) => status)).toEqual(expected);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a stream of touchpoints', () => {
  const type = 'application/x-ndjson';

  it.each(['application/x-ndjson', 'application/ndjson', 'application/jsonl'])('is %s', async (streamType) => {
    const one = touchpoint();
    const answer = await send(ndjson([one]), { type: streamType });
    expect(answer.headers['content-type']).toMatch(/^application\/x-ndjson/);
    expect(linesOf(answer.body)).toEqual([
      { line: 1, status: 'recorded', id: one.id, source: 'shop', position: expect.any(String) },
      { status: 'done', recorded: 1, duplicates: 0, conflicts: 0, rejected: 0 },
    ]);
  });

  it('answers line by line, in order, and goes on after lines that cannot be read', async () => {
    const [a, b, c] = [touchpoint(), cloudEvent(), touchpoint()];
    const long = JSON.stringify(touchpoint({ data: { note: 'x'.repeat(5_000) } }));
    const body = `\ufeff${JSON.stringify(a)}\r\n\r\n{"id":\n${long}\n  \n${JSON.stringify(b)}\n${JSON.stringify(a)}\n${JSON.stringify(c)}`;
    const answer = await send(body, { type });
    expect(linesOf(answer.body)).toMatchObject([
      { line: 1, status: 'recorded', id: a.id },
      { line: 3, status: 'rejected', errors: [{ message: expect.stringContaining('JSON') }] },
      { line: 4, status: 'rejected', errors: [{ message: expect.stringContaining('at most 4096 bytes') }] },
      { line: 6, status: 'recorded', id: b.id },
      { line: 7, status: 'duplicate', id: a.id },
      { line: 8, status: 'recorded', id: c.id },
      { status: 'done', recorded: 3, duplicates: 1, conflicts: 0, rejected: 2 },
    ]);
  });

  it('is read compressed, and may be empty', async () => {
    const packed = gzipSync(ndjson([touchpoint(), touchpoint()]));
    const answer = await send(packed, { type, 'content-encoding': 'gzip' });
    expect(linesOf(answer.body).at(-1)).toMatchObject({ status: 'done', recorded: 2 });
    expect(linesOf((await send('', { type })).body)).toEqual([
      { status: 'done', recorded: 0, duplicates: 0, conflicts: 0, rejected: 0 },
    ]);
  });

  it('says at its end why it ended early, when it does', async () => {
    const packed = gzipSync(ndjson(Array.from({ length: 3_000 }, () => touchpoint({ note: Math.random() }))));
    const answer = await send(packed.subarray(0, packed.length >> 1), { type, 'content-encoding': 'gzip' });
    const lines = linesOf(answer.body);
    expect(lines.at(-1)).toMatchObject({
      status: 'failed',
      problem: { status: 400, type: '/problems/malformed-request' },
    });
    for (const { status } of lines.slice(0, -1)) expect(status).toBe('recorded');
  });
});

describe('clock skew', () => {
  it('is corrected by when the request was sent, by the clock that dated the touchpoints', async () => {
    const one = touchpoint({ occurredAt: '2026-07-01T05:00:00Z' });
    await send(one, { 'rapport-sent-at': '2026-07-01T06:00:00Z' });
    expect((await recorded(one.id))?.occurredAt).toBe(NOW - 3_600_000);
  });

  it('never dates a touchpoint later than it was received', async () => {
    const one = touchpoint({ occurredAt: '2026-07-01T07:00:00Z' });
    await send(ndjson([one]), { type: 'application/x-ndjson', 'rapport-sent-at': '2026-07-01T06:00:00Z' });
    expect((await recorded(one.id))?.occurredAt).toBe(NOW);
  });

  it('does not make a conflict of a touchpoint that is sent again a little later', async () => {
    const one = touchpoint();
    await send(one, { 'rapport-sent-at': '2026-07-01T06:00:00Z' });
    const again = await send(one, { 'rapport-sent-at': '2026-07-01T06:00:01Z' });
    expect(again.json()).toMatchObject({ status: 'duplicate', position: (await recorded(one.id))?.position });
    const other = await send({ ...one, data: { total: 1 } }, { 'rapport-sent-at': '2026-07-01T06:00:01Z' });
    expect(other.statusCode).toBe(409);
  });

  it('is refused in another form than RFC 3339', async () => {
    const answer = await send(touchpoint(), { 'rapport-sent-at': 'yesterday' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().errors).toMatchObject([{ field: 'Rapport-Sent-At' }]);
  });
});

describe("Segment's calls", () => {
  const call = (over: object = {}) => ({
    type: 'track',
    event: 'Order Completed',
    messageId: fresh(),
    userId: 'c-17',
    timestamp: '2026-03-01T12:00:00Z',
    properties: { order_id: 'o-1', revenue: 20 },
    ...over,
  });

  it('are recorded one by one, with or without their type', async () => {
    const { type: _, ...one } = call();
    const answer = await send(one, { url: '/v1/track' });
    expect([answer.statusCode, answer.json()]).toMatchObject([
      200,
      { status: 'recorded', id: one.messageId, source: 'segment' },
    ]);
  });

  it('are about whom they name, or the anonymous where that is empty', async () => {
    const [anonymous, nobody] = [call({ userId: '', anonymousId: 'a-1' }), call({ userId: '' })];
    const answer = await send({ batch: [anonymous, nobody] }, { url: '/v1/batch' });
    expect(answer.json().results).toMatchObject([{ status: 'recorded' }, { errors: [{ field: 'userId' }] }]);
    expect(await recorded(anonymous.messageId)).toMatchObject({ stream: 'customer-a-1' });
  });

  it('are recorded in batches, where calls that are no touchpoints are skipped', async () => {
    const batch = [call(), call({ type: 'identify' }), call({ event: 'Something' }), 'x'];
    expect((await send({ batch }, { url: '/v1/batch' })).json()).toMatchObject({
      recorded: 1,
      rejected: 2,
      results: [
        { index: 0, status: 'recorded' },
        { index: 1, status: 'skipped', reason: expect.stringContaining('identify') },
        { index: 2, status: 'rejected', errors: [{ field: 'event' }] },
        { index: 3, status: 'rejected' },
      ],
    });
    expect((await send({ calls: [] }, { url: '/v1/batch' })).statusCode).toBe(400);
  });

  it('are dated as Segment dates them', async () => {
    const at = async (over: object, sentAt?: string) => {
      const one = call(over);
      const answer = await send({ batch: [one], sentAt }, { url: '/v1/batch' });
      expect(answer.json()).toMatchObject({ recorded: 1 });
      return (await recorded(one.messageId))?.occurredAt;
    };
    expect(await at({ timestamp: '2026-07-01T05:00:00Z' }, '2026-07-01T06:00:00Z')).toBe(NOW - 3_600_000);
    expect(
      await at({
        originalTimestamp: '2026-07-01T04:00:00Z',
        timestamp: '2026-07-01T05:00:00Z',
        sentAt: '2026-07-01T06:00:00Z',
      }),
    ).toBe(NOW - 7_200_000);
    expect(await at({})).toBe(Date.UTC(2026, 2, 1, 12));
    expect(await at({ timestamp: undefined })).toBe(NOW);
    expect(await at({ sentAt: '' }, '')).toBe(Date.UTC(2026, 2, 1, 12));
    expect(await at({ originalTimestamp: '', timestamp: '', sentAt: null }, '')).toBe(NOW);
  });

  it.each([
    'application/x-ndjson',
    'application/ndjson',
    'application/jsonl',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
  ])('are JSON documents, not %s', async (type) => {
    for (const url of ['/v1/track', '/v1/batch'])
      expect((await send(call(), { url, type })).json()).toMatchObject({
        status: 415,
        type: '/problems/unsupported-media-type',
      });
  });
});
