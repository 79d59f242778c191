/** Every route of the whole interface, by every role and by those who have none; over real sockets where it matters. */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAccess, ROLES, type Role } from '@rapport/access';
import { bearer, signingKey, signToken, type TestIssuer, testIssuer } from '@rapport/access/testing';
import { eventually } from '@rapport/runtime/testing';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { type AskedApi, askedApi } from '../testing/asked-api';
import { PERMISSIONS, permissionOf } from './permission-table';

/** Who must be let in, once more and by hand: a slip in the table must not be its own proof. */
const MAY: Readonly<Record<string, string>> = {
  'POST /v1/touchpoints': 'ingest admin',
  'POST /v1/track': 'ingest admin',
  'POST /v1/batch': 'ingest admin',
  'POST /v1/t': 'ingest admin',
  'POST /v1/i': 'ingest admin',
  'POST /v1/p': 'ingest admin',
  'POST /v1/s': 'ingest admin',
  'POST /v1/g': 'ingest admin',
  'POST /v1/a': 'ingest admin',
  'POST /v1/b': 'ingest admin',
  'GET /v1/customers': 'marketing analyst auditor admin',
  'GET /v1/customers/:id': 'marketing analyst auditor admin',
  'GET /v1/customers/:id/candidates': 'marketing analyst auditor admin',
  'GET /v1/customers/:id/timeline': 'analyst auditor admin',
  'GET /v1/customers/:id/explanation': 'analyst auditor admin',
  'GET /v1/customers/:id/history': 'analyst auditor admin',
  'GET /v1/stage-changes': 'marketing analyst auditor admin',
  'GET /v1/stage-changes/stream': 'marketing analyst auditor admin',
  'GET /v1/population': 'marketing analyst auditor admin',
  'GET /v1/cases': 'analyst auditor admin',
  'GET /v1/catalogue': 'ingest marketing analyst auditor admin',
  'GET /v1/rulesets': 'analyst auditor admin',
  'GET /v1/rulesets/:hash': 'analyst auditor admin',
  'POST /v1/rulesets': 'admin',
  'GET /v1/parked': 'analyst auditor admin',
  'POST /v1/parked/retry': 'admin',
  'GET /v1/rejections': 'analyst auditor admin',
  'GET /v1/rejections/:id': 'analyst auditor admin',
  'GET /v1/subscriptions': 'marketing auditor admin',
  'POST /v1/subscriptions': 'marketing admin',
  'GET /v1/subscriptions/:id': 'marketing auditor admin',
  'PATCH /v1/subscriptions/:id': 'marketing admin',
  'DELETE /v1/subscriptions/:id': 'marketing admin',
  'POST /v1/subscriptions/:id/pause': 'marketing admin',
  'POST /v1/subscriptions/:id/resume': 'marketing admin',
  'POST /v1/subscriptions/:id/rotate-secret': 'marketing admin',
  'POST /v1/subscriptions/:id/test': 'marketing admin',
  'GET /v1/subscriptions/:id/deliveries': 'marketing auditor admin',
  'POST /v1/subscriptions/:id/redeliver': 'marketing admin',
  'GET /v1/keys': 'admin',
  'POST /v1/keys': 'admin',
  'DELETE /v1/keys/:id': 'admin',
  'GET /v1/access-log': 'auditor admin',
  'GET /v1/audit-log': 'auditor admin',
  'GET /metrics': 'analyst auditor admin',
};
const PUBLIC = /^(GET|HEAD) \/(health\/(live|ready)|openapi\.json|docs(\/.*)?)?$/;

interface Walked {
  readonly method: string;
  readonly url: string;
}
type Asker = readonly [name: string, authorization: string | undefined];

