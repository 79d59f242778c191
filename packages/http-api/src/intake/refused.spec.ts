/** What is refused, in every form that the intake takes, is in the log, in the metrics and in the store. */
import { join } from 'node:path';
import type { Clock } from '@rapport/engine';
import type { RejectionWithBody } from '@rapport/rejections';
import { silentTelemetry } from '@rapport/telemetry';
import { pino } from 'pino';
import { type AnyJson, type AskedApi, askedApi } from '../testing/asked-api';

const NOW = Date.UTC(2026, 6, 1);
const clock: Clock = { now: () => NOW, until: () => new Promise(() => {}) };
const logged: AnyJson[] = [];
const logger = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });

let api: AskedApi;
let keys: Readonly<Record<'ingest' | 'analyst' | 'marketing', { readonly id: string; readonly secret: string }>>;
beforeEach(async () => {
  logged.splice(0);
  const telemetry = { ...silentTelemetry(), logger };
  api = await askedApi(
    { clock, telemetry },
    {
      authentication: true,
      limits: { body: 64 * 1024, item: 4_096, requestsPerMinute: 0, streamsPerKey: 1 },
      allowedOrigins: [],
    },
  );
  const make = async (role: 'ingest' | 'analyst' | 'marketing') => {
    const { key, secret } = await api.engine.access.createKey({ name: role, roles: [role] });
    return { id: key.id, secret };
  };
  keys = { ingest: await make('ingest'), analyst: await make('analyst'), marketing: await make('marketing') };
});
afterEach(() => api.close());

const touchpoint = (over: object = {}) => ({
  id: '1',
  source: 'shop',
  type: 'order.completed',
  customer: 'c-17',
  occurredAt: '2026-03-01T12:00:00Z',
  data: { total: 20 },
  ...over,
});
const bad = (over: object = {}) => touchpoint({ data: { total: 'much', note: 'for Jane' }, ...over });
const event = (over: object = {}) => ({
  specversion: '1.0',
  id: '1',
  source: 'shop',
  type: 'touchpoint.order.completed.v1',
  subject: 'c-17',
  time: '2026-03-01T12:00:00Z',
  data: { items: [{ price: 1 }, { price: 'x' }] },
  ...over,
});
type Sent = Record<string, string>;
const send = (
  payload: unknown,
  { type = 'application/json', url = '/v1/touchpoints', key = keys.ingest.secret, ...headers }: Sent = {},
) =>
  api.app.inject({
    method: 'POST',
    url,
    headers: { ...(type === '' ? {} : { 'content-type': type }), authorization: `Bearer ${key}`, ...headers },
    payload: typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload),
  });
const asAnalyst = () => ({ authorization: `Bearer ${keys.analyst.secret}` });
const get = (url: string) => api.ask({ url, headers: asAnalyst() });
const kept = async (): Promise<readonly RejectionWithBody[]> => {
  const { rejections } = (await get('/v1/rejections')).body as { rejections: { id: string }[] };
  return Promise.all(rejections.map(async ({ id }) => (await get(`/v1/rejections/${id}`)).body));
};
const only = async (): Promise<RejectionWithBody> => {
  const all = await kept();
  expect(all).toHaveLength(1);
  return all[0];
};
const metric = async () =>
  (
    await api.engine.telemetry.metrics.registry.getSingleMetric('rapport_rejected_touchpoints_total')?.get()
  )?.values.map(({ labels, value }) => [labels.source, labels.reason, value]);

const MASK = '[masked by rapport]';

