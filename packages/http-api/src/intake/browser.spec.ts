/** Calls as Segment's library for browsers makes them: `fetch` from a page, `text/plain`, a path a type. */
import type { FastifyInstance } from 'fastify';
import { createApi } from '../app';
import { type TestEngine, testEngine, testOptions } from '../testing/api-engine';

const SHOP = 'https://shop.example';

let engine: TestEngine;
let app: FastifyInstance;
let closed: FastifyInstance;
beforeAll(async () => {
  engine = await testEngine();
  app = await createApi(engine, { ...testOptions, allowedOrigins: [SHOP], mergeOnIdentify: true });
  closed = await createApi(engine, testOptions);
});
afterAll(async () => {
  await app.close();
  await closed.close();
  await engine.close();
});

const call = (over: object = {}) => ({
  messageId: 'm-1',
  userId: 'c-1',
  anonymousId: 'a-1',
  timestamp: '2026-03-01T12:00:00Z',
  sentAt: '2026-03-01T12:00:00Z',
  writeKey: 'rapport_key',
  ...over,
});
const post = (path: string, body: object, headers: Record<string, string> = {}, to = app) =>
  to.inject({
    method: 'POST',
    url: path,
    payload: JSON.stringify(body),
    headers: { 'content-type': 'text/plain', origin: SHOP, ...headers },
  });
const preflight = (path: string, origin: string, to = app) =>
  to.inject({
    method: 'OPTIONS',
    url: path,
    headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
  });
const recorded = async (type: string) => {
  const found = [];
  for await (const page of engine.log.readAll()) found.push(...page.filter((event) => event.type === type));
  return found;
};

it('a page of an allowed origin may ask, send, and read what became of it', async () => {
  const asked = await preflight('/v1/t', SHOP);
  expect([asked.statusCode, asked.body]).toEqual([204, '']);
  expect(asked.headers).toMatchObject({
    'access-control-allow-origin': SHOP,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': expect.stringContaining('authorization'),
    vary: 'Origin',
  });
  const sent = await post('/v1/t', call({ event: 'Product Viewed', messageId: 'viewed' }));
  expect(sent.json()).toMatchObject({ status: 'recorded', id: 'viewed', source: 'segment' });
  expect(sent.headers).toMatchObject({ 'access-control-allow-origin': SHOP });
  const refused = await post('/v1/t', call({ event: 'Nothing we know' }));
  expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([422, SHOP]);
});

it.each([
  ['another origin', '/v1/t', 'https://evil.example'],
  ['an origin that only begins alike', '/v1/t', `${SHOP}.evil.example`],
  ['no origin', '/v1/t', 'null'],
  ['a route that gives answers about customers', '/v1/customers', SHOP],
  ['a route that makes keys', '/v1/keys', SHOP],
  ['a route that is not there', '/v1/nothing', SHOP],
])('nobody else is let in: %s', async (_, path, origin) => {
  for (const answer of [await preflight(path, origin), await app.inject({ url: path, headers: { origin } })])
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  expect((await preflight(path, origin)).statusCode).toBeGreaterThanOrEqual(404);
});

it('text/plain is taken from allowed pages only: a browser sends it for any page without asking', async () => {
  const plain = { event: 'Product Viewed', messageId: 'plain' };
  expect((await post('/v1/t', call(plain), { origin: 'https://evil.example' })).statusCode).toBe(415);
  expect((await post('/v1/t', call(plain), { origin: '' })).statusCode).toBe(415);
  expect((await post('/v1/touchpoints', call(plain))).statusCode).toBe(415);
});

it('no page is let in where none is allowed, which is the default', async () => {
  expect((await preflight('/v1/t', SHOP, closed)).statusCode).toBe(405);
  const sent = await post('/v1/t', call({ event: 'Product Viewed' }), {}, closed);
  expect([sent.statusCode, sent.headers['access-control-allow-origin']]).toEqual([415, undefined]);
});

it('each path stands for its type of call, and batches come to one of their own', async () => {
  for (const path of ['/v1/p', '/v1/s', '/v1/g'])
    expect((await post(path, call())).json()).toMatchObject({ status: 'skipped', id: 'm-1' });
  expect((await post('/v1/a', call({ messageId: 'alias', previousId: 'old' }))).json().status).toBe('recorded');
  const batch = await post('/v1/b', { writeKey: 'k', sentAt: '2026-03-01T12:00:00Z', batch: [call({ type: 'page' })] });
  expect(batch.json().results).toMatchObject([{ status: 'skipped' }]);
});

it('identify merges the anonymous into the user, once however often a page says it', async () => {
  const [anonymous, user] = [{ anonymousId: 'visitor' }, { userId: 'c-9' }];
  const first = await post('/v1/i', call({ ...anonymous, ...user, messageId: 'i-1' }));
  expect(first.json().status).toBe('recorded');
  const later = { timestamp: '2026-03-02T12:00:00Z', sentAt: '2026-03-02T12:00:00Z' };
  const again = await post('/v1/i', call({ ...anonymous, ...user, ...later, messageId: 'i-2' }));
  expect(again.json().status).toBe('duplicate');
  const merges = (await recorded('customer.merged')).filter(({ stream }) => stream === 'customer-visitor');
  expect(merges).toMatchObject([{ data: { into: 'c-9' } }]);
});

it.each([
  ['no user', { userId: null }],
  ['no anonymous', { anonymousId: '' }],
  ['both the same', { anonymousId: 'c-1' }],
])('identify is skipped where it joins nobody: %s', async (_, over) => {
  expect((await post('/v1/i', call(over))).json().status).toBe('skipped');
});

it('identify is skipped where merging is not switched on', async () => {
  const answer = await post('/v1/i', call(), { 'content-type': 'application/json' }, closed);
  expect(answer.json().status).toBe('skipped');
});
