import { Writable } from 'node:stream';
import type { Access, Role } from '@rapport/access';
import { accessPlace, bearer, signingKey, signToken, testIssuer } from '@rapport/access/testing';
import { systemClock } from '@rapport/engine';
import { eventually } from '@rapport/runtime/testing';
import { silentTelemetry } from '@rapport/telemetry';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { createServer } from '../create-server';
import { tellRefusals } from '../refusals';
import { testOptions } from '../testing/api-engine';
import { registerSecurity } from './index';

/** A few routes of the table on a small app: what each part does. Every route by every role is in `routes.spec.ts`. */
let place: ReturnType<typeof accessPlace>;
let access: Access;
let app: FastifyInstance;
let telemetry: ReturnType<typeof silentTelemetry>;
beforeEach(async () => {
  place = accessPlace();
  telemetry = silentTelemetry();
  access = await place.open();
  app = await smallApp();
});
afterEach(async () => {
  await app.close();
  await place.remove();
});

const smallApp = async (
  { requestsPerMinute = 0, authentication = true } = {},
  server: FastifyServerOptions = {},
): Promise<FastifyInstance> => {
  const made = fastify(server) as FastifyInstance;
  tellRefusals(made);
  const limits = { body: 1_000, item: 1_000, requestsPerMinute, streamsPerKey: 100 };
  await registerSecurity(made, { access, clock: systemClock, telemetry }, { authentication, limits });
  made.get('/health/live', async () => 'alive');
  made.get('/v1/customers', async () => []);
  made.get('/v1/customers/:id', async ({ params }) => params as object);
  made.get('/v1/population', async ({ principal }) => principal);
  made.get('/docs', async () => 'page');
  made.delete('/v1/subscriptions/:id', async (_request, reply) => reply.code(204).send());
  made.post('/v1/rulesets', async (request, reply) => {
    request.done = { subject: 'f00', details: { version: 2 } };
    return reply.code(201).send({});
  });
  made.get('/v1/stage-changes/stream', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200).end();
  });
  return made;
};

const keyOf = async (...roles: readonly Role[]): Promise<string> =>
  (await access.createKey({ name: `key of ${roles.join()}`, roles })).secret;
const get = (url: string, credentials?: string, headers: Readonly<Record<string, string>> = {}) =>
  app.inject({
    url,
    headers: { ...(credentials === undefined ? {} : { authorization: bearer(credentials) }), ...headers },
  });
const noted = async () => {
  const page = await access.accessLog({ limit: 100 });
  return page._tag === 'Right' ? page.right.records : [];
};

describe('without a key', () => {
  it('there is a challenge and a problem, not an answer', async () => {
    const answer = await get('/v1/population');
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="rapport"');
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ status: 401, type: '/problems/unauthenticated' });
  });

  it('public routes answer, whatever stands in the header', async () => {
    for (const credentials of [undefined, 'rubbish'])
      expect((await get('/health/live', credentials)).statusCode).toBe(200);
  });

  it('what is not there is not there', async () => expect((await get('/v1/nothing')).statusCode).toBe(404));

  it('a key in the query, the body, a cookie or another header is none', async () => {
    const key = await keyOf('admin');
    for (const name of ['key', 'api_key', 'access_token', 'authorization'])
      expect((await get(`/v1/population?${name}=${encodeURIComponent(key)}`)).statusCode).toBe(401);
    for (const name of ['x-api-key', 'cookie', 'proxy-authorization', 'x-forwarded-authorization'])
      expect((await get('/v1/population', undefined, { [name]: bearer(key) })).statusCode).toBe(401);
  });
});

describe('with a wrong key', () => {
  it('the asker is not told what is wrong with it', async () => {
    const right = await access.createKey({ name: 'gone', roles: ['admin'] });
    await access.revokeKey(right.key.id);
    const expiring = await access.createKey({ name: 'short', roles: ['admin'], expiresAt: Date.now() + 5 });
    await eventually(() => Date.now() >= expiring.key.expiresAt!);
    const changed = `${(await keyOf('admin')).slice(0, -4)}AAAA`;
    const answers = await Promise.all(
      [right.secret, expiring.secret, changed, `rapport_0123456789abcdef_${'A'.repeat(43)}`, 'x', 'a.b.c'].map((key) =>
        get('/v1/population', key),
      ),
    );
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="rapport", error="invalid_token"');
      expect({ ...answer.json(), instance: '' }).toEqual({ ...answers[0].json(), instance: '' });
    }
  });

  it('guessing is slowed by address; the right key of another behind it is not', async () => {
    const key = await keyOf('analyst');
    const guess = (remoteAddress: string) =>
      app.inject({ url: '/v1/population', remoteAddress, headers: { authorization: bearer('guess') } });
    for (let i = 0; i < 60; i++) expect((await guess('203.0.113.7')).statusCode).toBe(401);
    const refused = await guess('203.0.113.7');
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.json()).toMatchObject({ type: '/problems/too-many-requests' });
    expect((await guess('203.0.113.8')).statusCode).toBe(401);
    const right = await app.inject({
      url: '/v1/population',
      remoteAddress: '203.0.113.7',
      headers: { authorization: bearer(key) },
    });
    expect(right.statusCode).toBe(200);
  });

  it('guessing beyond the limit is not logged any more', async () => {
    const lines: string[] = [];
    const logged = await smallApp(
      {},
      { logger: { level: 'warn', stream: { write: (line) => void lines.push(line) } } },
    );
    for (let i = 0; i < 70; i++)
      await logged.inject({ url: '/v1/population', headers: { authorization: bearer('guess') } });
    expect(lines.filter((line) => line.includes('authentication failed'))).toHaveLength(60);
    await logged.close();
  });
});

