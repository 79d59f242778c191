import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { createApi } from './app';
import { inPieces } from './body-pieces';
import { bodyRoom } from './body-room';
import { PROBLEMS } from './problem';
import { testOptions } from './testing/api-engine';
import { type AskedApi, askedApi } from './testing/asked-api';

const BODY_LIMIT = 200_000;

let api: AskedApi;
let app: FastifyInstance;
let port: number;
beforeAll(async () => {
  api = await askedApi(
    {},
    {
      limits: { body: BODY_LIMIT, item: 100_000, requestsPerMinute: 0, streamsPerKey: 100 },
      timeouts: { bodyMilliseconds: 400, idleStreamMilliseconds: 400 },
    },
  );
  app = api.app;
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
afterAll(async () => {
  await api.close();
});

const touchpoint = (over: object = {}) => ({
  id: 't-1',
  source: 'shop',
  type: 'order.completed',
  customer: 'c-17',
  occurredAt: '2026-03-01T12:00:00.000Z',
  data: {},
  ...over,
});
const TEXT = JSON.stringify(touchpoint());

const post = (payload: string | Buffer, headers: Record<string, string> = {}, url = '/v1/touchpoints') =>
  app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json', ...headers } });

/** What every refusal is, whatever it refuses. */
const expectProblem = (answer: Awaited<ReturnType<typeof post>>, status: number): Record<string, unknown> => {
  const problem = answer.json();
  expect([answer.statusCode, problem.status]).toEqual([status, status]);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(Object.keys(PROBLEMS)).toContain(String(problem.type).replace('/problems/', ''));
  expect(problem.instance).toBe(answer.headers['x-request-id']);
  expect(problem.detail).toMatch(/^[A-Z/].*[.?]$/s);
  expect(answer.body).not.toMatch(/node_modules|\.ts:|\.js:|\bat \w+ \(/);
  return problem;
};

/** Sends bytes as they are and resolves with all that comes back. */
const raw = (...parts: readonly (string | Buffer)[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
    for (const part of parts) socket.write(part);
  });
const rawPost = (headers: string, body: string | Buffer) =>
  raw(`POST /v1/touchpoints HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n\r\n`, body);

describe('bodies that are no JSON', () => {
  it.each([
    ['', 'empty'],
    ['{', 'cut off'],
    ['{"id": 1,}', 'with a comma too many'],
    ["{'id': 1}", 'in single quotes'],
    ['NaN', 'not a number'],
    ['\u0000', 'a null byte'],
    ['<xml/>', 'XML'],
    [`${TEXT}${TEXT}`, 'two documents'],
  ])('are refused: %j (%s)', async (body) => {
    expectProblem(await post(body), 400);
    expectProblem(await post(body, {}, '/v1/batch'), 400);
    expectProblem(await post(body, {}, '/v1/keys'), 400);
  });

  it.each(['null', '17', '"text"', 'true', '[[]]'])('and JSON that is no touchpoint is rejected: %s', async (body) => {
    const answer = await post(body);
    if (body === '[[]]') expect(answer.json()).toMatchObject({ rejected: 1 });
    else expectProblem(answer, 422);
  });
});

describe('encodings', () => {
  it('refuses what is not UTF-8, and says at which byte it stops being so', async () => {
    const body = Buffer.concat([Buffer.from('{"id":"ü'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(expectProblem(await post(body), 400).detail).toContain('offset 9');
    expect(expectProblem(await post(Buffer.from([0xff, 0xfe])), 400).detail).toContain('offset 0');
    expect(expectProblem(await post(body, {}, '/v1/keys'), 400).detail).toContain('offset 9');
  });

  it('takes a byte order mark, and UTF-8 by name', async () => {
    expect((await post(`\ufeff${TEXT}`)).statusCode).toBe(200);
    expect((await post(TEXT, { 'content-type': 'application/json; charset="UTF-8"' })).statusCode).toBe(200);
  });

  it('refuses other charsets and media types', async () => {
    const utf16 = { 'content-type': 'application/json; charset=utf-16' };
    expectProblem(await post(Buffer.from(TEXT, 'utf16le'), utf16), 415);
    for (const type of [
      'text/plain',
      'application/xml',
      'multipart/form-data; boundary=x',
      ';;',
      'application/x-www-form-urlencoded',
    ])
      expectProblem(await post(TEXT, { 'content-type': type }), 415);
  });

  it('reads attributes in headers as the bytes of UTF-8 they are, each once', async () => {
    const ce = (id: string, subject: string) =>
      `Content-Type: application/json\r\nContent-Length: 2\r\nce-specversion: 1.0\r\nce-id: ${id}\r\nce-source: shop\r\nce-type: touchpoint.order.completed.v1\r\nce-time: 2026-03-01T12:00:00Z\r\n${subject}`;
    expect(await rawPost(ce('raw-1', 'ce-subject: Zürich'), '{}')).toContain('"status":"recorded"');
    const streams: string[] = [];
    for await (const page of api.engine.log.readAll())
      streams.push(...page.filter(({ id }) => id === 'raw-1').map(({ stream }) => stream));
    expect(streams).toEqual(['customer-Zürich']);
    const twice = await rawPost(ce('raw-2', 'ce-subject: a\r\nCE-Subject: b'), '{}');
    expect(twice).toMatch(/^HTTP\/1.1 422 .*ce-subject is there more than once/s);
  });

  it('rejects texts that no store keeps', async () => {
    for (const text of ['"\\ud800"', '"\\u0000"', '"a\\nb"']) {
      const answer = await post(TEXT.replace('"c-17"', text));
      expect(expectProblem(answer, 422).errors).toMatchObject([{ field: 'customer' }]);
    }
    expectProblem(await post(TEXT.replace('{}', '{"note":"\\udc00"}')), 422);
  });
});

describe('numbers, names and depth', () => {
  it('rejects numbers that are none, and takes those at the edge of doubles', async () => {
    expectProblem(await post(TEXT.replace('{}', '{"total":1e400}')), 422);
    expectProblem(await post(TEXT.replace('{}', '{"total":-1}')), 422);
    // Its double is another number.
    expectProblem(await post(TEXT.replace('{}', '{"note":9223372036854775807}')), 422);
    for (const [i, value] of ['9007199254740992', '-0', '1e308', '5e-324'].entries()) {
      const answer = await post(TEXT.replace('t-1', `n-${i}`).replace('{}', `{"note":${value}}`));
      expect(answer.json()).toMatchObject({ status: 'recorded' });
      expect((await post(TEXT.replace('t-1', `n-${i}`).replace('{}', `{"note":${value}}`))).json().status).toBe(
        'duplicate',
      );
    }
  });

  it('lets nobody set a prototype', async () => {
    const pollution = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
    expectProblem(await post(TEXT.replace('{}', `{${pollution}}`)), 422);
    expect((await post(TEXT.replace('{', `{${pollution},`).replace('t-1', 'p-1'))).json()).toMatchObject({
      status: 'recorded',
    });
    expectProblem(await post(`{${pollution},"batch":[]}`.replace('"batch":[]', '"name":"x"'), {}, '/v1/keys'), 400);
    const call = `{${pollution},"event":"Order Completed","messageId":"p-2","userId":"c","properties":{"__proto__":{"polluted":true}}}`;
    expectProblem(await post(call, {}, '/v1/track'), 422);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('rejects what is nested too deep, however deep', async () => {
    const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
    expectProblem(await post(TEXT.replace('{}', `{"a":${nested(10_000, '[', ']')}}`)), 422);
    const objects = `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`;
    expectProblem(await post(TEXT.replace('{}', objects)), 422);
    expect((await post(nested(45_000, '[', ']'))).json()).toMatchObject({ rejected: 1 });
    expectProblem(await post(`{"x":${nested(45_000, '[', ']')}}`), 422);
    expect(expectProblem(await post(`{"name":${nested(10_000, '[', ']')}}`, {}, '/v1/keys'), 400).detail).toContain(
      'deeper than 256 levels',
    );
  });

  it('takes the last of several values of one name', async () => {
    const answer = await post(TEXT.replace('{', '{"id":"first",').replace('t-1', 'last'));
    expect(answer.json()).toMatchObject({ id: 'last' });
  });
});

describe('mistakes without number', () => {
  let roomy: AskedApi;
  beforeAll(async () => {
    roomy = await askedApi();
  });
  afterAll(() => roomy.close());
  const tell = (payload: string | Buffer, headers: Record<string, string> = {}, url = '/v1/touchpoints') =>
    roomy.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', 'content-encoding': 'identity', ...headers },
    });

  const good = (id: string) => touchpoint({ id });
  const bad = {
    'of 125,000 bad items': JSON.stringify(touchpoint({ data: { items: Array.from({ length: 125_000 }, () => 1) } })),
    'nested 200,000 deep': TEXT.replace('{}', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`),
    'nested 100,000 deep beside data': TEXT.replace('{', `{"x":${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)},`),
    'too large': TEXT.replace('{}', `{"note":"${'x'.repeat(1_048_577)}"}`),
  };

  it.each(Object.entries(bad))('in one item keep none of the others: %s', async (what, item) => {
    const [first, last] = [JSON.stringify(good(`${what} 1`)), JSON.stringify(good(`${what} 2`))];
    const becomes = what.endsWith('beside data') ? 'recorded' : 'rejected';
    const batch = await tell(`[${first},${item},${last}]`);
    expect(batch.json().results.map(({ status }: { status: string }) => status)).toEqual([
      'recorded',
      becomes,
      'recorded',
    ]);
    const stream = await tell(`${first}\n${item}\n${last}\n`, { 'content-type': 'application/x-ndjson' });
    const lines = stream.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ status }) => status)).toEqual([
      'duplicate',
      becomes === 'recorded' ? 'duplicate' : becomes,
      'duplicate',
      'done',
    ]);
    for (const { errors = [] } of lines) expect(errors.length).toBeLessThanOrEqual(20);
  });

  it('are not all looked for in the bodies of other routes, which are small', async () => {
    const stages = (count: number) => `{"url":"https://x.example","filter":{"stages":[${'1,'.repeat(count)}1]}}`;
    const bomb = await tell(gzipSync(stages(4_000_000)), { 'content-encoding': 'gzip' }, '/v1/subscriptions');
    expect(expectProblem(bomb, 413).detail).toContain('64 KiB');
    const many = await tell(stages(30_000), {}, '/v1/subscriptions');
    expect(expectProblem(many, 400).errors).toHaveLength(1);
    const few = await tell(stages(5), {}, '/v1/subscriptions');
    expect((expectProblem(few, 400).errors as unknown[]).length).toBeGreaterThan(5);
  });

  it('in a ruleset are told by the first fifty', async () => {
    const keys = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, 1]));
    const ruleset = { ruleset: 'x', version: 1, factors: {}, stages: [{ id: 'a' }], ...keys };
    const problem = expectProblem(await tell(JSON.stringify(ruleset), {}, '/v1/rulesets'), 400);
    expect(problem.errors).toHaveLength(50);
    expect(problem.detail).toContain('50 or more reasons');
    for (const deep of ['['.repeat(120_000) + ']'.repeat(120_000), '{"a":'.repeat(40_000)])
      for (const type of ['application/json', 'application/yaml'])
        expect(expectProblem(await tell(deep, { 'content-type': type }, '/v1/rulesets'), 400).detail).toContain(
          'nested deeper',
        );
  });
});

describe('sizes and compression', () => {
  it('refuses a body beyond the limit, announced or not', async () => {
    const large = TEXT.replace('{}', `{"note":"${'x'.repeat(BODY_LIMIT)}"}`);
    expectProblem(await post(large), 413);
    const answer = await rawPost(
      'Content-Type: application/json\r\nTransfer-Encoding: chunked',
      `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 .*larger than [\d.]+ [KM]iB/s);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('reads %s, and refuses a bomb and what is cut off', async (encoding, pack) => {
    const headers = { 'content-encoding': encoding };
    expect((await post(pack(TEXT), headers)).statusCode).toBe(200);
    expectProblem(await post(pack(Buffer.alloc(50 * 1_048_576, '[')), headers), 413);
    const whole = pack(TEXT);
    expectProblem(await post(whole.subarray(0, whole.length - 6), headers), 400);
    expectProblem(await post(TEXT, headers), 400);
  });

  it('refuses encodings it does not know', async () => {
    expectProblem(await post(TEXT, { 'content-encoding': 'zstd' }), 415);
    expectProblem(await post(TEXT, { 'content-encoding': 'gzip, gzip' }), 415);
  });

  it('ends a stream whose compression bursts, without ever holding it', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1_048_576, 'x'));
    const answer = await post(bomb, { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' });
    expect(answer.body.split('\n').map((line) => line.slice(0, 30))).toEqual([
      '{"line":1,"status":"rejected",',
      '{"status":"done","recorded":0,',
      '',
    ]);
  });

  it('compresses answers that are worth it', async () => {
    const batch = JSON.stringify(Array.from({ length: 100 }, (_, i) => touchpoint({ id: `z-${i}` })));
    const answer = await post(batch, { 'accept-encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect((await post(TEXT, { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBeUndefined();
  });
});

describe('requests that are no HTTP, or late', () => {
  it('answers what cannot be a request', async () => {
    expect(await raw('GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1.1 400 .*"type":"\/problems\/malformed-request"/s);
    expect(await raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 .*"type":"\/problems\/headers-too-large"/s,
    );
    expect(await rawPost('Content-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 6', TEXT)).toMatch(
      / 400 /,
    );
    expect(
      await rawPost('Content-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked', TEXT),
    ).toMatch(/ 400 /);
  });

  it('answers a body shorter than announced, or one that never ends, when its time is over', async () => {
    const answer = await rawPost('Content-Type: application/json\r\nContent-Length: 500', TEXT);
    expect(answer).toMatch(/^HTTP\/1.1 408 .*"type":"\/problems\/timeout"/s);
  });

  it('reads no more of a body than was announced', async () => {
    expect(await rawPost('Content-Type: application/json\r\nContent-Length: 10', TEXT)).toMatch(/^HTTP\/1.1 400 /);
  });

  it('ends a stream on which nothing comes any more, and keeps what it answered', async () => {
    const line = `${JSON.stringify(touchpoint({ id: 'idle-1' }))}\n`;
    const answer = await rawPost(
      'Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked',
      `${line.length.toString(16)}\r\n${line}\r\n`,
    );
    expect(answer).toMatch(/"status":"recorded","id":"idle-1".*"status":"failed".*"\/problems\/timeout"/s);
  });
});

describe('paths, parameters and headers', () => {
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers } as InjectOptions);

  it.each([
    '/v1/customers/..%2f..%2fetc%2fpasswd',
    '/v1/customers/%00',
    '/v1/customers/a%0d%0aSet-Cookie:x',
    "/v1/customers/'%20OR%201=1--",
  ])('takes nothing in a path for more than a name: %s', async (url) => {
    const answer = await get(url);
    expect([400, 404]).toContain(answer.statusCode);
    expectProblem(answer, answer.statusCode);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('refuses what is no path', async () => {
    expectProblem(await get('/v1/customers/%zz'), 400);
    expectProblem(await get('/v1/customers/%ff'), 400);
    expectProblem(await get(`/v1/customers/${'x'.repeat(5_000)}`), 400);
    expectProblem(await get('//v1/customers'), 404);
    expectProblem(await get('/v1/../etc/passwd'), 404);
  });

  it('refuses unknown and repeated query parameters', async () => {
    const problem = expectProblem(await get('/v1/customers?stgae=partner'), 400);
    expect(problem.errors).toMatchObject([{ field: 'stgae', message: expect.stringContaining('"stage"') }]);
    expectProblem(await get('/v1/customers?__proto__=1'), 400);
  });

  it('writes no header that a sender made up', async () => {
    const answer = await get('/health/live', { 'x-request-id': 'a\tb' });
    expect(answer.headers['x-request-id']).not.toContain('\t');
    expect((await post(TEXT, { 'ce-specversion': '1.0', 'ce-id': '%ff' })).statusCode).toBe(422);
  });

  it('refuses a wish for what it cannot give', async () => {
    expectProblem(await get('/health/live', { accept: 'text/html' }), 406);
    expect((await get('/health/live', { accept: 'text/html, */*;q=0.1' })).statusCode).toBe(200);
    expectProblem(await get('/health/live', { accept: 'application/json;q=0' }), 406);
  });
});

describe('cursors that nobody gave', () => {
  const THEN = Date.parse('2026-03-01T12:00:00Z');
  const PLACE = '00000000000001';
  /** For every list its cursor, as it would be given: the parts of one that is made of such, else the text itself. */
  const LISTS: readonly (readonly [
    operation: string,
    url: string,
    cursor: readonly (string | number | null)[] | string,
  ])[] = [
    ['customers', '/v1/customers', ['customers', 'c-17', THEN]],
    ['timeline', '/v1/customers/c-17/timeline', ['timeline oldest', THEN, '[0,"shop","t-1"]', THEN]],
    ['timeline', '/v1/customers/c-17/timeline?order=newest', ['timeline newest', THEN, '[0,"shop","t-1"]', THEN]],
    ['cases', '/v1/cases', ['open cases', THEN, 0, THEN, THEN, 'c-17', 'case']],
    ['cases', '/v1/cases?open=false', ['closed cases', THEN, THEN, 'c-17', 'case']],
    ['parked', '/v1/parked', ['parked', 'c-17']],
    ['rejections', '/v1/rejections', Buffer.from('rejection.1').toString('base64url')],
    ['stageChanges', '/v1/stage-changes', PLACE],
    ['deliveries', '/v1/subscriptions/{id}/deliveries', PLACE],
    ['accessLog', '/v1/access-log', Buffer.from(`${THEN}.1`).toString('base64url')],
    ['auditLog', '/v1/audit-log', Buffer.from(`${THEN}.1`).toString('base64url')],
  ];
  const NUMBERS = ['1e300', '-1e300', '1e400', '8640000000000001', '8640000000000000', '-62167219200001', '0.5', '-1'];
  const TEXTS = ['""', '"\\u0000"', '"\\ud800"', '"\' OR 1=1--"', `"${'x'.repeat(1_400)}"`];
  const OTHERS = [...NUMBERS, ...TEXTS, 'null', 'true', '[]', '{"a":1}'];
  const encoded = (json: string): string => Buffer.from(json).toString('base64url');

  let subscription: string;
  beforeAll(async () => {
    await api.record({ customer: 'c-17', type: 'order.completed', occurredAt: '2026-03-01T10:00:00Z' });
    const made = await api.ask({ method: 'POST', url: '/v1/subscriptions', payload: { url: 'http://127.0.0.1:9/' } });
    subscription = made.body.subscription.id;
  });

  const list = (url: string, cursor: string) =>
    api.ask(`${url.replace('{id}', subscription)}${url.includes('?') ? '&' : '?'}after=${encodeURIComponent(cursor)}`);

  it('are tried at every list that takes one', () => {
    type Operation = { readonly operationId: string; readonly parameters?: readonly { readonly name: string }[] };
    const { paths } = app.swagger() as unknown as { readonly paths: Record<string, Record<string, Operation>> };
    const taking = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .filter(({ parameters = [] }) => parameters.some(({ name }) => name === 'after'))
      .map(({ operationId }) => operationId)
      // Its cursors are those of the pages, by the same decoder.
      .filter((operationId) => operationId !== 'streamStageChanges');
    expect(new Set(LISTS.map(([operation]) => operation))).toEqual(new Set(taking));
  });

  it.each(LISTS)('%s: are answered or refused, whatever is in them (%s)', async (_, url, cursor) => {
    const right = typeof cursor === 'string' ? cursor : encoded(JSON.stringify(cursor));
    expect((await list(url, right)).status).toBe(200);
    const texts = cursor.length === 14 ? ['ffffffffffffff', '00000000000000', 'FFFFFFFFFFFFFF'] : [];
    const parts = typeof cursor === 'string' ? [] : cursor;
    const madeUp = [
      ...texts,
      ...OTHERS.flatMap((other) => [other, encoded(other), encoded(`${other}.${other}`)]),
      ...parts.flatMap((_part, i) =>
        OTHERS.map((other) => encoded(`[${parts.map((part, j) => (i === j ? other : JSON.stringify(part)))}]`)),
      ),
    ];
    for (const one of madeUp) {
      const { status, body } = await list(url, one);
      expect([one, status === 200 || body.type]).toEqual([one, status === 200 ? true : '/problems/invalid-cursor']);
    }
  });
});

describe('trouble inside', () => {
  it('is told without a word about the inside, and logged under the id of the request', async () => {
    const broken = await createApi(
      { ...api.engine, record: () => Promise.reject(new Error('secret password in /etc')) },
      testOptions,
    );
    const answer = await broken.inject({ method: 'POST', url: '/v1/touchpoints', payload: touchpoint() });
    expectProblem(answer, 500);
    expect(answer.body).not.toContain('secret');
    await broken.close();
  });
});

describe('who sends what costs much', () => {
  it('a touchpoint nested without end is rejected, and those beside it are recorded', async () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const body = `[${JSON.stringify(touchpoint({ id: 'beside-deep' }))},{"data":${deep}}]`;
    const answer = await post(body);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ recorded: 1, rejected: 1 });
  });

  it('a body in chunks of a byte each is taken, and kept as its bytes', async () => {
    const bytes = Array.from({ length: 100_000 }, (_, i) => Buffer.from([i % 251]));
    const pieces = inPieces(Readable.from(bytes, { objectMode: false }), () => undefined);
    const kept: Buffer[] = [];
    pieces.on('data', (piece: Buffer) => kept.push(piece));
    await once(pieces, 'end');
    expect(kept.length).toBeLessThan(10);
    expect(Buffer.concat(kept).every((byte, i) => byte === i % 251)).toBe(true);
    const chunks = [...JSON.stringify(touchpoint({ id: 'byte-by-byte' }))].map((letter) => `1\r\n${letter}\r\n`);
    const head =
      'POST /v1/touchpoints HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await raw(head, ...chunks, '0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 .*"recorded"/s);
  });

  it('a batch that is sent again with a corrected clock reads the history it is in once', async () => {
    const readStream = jest.spyOn(api.engine.log, 'readStream');
    const batch = JSON.stringify(
      Array.from({ length: 300 }, (_, i) => touchpoint({ id: `again-${i}`, customer: 'again' })),
    );
    const sent = { 'rapport-sent-at': '2026-03-01T12:00:01.000Z' };
    expect((await post(batch, sent)).json()).toMatchObject({ recorded: 300 });
    readStream.mockClear();
    const again = await post(batch, { 'rapport-sent-at': '2026-03-01T12:00:02.000Z' });
    expect(again.json()).toMatchObject({ duplicates: 300 });
    expect(readStream).toHaveBeenCalledTimes(1);
    readStream.mockRestore();
  });

  it('more large bodies at once than can be held are told to come again, small ones never', () => {
    const room = bodyRoom(500_000, 1_000_000);
    const answer = () => new EventEmitter() as ServerResponse;
    const [one, two, three] = [answer(), answer(), answer()];
    room.take(one, 500_000);
    room.take(two, 450_000);
    expect(() => room.take(three, 70_000)).toThrow(/Retry after 1 second/);
    expect(() => room.take(answer(), 16_000)).not.toThrow();
    one.emit('close');
    expect(() => room.take(three, 70_000)).not.toThrow();
  });

  it('compressed bodies count as what they become, and one too many ends nothing but itself', async () => {
    const pieces = inPieces(Readable.from([Buffer.alloc(20_000)]), () => {
      throw new Error('no room');
    });
    await expect(once(pieces, 'end')).rejects.toThrow('no room');
    expect(pieces.destroyed).toBe(true);
    const spaces = gzipSync(`${' '.repeat(100_000)}${JSON.stringify(touchpoint({ id: 'packed' }))}`);
    expect((await post(spaces, { 'content-encoding': 'gzip' })).statusCode).toBe(413);
  });

  it('who is refused before the body came is not listened to for ever', async () => {
    const begun = Date.now();
    await raw(
      'POST /v1/nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    );
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});