describe('a touchpoint on its own', () => {
  it('is kept as it was sent but for what is masked, logged without its values, and counted', async () => {
    const text = JSON.stringify(bad(), null, 1);
    const answer = await send(text);
    expect(answer.statusCode).toBe(422);
    expect(await only()).toMatchObject({
      times: 1,
      key: keys.ingest.id,
      source: 'shop',
      touchpoint: '1',
      customer: 'c-17',
      reason: 'invalid-touchpoint',
      status: 422,
      problems: [{ field: 'data.total', pointer: '/data/total', message: expect.stringContaining('"much"') }],
      route: 'POST /v1/touchpoints',
      format: 'json',
      requestId: answer.headers['x-request-id'],
      body: text.replace('for Jane', MASK),
      bodyIs: 'whole',
      bodyBytes: text.length,
      masked: 1,
      maskedAt: ['/data/note'],
    });
    const lines = logged.filter(({ msg }) => msg === 'refused');
    expect(lines).toMatchObject([
      {
        level: 40,
        reason: 'invalid-touchpoint',
        status: 422,
        source: 'shop',
        keyId: keys.ingest.id,
        at: ['/data/total'],
      },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/Jane|much/);
    expect(await metric()).toEqual([['shop', 'invalid-touchpoint', 1]]);
  });

  it('whose identity is taken is kept; a duplicate is not', async () => {
    expect((await send(touchpoint())).statusCode).toBe(200);
    expect((await send(touchpoint())).json()).toMatchObject({ status: 'duplicate' });
    expect((await send(touchpoint({ data: { total: 21 } }))).statusCode).toBe(409);
    expect(await only()).toMatchObject({ reason: 'conflict', status: 409, problems: [{ pointer: '/id' }] });
  });

  it('as a structured CloudEvent is pointed into', async () => {
    await send(event(), { type: 'application/cloudevents+json' });
    expect(await only()).toMatchObject({
      format: 'cloudevents',
      customer: 'c-17',
      problems: [{ pointer: '/data/items/1/price' }],
      body: JSON.stringify(event()),
    });
  });

  it('in binary mode is kept as an event as a whole, which can be sent again', async () => {
    const attributes = { 'ce-specversion': '1.0', 'ce-id': 'b-1', 'ce-source': 'shop', 'ce-subject': 'Z%C3%BCrich' };
    const more = { 'ce-type': 'touchpoint.order.completed.v1', 'ce-time': '2026-03-01T12:00:00Z' };
    await send({ total: 'x' }, { ...attributes, ...more });
    const found = await only();
    expect(found).toMatchObject({
      format: 'cloudevents-binary',
      source: 'shop',
      touchpoint: 'b-1',
      customer: 'Zürich',
    });
    const mended = JSON.parse(found.body!);
    mended.data.total = 5;
    expect((await send(mended, { type: 'application/cloudevents+json' })).json()).toMatchObject({ status: 'recorded' });
    await send('{"total":1}', { ...attributes, ...more, 'ce-subject': '%zz' });
    expect((await kept())[0]).toMatchObject({ reason: 'invalid-touchpoint', problems: [{ field: 'subject' }] });
  });

  it('mended, is recorded; with a mask in its data it is refused', async () => {
    await send(bad());
    const body = JSON.parse((await only()).body!);
    body.data.total = 20;
    const masked = await send(body);
    expect([masked.statusCode, masked.json().errors[0].field]).toEqual([422, 'data.note']);
    body.data.note = undefined;
    expect((await send(body)).json()).toMatchObject({ status: 'recorded' });
  });

  it('that is too long is kept in its beginning', async () => {
    await send(touchpoint({ data: { total: 1, orderId: 'o'.repeat(5_000) } }));
    expect(await only()).toMatchObject({
      reason: 'too-large',
      status: 413,
      bodyIs: 'whole',
      bodyBytes: expect.any(Number),
    });
  });
});

describe('of many', () => {
  const items = [
    touchpoint({ id: 'a' }),
    bad({ id: 'b' }),
    7,
    touchpoint({ id: 'a', data: { total: 9 } }),
    touchpoint({ id: 'e', data: { x: 'y'.repeat(5_000) } }),
  ];

  it('only the refused items of a list are kept, each with its place', async () => {
    const answer = await send(items);
    expect(answer.json()).toMatchObject({ recorded: 1, conflicts: 1, rejected: 3 });
    const [long, taken, seven, b] = await kept();
    expect(b).toMatchObject({ place: 'index 1', touchpoint: 'b', reason: 'invalid-touchpoint', format: 'json' });
    expect(b.body).toBe(JSON.stringify(bad({ id: 'b' })).replace('for Jane', MASK));
    expect(seven).toMatchObject({ place: 'index 2', body: `"${MASK}"` });
    expect(taken).toMatchObject({ place: 'index 3', reason: 'conflict', status: 409 });
    expect(long).toMatchObject({ place: 'index 4', reason: 'too-large', status: 413 });
    expect(await metric()).toEqual([
      ['shop', 'invalid-touchpoint', 1],
      ['unknown', 'invalid-touchpoint', 1],
      ['shop', 'conflict', 1],
      ['shop', 'too-large', 1],
    ]);
  });

  it('those of a batch of CloudEvents are', async () => {
    await send([event({ id: 'x', data: {} }), event({ id: 'y' })], { type: 'application/cloudevents-batch+json' });
    expect(await only()).toMatchObject({ format: 'cloudevents-batch', place: 'index 1', touchpoint: 'y' });
  });

  it('a number that no double keeps is kept as it was sent', async () => {
    await send('[{"id":12345678901234567890,"source":"shop"}]');
    expect((await only()).body).toBe('{"id":12345678901234567890,"source":"shop"}');
  });

  it('the lines of a stream are, byte by byte, also those that are no JSON', async () => {
    const lines = [
      JSON.stringify(touchpoint({ id: 'a' })),
      `{ "id" : "b", "source":"crm", "type": "order.completed", "data": {"total": 1.50} }`,
      '{"id":"c", "note":"Jane',
      `{"id":"d","source":"${'z'.repeat(5_000)}"}`,
    ];
    const bytes = Buffer.concat([Buffer.from(`${lines.join('\n')}\n`), Buffer.from([0x22, 0xff, 0x22, 0x0a])]);
    const answer = await send(bytes, { type: 'application/x-ndjson' });
    expect(
      answer.body
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status),
    ).toEqual([...['recorded', 'rejected', 'rejected', 'rejected', 'rejected', 'done']]);
    const [wrong, long, cut, b] = await kept();
    expect(b).toMatchObject({ format: 'ndjson', place: 'line 2', source: 'crm', body: lines[1] });
    expect(cut).toMatchObject({
      place: 'line 3',
      reason: 'malformed-json',
      status: 400,
      body: `{"id":"c", "note":"${MASK}"`,
    });
    expect(long).toMatchObject({ place: 'line 4', reason: 'too-large', status: 413, bodyIs: 'none' });
    expect(wrong).toMatchObject({ place: 'line 5', reason: 'malformed-json', bodyBytes: 3 });
  });

  it('calls of Segment that a 200 hides are there, and mended they are dated as they would have been', async () => {
    const call = (over: object = {}) => ({
      type: 'track',
      event: 'Order Completed',
      messageId: 'm-1',
      userId: 'c-1',
      timestamp: '2026-06-30T12:00:00Z',
      context: { ip: '192.0.2.7', traits: { email: 'jane@example.org' } },
      properties: { order_id: 'o-1', revenue: '19.99' },
      ...over,
    });
    const sentAt = '2026-06-30T12:00:05Z';
    const answer = await send(
      { batch: [call(), call({ type: 'page', messageId: 'p' })], sentAt },
      { url: '/v1/batch' },
    );
    expect([answer.statusCode, answer.json().rejected]).toEqual([200, 1]);
    const found = await only();
    expect(found).toMatchObject({
      route: 'POST /v1/batch',
      format: 'segment-batch',
      source: 'segment',
      touchpoint: 'm-1',
      customer: 'c-1',
    });
    expect(found.body).not.toMatch(/192\.0\.2\.7|jane/);
    const mended = JSON.parse(found.body!);
    expect(mended).toMatchObject({ timestamp: '2026-06-30T23:59:55.000Z' });
    mended.properties.revenue = 19.99;
    expect((await send(mended, { url: '/v1/track' })).json()).toMatchObject({ status: 'recorded' });
    expect(await metric()).toEqual([['segment', 'invalid-touchpoint', 1]]);
  });

  it.each(['/v1/track', '/v1/t', '/v1/a'])('one call by %s is there', async (url) => {
    await send({ messageId: 'm', userId: 'c', event: 'Nothing Known', previousId: 'c' }, { url });
    expect(await only()).toMatchObject({ route: `POST ${url}`, format: 'segment', touchpoint: 'm', status: 422 });
  });
});