const audited = async () => {
  const page = await access.auditLog({ limit: 100 });
  return page._tag === 'Right' ? page.right.records : [];
};

describe('the audit log', () => {
  it('sums up who came without a right key, by address, method and route; never the credential', async () => {
    const revoked = await access.createKey({ name: 'gone', roles: ['admin'] });
    await access.revokeKey(revoked.key.id);
    const remoteAddress = '203.0.113.7';
    for (const [url, authorization] of [
      ['/v1/population', bearer(revoked.secret)],
      ['/v1/customers/c-17', bearer('rapport_guess')],
      ['/v1/customers/c-18?key=x', undefined],
    ] as const)
      await app.inject({ url, remoteAddress, headers: authorization === undefined ? {} : { authorization } });
    const failures = (await audited()).filter(({ action }) => action === 'authentication.failed');
    // Two where a minute ended in between.
    expect(failures.length).toBeLessThanOrEqual(2);
    expect(failures).toContainEqual(expect.objectContaining({ address: '203.0.113.7' }));
    expect(failures.reduce((sum, { refused }) => sum + refused!.count, 0)).toBe(3);
    const together = Object.assign({}, ...failures.map(({ refused }) => refused!.requests));
    expect(Object.keys(together).sort()).toEqual(['GET /v1/customers/{id}', 'GET /v1/population']);
    expect(failures.flatMap(({ refused }) => refused!.keys)).toEqual([revoked.key.id]);
    expect(JSON.stringify(failures)).not.toMatch(/guess|c-17|key=x/);
    expect(JSON.stringify(failures)).not.toContain(revoked.secret);
  });

  it('sums up whose role does not suffice, and counts what is refused', async () => {
    await get('/v1/customers', await keyOf('ingest'));
    await get('/v1/population');
    await get('/v1/population', 'x');
    expect(await audited()).toContainEqual(
      expect.objectContaining({
        action: 'authorization.denied',
        actor: expect.objectContaining({ kind: 'key', name: 'key of ingest' }),
        refused: expect.objectContaining({ requests: { 'GET /v1/customers': 1 }, reasons: { role: 1 } }),
      }),
    );
    const figures = await telemetry.metrics.registry.metrics();
    expect(figures).toContain('rapport_authentication_failures_total{reason="missing"} 1');
    expect(figures).toContain('rapport_authentication_failures_total{reason="invalid"} 1');
  });

  it('notes what was done, by whom and to what, and nothing of what was refused or only read', async () => {
    const key = await keyOf('admin');
    const headers = { authorization: bearer(key), 'x-request-id': 'r-1' };
    await app.inject({ method: 'POST', url: '/v1/rulesets', headers });
    await app.inject({ method: 'DELETE', url: '/v1/subscriptions/s-1', headers });
    await app.inject({
      method: 'POST',
      url: '/v1/rulesets',
      headers: { authorization: bearer(await keyOf('analyst')) },
    });
    await get('/v1/population', key);
    const done = (await audited()).filter(({ action }) => /^(ruleset|subscription)\./.test(action));
    const by = { actor: { kind: 'key', id: key.split('_')[1], name: 'key of admin' }, address: '127.0.0.1' };
    expect(done).toMatchObject([
      { action: 'subscription.deleted', subject: 's-1', ...by },
      { action: 'ruleset.published', subject: 'f00', details: { version: 2 }, ...by },
    ]);
  });

  it('the engine’s log has a line with address, method and path, a single one a minute where no key was sent', async () => {
    const lines: string[] = [];
    const logged = await smallApp(
      {},
      { logger: { level: 'warn', stream: { write: (line) => void lines.push(line) } } },
    );
    const ask = (headers: Record<string, string> = {}) =>
      logged.inject({ url: '/v1/customers/c-1?q=2', remoteAddress: '203.0.113.9', headers });
    for (let i = 0; i < 30; i++) await ask();
    expect(lines.length).toBeLessThanOrEqual(2);
    await ask({ authorization: bearer('guess') });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      msg: 'authentication failed',
      address: '203.0.113.9',
      method: 'GET',
      path: '/v1/customers/c-1',
    });
    await logged.close();
  });
});

