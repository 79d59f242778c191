/** Rulesets, subscriptions, keys, the access log and the catalogue. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RETAIL, type Ruleset, rulesetHash, standardCatalogue } from '@rapport/domain';
import { type Publisher, published, recordPublications } from '@rapport/engine';
import { eventually } from '@rapport/runtime/testing';
import { stringify } from 'yaml';
import { type AnyJson, type AskedApi, askedApi } from '../testing/asked-api';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const asked: { readonly ruleset: Ruleset; readonly announce: boolean; readonly by: Publisher }[] = [];
const BEGAN = Date.parse('2026-01-01T00:00:00.000Z');

let api: AskedApi;
beforeAll(async () => {
  api = await askedApi({
    now: () => NOW,
    publishRuleset: async (ruleset, { announce, by }) => {
      asked.push({ ruleset, announce, by });
      return { hash: rulesetHash(ruleset), changed: 3, announced: announce ? 2 : 0 };
    },
  });
  const first = { number: 1, ...published(RETAIL), at: BEGAN, announced: false } as const;
  await recordPublications(api.engine.log, [{ ...first, by: { kind: 'user', name: 'ann' }, with: 'serve' }]);
});
afterAll(() => api.close());

const post = (url: string, payload?: object) =>
  api.ask({ method: 'POST', url, ...(payload === undefined ? undefined : { payload }) });

describe('a field that is misspelt', () => {
  const told = async (url: string, payload: object) => {
    const { status, body } = await api.ask({ method: 'POST', url, payload });
    expect(status).toBe(400);
    return body;
  };

  it('is told once, with the name that was meant', async () => {
    const errors = [{ field: 'uri', message: 'there is no field "uri"; did you mean "url"?' }];
    const problem = await told('/v1/subscriptions', { uri: 'https://x.example' });
    expect(problem).toMatchObject({ detail: 'Field "uri": there is no field "uri"; did you mean "url"?' });
    expect(problem.errors).toEqual(errors);
  });

  it('is told with the names there are, inside as well', async () => {
    const { errors } = await told('/v1/subscriptions', {
      url: 'https://x.example',
      filter: { stage: ['a'], colours: [] },
    });
    expect(errors).toEqual([
      { field: 'filter.stage', message: 'there is no field "stage"; did you mean "stages"?' },
      {
        field: 'filter.colours',
        message: 'there is no field "colours"; known are kinds, stages, directions, signals, causes',
      },
    ]);
  });

  it('is told beside what is missing and was not meant', async () => {
    expect(
      (await told('/v1/keys', { colour: 'red' })).errors.map(({ field }: { field: string }) => field).sort(),
    ).toEqual(['colour', 'name', 'roles']);
  });
});

describe('/v1/rulesets', () => {
  const hash = rulesetHash(RETAIL);
  const next: Ruleset = { ...RETAIL, version: RETAIL.version + 1 };
  const publish = (payload: string, type: string, query = '') =>
    api.ask({ method: 'POST', url: `/v1/rulesets${query}`, payload, headers: { 'content-type': type } });
  beforeEach(() => {
    asked.length = 0;
  });

  it('lists them, and gives the document of each, by hash and as the one in force', async () => {
    const { body } = await api.ask('/v1/rulesets');
    expect(body.rulesets).toMatchObject([
      {
        name: RETAIL.ruleset,
        version: RETAIL.version,
        hash,
        inForce: true,
        publications: [
          { since: '2026-01-01T00:00:00.000Z', by: { kind: 'user', name: 'ann' }, with: 'serve', announced: false },
        ],
      },
    ]);
    const one = await api.ask(`/v1/rulesets/${hash}`);
    expect(one.body.ruleset).toEqual(JSON.parse(JSON.stringify(RETAIL)));
    expect((await api.ask('/v1/rulesets/in-force')).body).toEqual(one.body);
  });

  it('knows what is not there, and what is no hash', async () => {
    expect((await api.ask(`/v1/rulesets/${'0'.repeat(64)}`)).status).toBe(404);
    expect((await api.ask('/v1/rulesets/retail')).status).toBe(400);
  });

  it('puts one in force from JSON and from YAML, and announces only when told to', async () => {
    const json = await publish(JSON.stringify(next), 'application/json');
    expect(json.status).toBe(201);
    expect(json.headers.location).toBe(`/v1/rulesets/${rulesetHash(next)}`);
    expect(json.body).toMatchObject({ version: next.version, hash: rulesetHash(next), changed: 3, announced: 0 });
    const yaml = await publish(stringify(next), 'application/yaml; charset=utf-8', '?announce=true');
    expect(yaml.body).toEqual({ ...json.body, announced: 2 });
    const by = { kind: 'key', id: 'anyone', name: expect.any(String) };
    expect(asked).toEqual([
      { ruleset: next, announce: false, by },
      { ruleset: next, announce: true, by },
    ]);
  });

  it('names every problem with its line, and publishes nothing', async () => {
    const text = stringify({ ...next, stages: [{ id: 'a' }, { id: 'b', enter: { metric: 'nope', atLeast: 1 } }] });
    const { status, body } = await publish(text, 'application/yaml');
    expect([status, body.type]).toEqual([400, '/problems/invalid-request']);
    expect(body.errors).toContainEqual({
      field: '/stages/1/enter/metric',
      message: expect.stringMatching(/^line \d+: .*nope/),
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['no JSON', '{"ruleset": ', 'application/json', 400],
    ['no ruleset', '[]', 'application/json', 400],
    ['nothing', '', 'application/yaml', 400],
    ['YAML that grows', `a: &a [1]\nb: &b [*a, *a]\nc: [${'*b, '.repeat(500)}]`, 'application/yaml', 400],
    ['a key that sets a prototype', '{"__proto__": {"version": 1}}', 'application/json', 400],
    ['another media type', 'x', 'text/plain', 415],
    ['another charset', '{}', 'application/json; charset=latin1', 415],
  ])('refuses %s', async (_, payload, type, expected) => {
    expect((await publish(payload, type)).status).toBe(expected);
    expect(asked).toEqual([]);
  });

  it('refuses other content under a version that is published', async () => {
    const { status, body } = await publish(JSON.stringify({ ...RETAIL, signals: [] }), 'application/json');
    expect([status, body.type]).toEqual([409, '/problems/conflict']);
    expect((await publish(JSON.stringify(RETAIL), 'application/json')).status).toBe(201);
  });
});

describe('/v1/subscriptions', () => {
  let receiver: Server;
  let answerWith = 200;
  const received: { readonly headers: AnyJson; readonly body: AnyJson }[] = [];
  let url: string;
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        received.push({ headers: request.headers, body: JSON.parse(text) });
        response.writeHead(answerWith).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    api.engine.webhooks.start();
  });
  afterAll(() => new Promise((resolve) => receiver.close(resolve)));
  const create = async (more: object = {}) => (await post('/v1/subscriptions', { url, ...more })).body;

  it('is made with a secret that is not shown again', async () => {
    const { status, headers, body } = await post('/v1/subscriptions', {
      url,
      description: 'campaigns',
      filter: { stages: ['strengthen'], directions: ['up'] },
    });
    expect([status, headers.location]).toEqual([201, `/v1/subscriptions/${body.subscription.id}`]);
    expect(headers['cache-control']).toBe('no-store');
    expect(body.secret).toMatch(/^whsec_/);
    const one = await api.ask(`/v1/subscriptions/${body.subscription.id}`);
    expect(one.body).toEqual(body.subscription);
    expect(one.body).toMatchObject({ url, status: 'active', filter: { stages: ['strengthen'], directions: ['up'] } });
    const all = await api.ask('/v1/subscriptions');
    expect(all.body.subscriptions).toContainEqual(body.subscription);
    expect(JSON.stringify(all.body)).not.toContain(body.secret);
  });

  it('is changed, paused, resumed and deleted', async () => {
    const { id } = (await create()).subscription;
    const path = `/v1/subscriptions/${id}`;
    const patch = async (payload: object) => (await api.ask({ method: 'PATCH', url: path, payload })).body;
    expect(await patch({ filter: { kinds: ['signalRaised'] } })).toMatchObject({ filter: { kinds: ['signalRaised'] } });
    expect(await patch({ url: `${url}/2`, description: 'x' })).toMatchObject({ url: `${url}/2`, description: 'x' });
    expect(await patch({ status: 'paused' })).toMatchObject({ status: 'paused', filter: { kinds: ['signalRaised'] } });
    expect(await patch({ status: 'active' })).toMatchObject({ status: 'active', url: `${url}/2` });
    expect((await post(`${path}/pause`)).body.status).toBe('paused');
    expect((await post(`${path}/resume`)).body.status).toBe('active');
    expect((await api.ask({ method: 'DELETE', url: path })).status).toBe(204);
    expect((await api.ask(path)).status).toBe(404);
    expect((await api.ask({ method: 'DELETE', url: path })).status).toBe(404);
  });

  it('gets a new secret', async () => {
    const { subscription, secret } = await create();
    const { body, headers } = await post(`/v1/subscriptions/${subscription.id}/rotate-secret`);
    expect(body.secret).toMatch(/^whsec_/);
    expect(body.secret).not.toBe(secret);
    expect(Date.parse(body.oldSecretUntil)).toBeGreaterThan(Date.now());
    expect(headers['cache-control']).toBe('no-store');
  });

  it('is tested, and says what came of it', async () => {
    const { id } = (await create()).subscription;
    expect((await post(`/v1/subscriptions/${id}/test`)).body).toMatchObject({
      delivered: true,
      attempt: { status: 200 },
    });
    answerWith = 500;
    expect((await post(`/v1/subscriptions/${id}/test`)).body).toMatchObject({
      delivered: false,
      attempt: { status: 500, error: expect.any(String) },
    });
    answerWith = 200;
  });

  it('shows its deliveries, and delivers again', async () => {
    // What time changes afterwards would come in between.
    const { id } = (await create({ filter: { directions: ['up'] } })).subscription;
    received.length = 0;
    await api.record(
      ...['d-1', 'd-2', 'd-3'].map((customer) => ({
        customer,
        type: 'order.completed',
        occurredAt: '2026-03-10T10:00:00Z',
        data: { orderId: customer, total: 1 },
      })),
    );
    const path = `/v1/subscriptions/${id}/deliveries`;
    await eventually(async () => (await api.ask(`${path}?status=delivered`)).body.deliveries.length === 3);
    const { deliveries } = (await api.ask(path)).body;
    expect(deliveries.map(({ customer }: AnyJson) => customer).sort()).toEqual(['d-1', 'd-2', 'd-3']);
    const { changes } = (await api.ask('/v1/stage-changes?limit=1000')).body;
    for (const { id: webhookId, customer, cursor } of deliveries) {
      expect(changes.find((one: AnyJson) => one.id === webhookId).subject).toBe(customer);
      expect((await api.ask(`/v1/stage-changes?after=${cursor}`)).status).toBe(200);
    }
    const first = (await api.ask(`${path}?limit=2`)).body;
    const second = (await api.ask(`${path}?limit=2&after=${first.next}`)).body;
    expect([...first.deliveries, ...second.deliveries]).toEqual(deliveries);
    expect(second.next).toBeUndefined();
    expect((await api.ask(`${path}?customer=d-2`)).body.deliveries).toHaveLength(1);

    const seen = () => received.filter(({ headers }) => headers['webhook-id'] === deliveries[0].id).length;
    const before = seen();
    const again = await post(`/v1/subscriptions/${id}/redeliver`, { id: deliveries[0].id });
    expect([again.status, again.body]).toEqual([202, { queued: 1 }]);
    await eventually(async () => seen() > before);
    expect((await post(`/v1/subscriptions/${id}/redeliver`)).body).toEqual({ queued: 0 });
    expect((await post(`/v1/subscriptions/${id}/redeliver`, { id: 'nothing' })).status).toBe(404);
    await api.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}` });
  });

  it.each([
    [{}, 'url'],
    [{ url: 'gopher://x' }, 'url'],
    [{ url: 'no url' }, 'url'],
    [{ url: 'http://x.test/', secret: 'mine' }, 'secret'],
    [{ url: 'http://127.0.0.1/', filter: { stage: ['a'] } }, 'filter.stage'],
    [{ url: 'http://127.0.0.1/', filter: { directions: ['sideways'] } }, 'filter.directions[0]'],
    [{ url: 'http://127.0.0.1/', filter: { stages: [] } }, 'filter.stages'],
    [{ url: 'http://127.0.0.1/', filter: { stages: ['loyal', 'partner'] } }, 'filter.stages'],
    [{ url: 'http://127.0.0.1/', filter: { signals: ['at-rsik'] } }, 'filter.signals'],
    [{ url: 'http://127.0.0.1/', after: 'nonsense' }, 'after'],
    [{ url: 'http://127.0.0.1/', after: 'ffffffffffffff' }, 'after'],
    [{ url: 17 }, 'url'],
  ])('refuses %j', async (payload, field) => {
    const { status, body } = await post('/v1/subscriptions', payload);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  it.each(['', '/deliveries'])('is not found where there is none: GET %s', async (what) => {
    expect((await api.ask(`/v1/subscriptions/sub_none${what}`)).status).toBe(404);
  });

  it.each(['pause', 'resume', 'rotate-secret', 'test', 'redeliver'])(
    'is not found where there is none: %s',
    async (what) => {
      expect((await post(`/v1/subscriptions/sub_none/${what}`)).status).toBe(404);
    },
  );

  it('refuses changes of nothing, and of what is not hers to change', async () => {
    const { id } = (await create()).subscription;
    for (const payload of [
      {},
      { filter: { stages: ['partner'] } },
      { status: 'disabled' },
      { id: 'other' },
      { createdAt: '2026-01-01T00:00:00Z' },
    ])
      expect((await api.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload })).status).toBe(400);
  });
});

describe('/v1/keys', () => {
  it('makes keys whose secrets are shown once, lists and revokes them', async () => {
    const { status, body, headers } = await post('/v1/keys', { name: 'shop', roles: ['ingest'] });
    expect([status, headers['cache-control']]).toEqual([201, 'no-store']);
    const { key, secret } = body;
    expect(key).toMatchObject({ name: 'shop', roles: ['ingest'], createdAt: expect.any(String) });
    const authenticated = await api.engine.access.authenticate(`Bearer ${secret}`);
    expect(authenticated).toMatchObject({ right: { id: key.id, roles: ['ingest'] } });
    const listed = await api.ask('/v1/keys');
    expect(listed.body.keys.map(({ id }: AnyJson) => id)).toContain(key.id);
    expect(listed.body.keys.find(({ id }: AnyJson) => id === key.id).revokedAt).toBeUndefined();
    expect(JSON.stringify(listed.body)).not.toContain(secret);
    expect((await api.ask({ method: 'DELETE', url: `/v1/keys/${key.id}` })).status).toBe(204);
    expect(await api.engine.access.authenticate(`Bearer ${secret}`)).toMatchObject({ left: { kind: 'invalid' } });
    const after = (await api.ask('/v1/keys')).body.keys.find(({ id }: AnyJson) => id === key.id);
    expect(after.revokedAt).toEqual(expect.any(String));
  });

  it.each([
    [{ roles: ['ingest'] }, 'name'],
    [{ name: '', roles: ['ingest'] }, 'name'],
    [{ name: '  ', roles: ['ingest'] }, 'name'],
    [{ name: 'x', roles: [] }, 'roles'],
    [{ name: 'x', roles: ['root'] }, 'roles[0]'],
    [{ name: 'x', roles: 'admin' }, 'roles'],
    [{ name: 'x', roles: ['admin'], expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
    [{ name: 'x', roles: ['admin'], expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'x', roles: ['admin'], secret: 'mine' }, 'secret'],
  ])('refuses %j', async (payload, field) => {
    const { status, body } = await post('/v1/keys', payload);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });

  it('are refused from their expiry on', async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    expect((await post('/v1/keys', { name: 'short', roles: ['analyst'], expiresAt })).body.key).toMatchObject({
      expiresAt,
    });
  });

  it('are not found where there are none', async () => {
    expect((await api.ask({ method: 'DELETE', url: '/v1/keys/none' })).status).toBe(404);
  });
});

describe('GET /v1/audit-log', () => {
  it('says what was done to keys, rulesets and subscriptions, newest first, page by page', async () => {
    const from = new Date(api.engine.clock.now()).toISOString();
    const next: Ruleset = { ...RETAIL, version: RETAIL.version + 7 };
    await post('/v1/rulesets?announce=true', next);
    const { key, secret } = (await post('/v1/keys', { name: 'audited', roles: ['ingest'] })).body;
    await api.ask({ method: 'DELETE', url: `/v1/keys/${key.id}` });
    const made = await post('/v1/subscriptions', { url: 'http://127.0.0.1:9/hook/tOps3cret?token=t' });
    const { id } = made.body.subscription;
    await post(`/v1/subscriptions/${id}/pause`);
    const whole = (await api.ask(`/v1/audit-log?from=${from}`)).body.records;
    const actor = expect.objectContaining({ id: 'anyone' });
    expect(whole).toMatchObject([
      { action: 'subscription.changed', subject: id, details: { changed: ['status'], status: 'paused' }, actor },
      { action: 'subscription.created', subject: id, details: { host: '127.0.0.1:9' }, actor },
      { action: 'key.revoked', subject: key.id, actor },
      { action: 'key.created', subject: key.id, details: { name: 'audited', roles: ['ingest'] }, actor },
      {
        action: 'ruleset.published',
        subject: rulesetHash(next),
        details: { version: next.version, changed: 3 },
        actor,
      },
    ]);
    for (const hidden of [secret, made.body.secret, 'tOps3cret', 'token=t'])
      expect(JSON.stringify(whole)).not.toContain(hidden);
    const pages = [];
    for (let after = ''; ; ) {
      const { body } = await api.ask(`/v1/audit-log?from=${from}&limit=2${after && `&after=${after}`}`);
      pages.push(...body.records);
      if (body.next === undefined) break;
      after = body.next;
    }
    expect(pages).toEqual(whole);
    expect((await api.ask('/v1/audit-log?action=key.revoked&actor=anyone')).body.records).toContainEqual(whole[2]);
  });

  it.each([
    ['after=nonsense', 'after'],
    ['from=x', 'from'],
    ['action=nothing', 'action'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await api.ask(`/v1/audit-log?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe('GET /v1/access-log', () => {
  it('says who read whose data, newest first, page by page', async () => {
    for (const customer of ['log-1', 'log-2', 'log-1']) await api.ask(`/v1/customers/${customer}`);
    await eventually(async () => (await api.ask('/v1/access-log?customer=log-1')).body.records.length >= 2);
    const { records } = (await api.ask('/v1/access-log?customer=log-1&limit=2')).body;
    expect(records).toMatchObject([
      {
        what: expect.stringMatching(/^GET \/v1\/(customers\/\{id\}|access-log)$/),
        principal: { id: 'anyone', kind: 'key' },
      },
      {},
    ]);
    const first = (await api.ask('/v1/access-log?customer=log-2&limit=1')).body;
    expect(first.records).toHaveLength(1);
    // A date begins the period with its day: today's reads are among those from today on.
    const today = new Date(api.engine.clock.now()).toISOString().slice(0, 10);
    const fromToday = (await api.ask(`/v1/access-log?customer=log-2&from=${today}`)).body;
    expect(fromToday.records).toContainEqual(first.records[0]);
    const until2030 = (await api.ask('/v1/access-log?customer=log-2&from=2030-01-01')).body;
    expect(until2030.records).toEqual([]);
  });

  it.each([
    ['after=nonsense', 'after'],
    ['from=x', 'from'],
    ['limit=0', 'limit'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await api.ask(`/v1/access-log?${query}`);
    expect([status, body.errors[0].field]).toEqual([400, field]);
  });
});

describe('GET /v1/catalogue', () => {
  it('has every type with its fields', async () => {
    const { types } = (await api.ask('/v1/catalogue')).body;
    expect(types.map(({ type }: AnyJson) => type)).toEqual([...standardCatalogue.types.keys()]);
    const opened = types.find(({ type }: AnyJson) => type === 'complaint.opened');
    expect(opened.fields).toContainEqual(expect.objectContaining({ name: 'caseId', required: true }));
  });
});
