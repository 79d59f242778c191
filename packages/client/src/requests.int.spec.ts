import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRapportClient, type RapportClient } from './client';
import type { TouchpointEvent } from './touchpoint';

const QUICK = { first: 1, longest: 10 };

interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
}

let server: Server;
let client: RapportClient;
const asked: Asked[] = [];

/** Answers each request as the next of these says; the last one stays. */
const serve = async (
  ...answers: readonly ((response: ServerResponse, asked: Asked) => unknown)[]
): Promise<RapportClient> => {
  let next = 0;
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    asked.push({ request, body });
    answers[Math.min(next++, answers.length - 1)](response, { request, body });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = createRapportClient({ baseUrl: `http://127.0.0.1:${port}/`, key: 'rapport_key' });
  return client;
};

const json =
  (document: unknown, status = 200) =>
  (response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));

const recordAll = (response: ServerResponse, { body }: Asked): unknown =>
  json({
    results: (JSON.parse(body) as TouchpointEvent[]).map(({ id, source }) => ({
      status: 'recorded',
      id,
      source,
      position: '0',
    })),
  })(response);

const touchpoints = (count: number, over: Partial<TouchpointEvent> = {}): readonly TouchpointEvent[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    source: 'shop',
    type: 'touchpoint.order.completed.v1',
    subject: 'c-1',
    time: '2026-03-01T12:00:00Z',
    ...over,
  }));

afterEach(async () => {
  asked.splice(0);
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

describe('sending touchpoints', () => {
  it('sends CloudEvents with the key, and gives a result for each in its place', async () => {
    await serve(recordAll);
    const results = await client.send(touchpoints(2));
    expect(results.map(({ id }) => id)).toEqual(['0', '1']);
    const [{ request, body }] = asked;
    expect(`${request.method} ${request.url}`).toBe('POST /v1/touchpoints');
    expect(request.headers).toMatchObject({
      'content-type': 'application/cloudevents-batch+json',
      authorization: 'Bearer rapport_key',
    });
    expect(JSON.parse(body)[0]).toMatchObject({ specversion: '1.0', id: '0', data: {} });
  });

  it('goes in requests that a server takes, in order', async () => {
    await serve(recordAll);
    const results = await client.send(touchpoints(2_500));
    expect(results.map(({ id }) => id)).toEqual(touchpoints(2_500).map(({ id }) => id));
    expect(asked.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([1_000, 1_000, 500]);
    await client.send(touchpoints(3, { data: { note: 'x'.repeat(400_000) } }));
    expect(asked.slice(3)).toHaveLength(3);
    expect(await client.send([])).toEqual([]);
    expect(asked).toHaveLength(6);
  });

  it('tries again what failed on its way: cut, refused for now, or not answered as it should be', async () => {
    await serve(
      (response) => response.socket?.destroy(),
      json({ title: 'Not ready' }, 503),
      json({ title: 'Too many' }, 429),
      (response) => response.writeHead(200).end('{"results":['),
      json({ results: [] }),
      recordAll,
    );
    expect(await client.send(touchpoints(1), { backoff: QUICK })).toHaveLength(1);
    expect(new Set(asked.map(({ body }) => body)).size).toBe(1);
    expect(asked).toHaveLength(6);
  });

  it('gives up after as many attempts as it may', async () => {
    await serve(json({ title: 'Not ready', detail: 'catching up' }, 503));
    await expect(client.send(touchpoints(1), { backoff: QUICK, attempts: 3 })).rejects.toMatchObject({
      name: 'RapportUnavailable',
      status: 503,
      message: 'POST /v1/touchpoints was refused with 503 (Not ready: catching up).',
    });
    expect(asked).toHaveLength(3);
  });

  it('does not try again what was refused for good', async () => {
    await serve(json({ type: '/problems/forbidden', title: 'Not allowed' }, 403));
    await expect(client.send(touchpoints(1))).rejects.toMatchObject({
      name: 'RapportProblem',
      status: 403,
      problem: { type: '/problems/forbidden' },
    });
    expect(asked).toHaveLength(1);
  });

  it('ends when its signal aborts', async () => {
    const leaving = new AbortController();
    await serve((response) => {
      json({}, 503)(response);
      leaving.abort();
    });
    await expect(client.send(touchpoints(1), { signal: leaving.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('pulling stage changes', () => {
  it('asks for a page with filter and cursor, and says where to go on', async () => {
    await serve(json({ changes: [], next: '0000000000000a' }));
    const page = await client.pull({
      after: '00000000000007',
      limit: 5,
      filter: {
        stages: ['partner', 'loyal'],
        causes: ['time'],
        kinds: ['stageChanged'],
        signals: [],
        directions: ['up'],
      },
    });
    expect(page).toEqual({ changes: [], next: '0000000000000a' });
    expect(asked[0].request.url).toBe(
      '/v1/stage-changes?kind=stageChanged&stage=partner&stage=loyal&direction=up&cause=time&after=00000000000007&limit=5',
    );
  });

  it('takes nothing for a page that is none', async () => {
    await serve(json({ items: [] }));
    await expect(client.pull()).rejects.toMatchObject({ name: 'RapportUnavailable' });
  });
});

describe('a server that is not there', () => {
  it('is named with what the system said', async () => {
    await serve(recordAll);
    const nowhere = createRapportClient({ baseUrl: 'http://127.0.0.1:1' });
    await expect(nowhere.pull()).rejects.toThrow(/^http:\/\/127\.0\.0\.1:1 cannot be reached: /);
    expect(() => createRapportClient({ baseUrl: 'ftp://example.com' })).toThrow(TypeError);
  });
});