describe('behind a proxy', () => {
  const served = async (trusted: boolean, remoteAddress: string, forwarded: string): Promise<string | undefined> => {
    const options = { ...testOptions, authentication: true, ...(trusted ? { trustedProxies: ['10.0.0.0/8'] } : {}) };
    const made = createServer({ access, telemetry } as unknown as ApiEngine, options);
    await registerSecurity(made, { access, clock: systemClock, telemetry }, options);
    made.get('/v1/population', async () => 'people');
    await made.inject({ url: '/v1/population', remoteAddress, headers: { 'x-forwarded-for': forwarded } });
    await made.close();
    return (await audited())[0].address;
  };

  it.each([
    [
      'trusted: the nearest address that is no trusted proxy',
      true,
      '10.0.0.1',
      '6.6.6.6, 203.0.113.7, 10.0.0.2',
      '203.0.113.7',
    ],
    ['trusted, and what it hands on is no address', true, '10.0.0.1', '<b>', 'unknown'],
    ['another than the trusted one', true, '198.51.100.1', '203.0.113.7', '198.51.100.1'],
    ['where none is trusted', false, '10.0.0.1', '203.0.113.7', '10.0.0.1'],
  ])('%s', async (_, trusted, remote, forwarded, expected) =>
    expect(await served(trusted, remote, forwarded)).toBe(expected),
  );
});

describe('where no keys are asked for', () => {
  it.each([
    ['localhost:7600', 200],
    ['shop.localhost', 200],
    ['127.0.0.1:7600', 200],
    ['[::1]:7600', 200],
    ['rebound.example:7600', 403],
    ['127.0.0.1.rebound.example', 403],
  ])('a page that leads its own name here reads nothing: Host %s', async (host, expected) => {
    const open = await smallApp({ authentication: false });
    expect((await open.inject({ url: '/v1/population', headers: { host } })).statusCode).toBe(expected);
    await open.close();
  });
});

describe('with a key', () => {
  it('the scheme may be written in any case, and the route knows who asks', async () => {
    const key = await keyOf('analyst');
    for (const scheme of ['bearer', 'BEARER']) {
      const answer = await app.inject({ url: '/v1/population', headers: { authorization: `${scheme} ${key}` } });
      expect(answer.json()).toMatchObject({ name: 'key of analyst', kind: 'key', roles: ['analyst'] });
    }
  });

  it('whose roles do not suffice the answer names those that do', async () => {
    const answer = await get('/v1/population', await keyOf('ingest'));
    expect(answer.statusCode).toBe(403);
    expect(answer.json().detail).toBe(
      'This needs the role marketing or analyst or auditor or admin; "key of ingest" has only ingest.',
    );
  });

  it('HEAD is allowed to whom GET is', async () => {
    const head = (key: string) =>
      app.inject({ method: 'HEAD', url: '/v1/customers/c', headers: { authorization: bearer(key) } });
    expect((await head(await keyOf('ingest'))).statusCode).toBe(403);
    expect((await head(await keyOf('analyst'))).statusCode).toBe(200);
  });

  it('that may ask so often only, more is refused with the time to wait; others are not', async () => {
    await app.close();
    app = await smallApp({ requestsPerMinute: 3 });
    const [one, other] = [await keyOf('analyst'), await keyOf('analyst')];
    for (const left of ['2', '1', '0']) {
      const answer = await get('/v1/population', one);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['ratelimit-remaining']).toBe(left);
    }
    const refused = await get('/v1/population', one);
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.headers['content-type']).toContain('application/problem+json');
    expect((await get('/v1/population', other)).statusCode).toBe(200);
    expect((await get('/health/live')).statusCode).toBe(200);
  });
});

describe('with a token', () => {
  it('without a known role everything is forbidden; with one it is as with a key; a dead issuer is 503', async () => {
    const issuer = await testIssuer();
    const key = await signingKey('one');
    issuer.publish(key);
    access = await place.open({ oidc: { issuer: issuer.issuer, audience: 'rapport' } });
    await app.close();
    app = await smallApp();
    const token = (roles: readonly string[]) => {
      const exp = Math.floor(Date.now() / 1_000) + 60;
      return signToken(key, { iss: issuer.issuer, aud: 'rapport', sub: 'ada', exp, roles });
    };
    const forbidden = await get('/v1/population', await token(['boss']));
    expect(forbidden.statusCode).toBe(403);
    expect(forbidden.json().detail).toContain('"ada" has no role');
    expect((await get('/v1/population', await token(['analyst']))).statusCode).toBe(200);
    await issuer.stop();
    access = await place.open({ oidc: { issuer: issuer.issuer, audience: 'rapport' } });
    await app.close();
    app = await smallApp();
    const unavailable = await get('/v1/population', await token(['analyst']));
    expect(unavailable.statusCode).toBe(503);
    expect(unavailable.headers['retry-after']).toBe('5');
    expect(unavailable.body).not.toContain(issuer.issuer);
  });
});