let api: AskedApi;
let app: FastifyInstance;
let issuer: TestIssuer;
let folder: string;
let access: Awaited<ReturnType<typeof openAccess>>;
let routes: readonly Walked[];
const keys = new Map<Role, string>();
let strangers: readonly Asker[];
let tokenOf: (...roles: readonly string[]) => Promise<string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-routes-'));
  issuer = await testIssuer();
  const [signing, impostor] = [await signingKey('one'), await signingKey('one')];
  issuer.publish(signing);
  access = await openAccess({
    path: join(folder, 'access.sqlite'),
    oidc: { issuer: issuer.issuer, audience: 'rapport' },
  });
  api = await askedApi({ access }, { authentication: true });
  app = api.app;
  const document = app.swagger() as { readonly paths: Readonly<Record<string, object>> };
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      url: path.replace(/\{(\w+)\}/g, ':$1'),
    })),
  );
  const tabled = Object.keys(PERMISSIONS).map((route) => {
    const [method, url] = route.split(' ');
    return { method, url: url.replace('*', '') };
  });
  const all = [...app.permissions, ...documented, ...tabled].map(({ method, url }) => `${method} ${url}`);
  routes = [...new Set(all)].sort().map((route) => ({ method: route.split(' ')[0], url: route.split(' ')[1] }));
  for (const role of ROLES)
    keys.set(role, (await access.createKey({ name: `a key of ${role}`, roles: [role] })).secret);
  const revoked = await access.createKey({ name: 'revoked', roles: ROLES });
  await access.revokeKey(revoked.key.id);
  const expiring = await access.createKey({ name: 'expired', roles: ROLES, expiresAt: Date.now() + 20 });
  await eventually(() => Date.now() >= expiring.key.expiresAt!);
  const admin = keys.get('admin')!;
  const sign = (by: typeof signing, claims: Readonly<Record<string, unknown>>) => {
    const exp = Math.floor(Date.now() / 1_000) + 600;
    return signToken(by, { iss: issuer.issuer, aud: 'rapport', sub: 'ada', exp, ...claims });
  };
  tokenOf = (...roles) => sign(signing, { roles });
  strangers = [
    ['nobody', undefined],
    ['an empty header', ''],
    ['a made-up key', bearer(`rapport_0123456789abcdef_${'A'.repeat(43)}`)],
    ['a revoked key', bearer(revoked.secret)],
    ['an expired key', bearer(expiring.secret)],
    ['a key with a wrong end', bearer(`${admin.slice(0, -4)}AAAA`)],
    ['a key without a scheme', admin],
    ['a forged token', bearer(await sign(impostor, { roles: ['admin'] }))],
    ['a token for others', bearer(await sign(signing, { roles: ['admin'], aud: 'other' }))],
  ];
});
afterAll(async () => {
  await api.close();
  await access.close();
  await issuer.stop();
  rmSync(folder, { recursive: true, force: true });
});

let asked = 0;
/** From another address each time, so that wrong keys are not slowed here. */
const ask = async ({ method, url }: Walked, authorization: string | undefined) => {
  asked++;
  const path = url.replace(/:\w+/g, 'nothing').replace('*', 'nothing');
  return app.inject({
    method: method as InjectOptions['method'],
    // A stream without end is not begun: its cursor is refused after its asker was let in.
    url: path.endsWith('/stream') ? `${path}?after=none` : path,
    remoteAddress: `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked & 255}`,
    headers: authorization === undefined ? {} : { authorization },
  });
};
const mayOf = ({ method, url }: Walked): readonly string[] =>
  MAY[`${method === 'HEAD' ? 'GET' : method} ${url}`]?.split(' ') ?? [];
const isPublic = ({ method, url }: Walked): boolean => PUBLIC.test(`${method} ${url}`);
const closed = () => routes.filter((route) => !isPublic(route));

describe('the table of permissions', () => {
  it('names every route that is registered, and none that is not', () => {
    const registered = new Set(app.permissions.map(({ method, url }) => `${method} ${url}`));
    expect(registered.size).toBeGreaterThan(30);
    for (const { method, url } of routes) expect([method, url, permissionOf(method, url)]).not.toContain(undefined);
    const exact = Object.keys(PERMISSIONS).filter((route) => !route.endsWith('*'));
    expect(exact.filter((route) => !registered.has(route))).toEqual([]);
    expect(exact.filter((route) => !isPublic({ method: 'GET', url: route.split(' ')[1] })).sort()).toEqual(
      Object.keys(MAY).sort(),
    );
  });
});