describe('a request as a whole', () => {
  it.each([
    ['cut off', '{"id":"1","total":', 'application/json', 'malformed-json', 400],
    ['empty', '', 'application/json', 'malformed-json', 400],
    ['an event as a batch', '{"specversion":"1.0"}', 'application/cloudevents-batch+json', 'invalid-request', 400],
    ['a batch as an event', '[]', 'application/cloudevents+json', 'invalid-request', 400],
    ['XML', '<xml/>', 'application/xml', 'unsupported-media-type', 415],
    ['of another charset', '{}', 'application/json; charset=latin1', 'unsupported-media-type', 415],
    ['too large', `[${'1,'.repeat(40_000)}1]`, 'application/json', 'too-large', 413],
  ])('that is %s is kept', async (_, body, type, reason, status) => {
    expect((await send(body, { type })).statusCode).toBe(status);
    const found = await only();
    expect(found).toMatchObject({ reason, status, problems: [{ message: expect.any(String) }] });
    expect(found).not.toHaveProperty('source');
    expect(await metric()).toEqual([['unknown', reason, 1]]);
  });

  it('that is no JSON is kept with what can be told of it; wrong UTF-8 breaks nothing', async () => {
    await send('{"id":"1","email":"jane@example.org","total":5,}');
    await send(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    const [wrong, comma] = await kept();
    expect(comma).toMatchObject({ body: `{"id":"1","email":"${MASK}","total":5,}`, bodyIs: 'whole' });
    expect(wrong).toMatchObject({ reason: 'malformed-json', bodyBytes: 4 });
  });

  it('that is compressed counts by what it holds', async () => {
    const { gzipSync } = await import('node:zlib');
    await send(gzipSync(JSON.stringify(bad())), { 'content-encoding': 'gzip' });
    expect(await only()).toMatchObject({ bodyBytes: JSON.stringify(bad()).length });
    await send(Buffer.from('no gzip'), { 'content-encoding': 'gzip' });
    expect((await kept())[0]).toMatchObject({ reason: 'malformed-request', status: 400, bodyIs: 'none' });
  });

  it('of nobody known, or of one without the role, is kept without its body', async () => {
    expect((await send(bad(), { key: 'nothing' })).statusCode).toBe(401);
    expect((await send(bad(), { key: keys.marketing.secret })).statusCode).toBe(403);
    const [role, nobody] = await kept();
    expect(nobody).toMatchObject({ reason: 'unauthenticated', status: 401, bodyIs: 'none' });
    expect(nobody).not.toHaveProperty('key');
    expect(role).toMatchObject({ reason: 'forbidden', status: 403, key: keys.marketing.id, bodyIs: 'none' });
    for (const one of [role, nobody])
      for (const name of ['body', 'bodyBytes', 'customer']) expect(one).not.toHaveProperty(name);
    expect(logged.filter(({ msg }) => msg === 'refused')).toEqual([]);
  });

  it('that is to come again as it is, is not kept', async () => {
    const { record } = api.engine;
    const full = await import('@rapport/sqlite');
    Object.assign(api.engine, {
      record: async () => {
        throw full.storeError('full', 'events.sqlite');
      },
    });
    expect((await send(touchpoint())).statusCode).toBe(507);
    Object.assign(api.engine, { record });
    expect(await kept()).toEqual([]);
  });
});

describe('a flood', () => {
  it('costs a bounded number of lines and records, and everything is counted', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => ({ id: `${i}` }));
    const answer = await send(many);
    expect(answer.json()).toMatchObject({ rejected: 3_000 });
    const { counts } = (await get('/v1/rejections?limit=1')).body;
    expect(counts).toEqual({ refused: 3_000, kept: 1_000, left: 0, notKept: 2_000 });
    expect(logged.filter(({ rejection }) => rejection !== undefined)).toHaveLength(1_000);
    expect(logged.filter(({ msg }) => String(msg).startsWith('more is refused'))).toHaveLength(1);
  });

  it('of sources makes no more than fifty series', async () => {
    await send(Array.from({ length: 200 }, (_, i) => ({ id: `${i}`, source: `s-${i}` })));
    const series = await metric();
    expect(series).toHaveLength(51);
    expect(series?.find(([source]) => source === 'other')).toEqual(['other', 'invalid-touchpoint', 150]);
  });
});