describe('an app', () => {
  it('with a route that is not in the table does not start', async () => {
    expect(() => app.get('/v1/everything', async () => 1)).toThrow(/GET \/v1\/everything.*permission-table/);
    await expect(
      Promise.resolve(app.register(async (inner) => void inner.delete('/customers', async () => 1), { prefix: '/v1' })),
    ).rejects.toThrow(/DELETE \/v1\/customers/);
  });

  it('with a route that says other roles than the table does not start', () => {
    expect(() => app.get('/v1/cases', { config: { allow: ['marketing'] } }, async () => 1)).toThrow(
      /other permissions/,
    );
    expect(() => app.get('/v1/rulesets', { config: { personalData: true } }, async () => 1)).toThrow(
      /other permissions/,
    );
    expect(() => app.get('/openapi.json', { config: { allow: 'public' } }, async () => 1)).not.toThrow();
    expect(() => app.get('/v1/keys', { config: { allow: ['admin'] } }, async () => 1)).not.toThrow();
  });

  it('that asks for no keys lets everybody do everything', async () => {
    await app.close();
    app = await smallApp({ authentication: false });
    expect((await get('/v1/customers/c')).statusCode).toBe(200);
    expect(await noted()).toMatchObject([{ principal: { id: 'anyone' } }]);
  });
});

describe('reads of personal data are noted', () => {
  it('with who, what, whose, the status and the request', async () => {
    const { key, secret } = await access.createKey({ name: 'report', roles: ['analyst'] });
    const answer = await get('/v1/customers/c%2F1?asOf=x', secret);
    expect(answer.statusCode).toBe(200);
    expect(await noted()).toEqual([
      {
        at: expect.any(Number),
        principal: { id: key.id, name: 'report', kind: 'key' },
        what: 'GET /v1/customers/{id}',
        customer: 'c/1',
        status: 200,
        requestId: expect.any(String),
      },
    ]);
  });

  it('refused ones too; unknown askers and other routes not', async () => {
    await get('/v1/customers/c', await keyOf('ingest'));
    await get('/v1/customers/c');
    await get('/v1/customers/c', 'rubbish');
    await get('/v1/population', await keyOf('analyst'));
    expect(await noted()).toMatchObject([{ status: 403, customer: 'c' }]);
  });

  it('of lists with the customer they are narrowed to, if any', async () => {
    const key = await keyOf('analyst');
    await get('/v1/customers', key);
    await get('/v1/customers?customer=c-7', key);
    await get('/v1/customers?customer=a&customer=b', key);
    expect((await noted()).map(({ customer }) => customer)).toEqual([undefined, 'c-7', undefined]);
  });

  it('by streams when they begin', async () => {
    const answer = await get('/v1/stage-changes/stream', await keyOf('marketing'));
    expect(answer.statusCode).toBe(200);
    expect(await noted()).toMatchObject([{ what: 'GET /v1/stage-changes/stream', status: 200 }]);
  });
});

describe('headers', () => {
  it('tell browsers to run and frame nothing, and caches to keep nothing', async () => {
    const { headers } = await get('/v1/customers/c', await keyOf('analyst'));
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers).not.toHaveProperty('strict-transport-security');
  });

  it('are on refusals too', async () => {
    for (const url of ['/v1/customers/c', '/v1/nothing'])
      expect((await get(url)).headers['x-content-type-options']).toBe('nosniff');
  });

  it('let the reference page run its own scripts and no others', async () => {
    const policy = String((await get('/docs')).headers['content-security-policy']);
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  it('keep browsers to TLS behind TLS', async () => {
    await app.close();
    app = await smallApp({}, { trustProxy: true });
    const { headers } = await get('/health/live', undefined, { 'x-forwarded-proto': 'https' });
    expect(headers['strict-transport-security']).toMatch(/max-age=\d+/);
  });
});

it('no key is ever in the log, right or wrong, whatever is logged of the request', async () => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  await app.close();
  app = await smallApp({}, { logger: { level: 'trace', stream } });
  const right = await keyOf('analyst');
  const wrong = `${right.slice(0, -4)}AAAA`;
  await get('/v1/population', right);
  await get('/v1/population', wrong);
  await app.inject({ url: '/v1/population', headers: { authorization: `Token ${right}` } });
  const text = lines.join('');
  expect(text).toContain('authentication failed');
  // The secret may itself hold underscores.
  for (const key of [right, wrong]) expect(text).not.toContain(key.split('_').slice(2).join('_'));
});