describe('every route', () => {
  it('refuses those who have no key, or none that is accepted, with a challenge', async () => {
    const wrong: string[] = [];
    for (const route of closed())
      for (const [name, authorization] of strangers) {
        const { statusCode, headers, body } = await ask(route, authorization);
        const told = route.method === 'HEAD' || JSON.parse(body).type === '/problems/unauthenticated';
        if (statusCode !== 401 || !String(headers['www-authenticate']).startsWith('Bearer ') || !told)
          wrong.push(`${route.method} ${route.url} by ${name}: ${statusCode}`);
      }
    expect(wrong).toEqual([]);
  });

  it('lets in exactly the roles that may, with keys and with tokens', async () => {
    const wrong: string[] = [];
    for (const route of closed())
      for (const role of ROLES)
        for (const credentials of [keys.get(role)!, await tokenOf(role)]) {
          const { statusCode, body } = await ask(route, bearer(credentials));
          const letIn = statusCode !== 401 && statusCode !== 403;
          const named = route.method === 'HEAD' || letIn || mayOf(route).every((may) => body.includes(may));
          if (letIn !== mayOf(route).includes(role) || !named)
            wrong.push(`${route.method} ${route.url} by ${role}: ${statusCode} ${body}`);
        }
    expect(wrong).toEqual([]);
  });

  it('refuses a token without a role that is known', async () => {
    const token = bearer(await tokenOf('boss', 'Admin'));
    for (const route of closed()) expect([route, (await ask(route, token)).statusCode]).toEqual([route, 403]);
  });

  it('that is public answers everybody', async () => {
    const open = routes.filter(isPublic);
    expect(open.length).toBeGreaterThan(5);
    for (const route of open)
      for (const [, authorization] of strangers) {
        const { statusCode } = await ask(route, authorization);
        expect([route, statusCode === 401 || statusCode === 403]).toEqual([route, false]);
      }
  });

  it('is told no more of by other spellings of its path', async () => {
    const spellings = [
      '//v1/keys',
      '/v1//keys',
      '/V1/keys',
      '/v1/keys/',
      '/v1/%6beys',
      '/v1/keys;x',
      '/v1/./keys',
      '/v1/keys%00',
    ];
    for (const url of [...spellings, '/docs/../v1/keys', '/docs/..%2fv1/keys', '/health/live/../../v1/keys'])
      expect([url, (await ask({ method: 'GET', url }, undefined)).statusCode >= 400]).toEqual([url, true]);
    for (const method of ['PUT', 'PATCH', 'OPTIONS', 'TRACE'])
      expect((await ask({ method, url: '/v1/keys' }, undefined)).statusCode).toBeGreaterThanOrEqual(400);
  });

  it('of personal data is noted, others are not', async () => {
    const admin = keys.get('admin')!;
    const { access } = api.engine;
    const count = async () => {
      const page = await access.accessLog({ limit: 1_000, principal: admin.split('_')[1] });
      return page._tag === 'Right' ? page.right.records.length : Number.NaN;
    };
    for (const route of closed()) {
      const before = await count();
      const { headers } = await ask(route, bearer(admin));
      expect(headers['cache-control']).toContain('no-store');
      const noted = (await count()) - before;
      expect([route, noted]).toEqual([route, permissionOf(route.method, route.url)?.personalData === true ? 1 : 0]);
    }
  });
});

describe('over a socket', () => {
  let port: number;
  beforeAll(async () => {
    await app.listen({ port: 0, host: '127.0.0.1' });
    port = (app.server.address() as AddressInfo).port;
  });

  const send = async (...lines: readonly string[]): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.write(['GET /v1/keys HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'));
    await once(socket, 'close');
    return answer;
  };
  const statusOf = (answer: string): number => Number(answer.split(' ')[1]);

  it('the right key is let in, by any spelling of the header', async () => {
    const admin = keys.get('admin')!;
    for (const line of [`Authorization: Bearer ${admin}`, `AUTHORIZATION:bearer   ${admin}  `])
      expect(statusOf(await send(line))).toBe(200);
  });

  it('several headers are none, in whatever order', async () => {
    const [admin, ingest] = [keys.get('admin')!, keys.get('ingest')!].map((key) => `Authorization: Bearer ${key}`);
    for (const lines of [
      [admin, ingest],
      [ingest, admin],
      [admin, admin],
    ])
      expect(statusOf(await send(...lines))).toBe(401);
  });

  it('a header broken over lines, or with other bytes in it, lets nobody in', async () => {
    const admin = keys.get('admin')!;
    for (const lines of [
      ['Authorization:', ` Bearer ${admin}`],
      ['Authorization: Bearer', `\t${admin}`],
      [`Authorization : Bearer ${admin}`],
      [`Authorization: Bearer ${admin}\0`],
      [`X: y\nAuthorization: Bearer ${admin}`],
      [`X: y\rAuthorization: Bearer ${admin}`],
    ])
      expect([400, 401]).toContain(statusOf(await send(...lines)));
  });

  it('what was made up in a key is in no header of the answer', async () => {
    const answer = await send('Authorization: Bearer x%0d%0aset-cookie:%20a=b', 'X-Request-Id: a b');
    expect(statusOf(answer)).toBe(401);
    expect(answer.toLowerCase()).not.toContain('set-cookie');
  });

  it('a header of any size is refused without a defect', async () => {
    expect(statusOf(await send(`Authorization: Bearer ${'x'.repeat(12_000)}`))).toBe(401);
    expect(statusOf(await send(`Authorization: Bearer ${'x'.repeat(100_000)}`))).toBe(431);
  });
});