describe('the list', () => {
  it('is filtered and paged, and refuses what it does not know', async () => {
    await send([bad({ id: 'a' }), bad({ id: 'b', source: 'crm' }), bad({ id: 'c' })]);
    const first = (await get('/v1/rejections?source=shop&limit=1')).body;
    expect(first.rejections).toMatchObject([{ touchpoint: 'c' }]);
    expect(first.rejections[0]).not.toHaveProperty('body');
    const second = (await get(`/v1/rejections?source=shop&limit=1&after=${first.next}`)).body;
    expect(second.rejections).toMatchObject([{ touchpoint: 'a' }]);
    expect(second).not.toHaveProperty('next');
    const { fingerprint } = second.rejections[0];
    expect((await get(`/v1/rejections?fingerprint=${fingerprint}`)).body.rejections).toHaveLength(1);
    expect((await get('/v1/rejections?since=2026-07-02')).body.rejections).toEqual([]);
    expect((await get('/v1/rejections?since=2026-07-01&reason=invalid-touchpoint')).body.rejections).toHaveLength(3);
    expect((await get(`/v1/rejections?key=${keys.analyst.id}`)).body).toMatchObject({
      rejections: [],
      counts: { refused: 0 },
    });
    for (const query of ['reason=bad', 'since=x', 'after=x', 'fingerprint=x', 'limit=0'])
      expect([query, (await get(`/v1/rejections?${query}`)).status]).toEqual([query, 400]);
    expect((await get('/v1/rejections/none')).status).toBe(404);
  });

  it('is a read of personal data: of the one customer where it is one', async () => {
    await send(bad());
    const { id } = await only();
    const page = await api.engine.access.accessLog({ limit: 10 });
    const noted = page._tag === 'Right' ? page.right.records : [];
    expect(noted.map(({ what, customer }) => [what, customer])).toEqual([
      ['GET /v1/rejections/{id}', 'c-17'],
      ['GET /v1/rejections', undefined],
    ]);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
  });
});

it('a store that cannot be written changes no answer', async () => {
  const { default: Database } = await import('better-sqlite3');
  const disk = new Database(join(api.engine.directory, 'rejections.sqlite'));
  disk.exec('BEGIN IMMEDIATE');
  expect((await send(bad())).statusCode).toBe(422);
  expect((await send([touchpoint({ id: 'fine' }), bad()])).json()).toMatchObject({ recorded: 1, rejected: 1 });
  disk.exec('COMMIT');
  disk.close();
  expect(await kept()).toMatchObject([{ times: 2 }]);
});
