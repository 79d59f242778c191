import { createHmac } from 'node:crypto';
import { exportSPKI } from 'jose';
import type { Access } from '../access';
import { type SigningKey, signingKey, signToken, type TestIssuer, testIssuer } from '../testing/issuer';
import { accessPlace, bearer, testClock } from '../testing/place';
import type { OidcOptions } from './oidc-options';

const MINUTE = 60_000;
const AUDIENCE = 'https://rapport.example';

let place: ReturnType<typeof accessPlace>;
let issuer: TestIssuer;
let key: SigningKey;
let other: SigningKey;
// Near the real time, which the key set's own cache goes by.
const clock = testClock(Math.floor(Date.now() / 1_000) * 1_000);

beforeAll(async () => {
  key = await signingKey('one');
  other = await signingKey('two', 'RS256');
});
beforeEach(async () => {
  place = accessPlace();
  issuer = await testIssuer();
  issuer.publish(key);
});
afterEach(async () => {
  await place.remove();
  await issuer.stop();
});

const open = (options: Partial<OidcOptions> = {}): Promise<Access> =>
  place.open({ clock, oidc: { issuer: issuer.issuer, audience: AUDIENCE, ...options } });

const claims = (changes: Readonly<Record<string, unknown>> = {}) => ({
  iss: issuer.issuer,
  aud: AUDIENCE,
  sub: 'user-7',
  exp: clock.now() / 1_000 + 300,
  roles: ['marketing'],
  ...changes,
});
const without = (name: string) => Object.fromEntries(Object.entries(claims()).filter(([claim]) => claim !== name));

const ask = async (access: Access, token: string) => {
  const answer = await access.authenticate(bearer(token));
  return answer._tag === 'Right' ? answer.right : answer.left;
};
const askWith = async (changes: Readonly<Record<string, unknown>>, options: Partial<OidcOptions> = {}) =>
  ask(await open(options), await signToken(key, claims(changes)));

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const INVALID = { kind: 'invalid' };

describe('a token of the issuer', () => {
  it('says who asks; the keys are found by discovery and fetched once', async () => {
    const access = await open();
    const token = await signToken(key, claims({ preferred_username: 'ada' }));
    for (let i = 0; i < 3; i++)
      expect(await ask(access, token)).toEqual({ id: 'user-7', name: 'ada', kind: 'token', roles: ['marketing'] });
    expect(issuer.asked).toEqual(['/realms/shop/.well-known/openid-configuration', '/realms/shop/certs']);
  });

  it('is checked with the configured keys without discovery', async () => {
    expect(await askWith({}, { jwksUri: issuer.jwksUri })).toMatchObject({ id: 'user-7' });
    expect(issuer.asked).toEqual(['/realms/shop/certs']);
  });

  it('is accepted under one of several audiences', async () => {
    expect(await askWith({ aud: ['account', AUDIENCE] })).toMatchObject({ id: 'user-7' });
    expect(await askWith({ aud: 'b' }, { audience: ['a', 'b'] })).toMatchObject({ id: 'user-7' });
  });

  it('of a program has the name of the program', async () =>
    expect(await askWith({ azp: 'nightly-report' })).toMatchObject({ name: 'nightly-report' }));

  it('is accepted beside keys', async () => {
    const access = await open();
    const { secret } = await access.createKey({ name: 'shop', roles: ['ingest'] });
    expect(await ask(access, secret)).toMatchObject({ kind: 'key' });
    expect(await ask(access, await signToken(key, claims()))).toMatchObject({ kind: 'token' });
  });

  it.each(['RS256', 'PS256', 'ES384', 'EdDSA'])('signed by %s is accepted', async (algorithm) => {
    const signing = await signingKey('of another kind', algorithm);
    issuer.publish(signing);
    expect(await ask(await open(), await signToken(signing, claims()))).toMatchObject({ id: 'user-7' });
  });
});

describe('the roles of a token', () => {
  it.each<[string, unknown, Partial<OidcOptions>, readonly string[]]>([
    ['stand in roles', { roles: ['admin', 'ingest'] }, {}, ['ingest', 'admin']],
    ['stand deeper', { realm_access: { roles: ['auditor'] } }, { rolesClaim: 'realm_access.roles' }, ['auditor']],
    ['stand in a scope', { scope: 'openid analyst' }, { rolesClaim: 'scope' }, ['analyst']],
    ['stand in a claim with dots', { 'https://a.b/r': ['analyst'] }, { rolesClaim: 'https://a.b/r' }, ['analyst']],
    ['are called otherwise', { roles: ['crm', 'admin'] }, { roles: { crm: 'marketing' } }, ['marketing']],
    ['are unknown ones', { roles: ['boss', 'ADMIN', 7, null, { admin: true }] }, {}, []],
    ['are no list', { roles: { admin: true } }, {}, []],
    ['are inherited names', { roles: ['constructor', '__proto__'] }, { roles: { crm: 'admin' } }, []],
    ['are absent', { roles: undefined }, {}, []],
  ])('%s', async (_, given, options, roles) => {
    expect(await askWith(given as Record<string, unknown>, options)).toMatchObject({ id: 'user-7', roles });
  });
});

describe('a token is refused', () => {
  it.each<[string, () => Record<string, unknown>]>([
    ['that has expired', () => claims({ exp: clock.now() / 1_000 - 31 })],
    ['that is not yet valid', () => claims({ nbf: clock.now() / 1_000 + 31 })],
    ['that never expires', () => without('exp')],
    ['for another audience', () => claims({ aud: 'https://other.example' })],
    ['for no audience', () => without('aud')],
    ['of another issuer', () => claims({ iss: 'https://evil.example' })],
    ['of an issuer with a slash more', () => claims({ iss: `${issuer.issuer}/` })],
    ['of nobody', () => without('sub')],
    ['of a subject that is no text', () => claims({ sub: 7 })],
  ])('%s', async (_, given) => {
    expect(await ask(await open(), await signToken(key, given()))).toMatchObject(INVALID);
  });

  it('within the tolerance of clocks it is not, beyond it is', async () => {
    expect(await askWith({ exp: clock.now() / 1_000 - 29 })).toMatchObject({ id: 'user-7' });
    expect(await askWith({ exp: clock.now() / 1_000 - 29 }, { clockTolerance: 10_000 })).toMatchObject(INVALID);
  });

  it('without a signature (alg none), in any spelling', async () => {
    const access = await open();
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const signature of ['', part('x')])
        expect(await ask(access, `${part({ alg, kid: 'one' })}.${part(claims())}.${signature}`)).toMatchObject(INVALID);
  });

  it('signed by HS256 with the public key as the secret', async () => {
    issuer.publish(other);
    const access = await open();
    const pem = await exportSPKI(other.publicKey);
    const signed = `${part({ alg: 'HS256', kid: 'two' })}.${part(claims())}`;
    for (const secret of [pem, pem.trim()]) {
      const signature = createHmac('sha256', secret).update(signed).digest('base64url');
      expect(await ask(access, `${signed}.${signature}`)).toMatchObject(INVALID);
    }
  });

  it('signed by a key that says it is the right one', async () => {
    const impostor = await signingKey('one');
    expect(await ask(await open(), await signToken(impostor, claims()))).toMatchObject(INVALID);
  });

  it('that brings its own key, or says where to fetch it', async () => {
    const impostor = await signingKey('mine');
    const { exportJWK, SignJWT } = await import('jose');
    const headers = [{ jwk: await exportJWK(impostor.publicKey) }, { jku: issuer.jwksUri }, { x5u: issuer.jwksUri }];
    const access = await open();
    for (const header of headers) {
      const token = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256', ...header })
        .sign(impostor.privateKey);
      expect(await ask(access, token)).toMatchObject(INVALID);
    }
  });

  it('whose claims were changed after signing', async () => {
    const [header, , signature] = (await signToken(key, claims())).split('.');
    expect(await ask(await open(), `${header}.${part(claims({ roles: ['admin'] }))}.${signature}`)).toMatchObject(
      INVALID,
    );
  });

  it.each(['a.b.c', '..', 'ey.ey.ey', `${'x'.repeat(4_000)}.${'y'.repeat(4_000)}.`, 'eyJhbGciOiJFUzI1NiJ9..'])(
    'that is none: %#',
    async (text) => expect(await ask(await open(), text)).toMatchObject(INVALID),
  );

  it('where no issuer is configured', async () => {
    const access = await place.open({ clock });
    expect(await ask(access, await signToken(key, claims()))).toMatchObject(INVALID);
    expect(issuer.asked).toEqual([]);
  });

  it('and the asker is not told why; the reason for the log has no token in it', async () => {
    const token = await signToken(key, claims({ aud: 'x' }));
    const failure = await ask(await open(), token);
    expect(failure).toMatchObject({ reason: expect.stringContaining('aud') });
    expect(JSON.stringify(failure)).not.toContain(token.split('.')[2]);
  });
});

describe('the keys of the issuer', () => {
  it('of an unknown id are looked for once, and then not for a while', async () => {
    const access = await open();
    expect(await ask(access, await signToken(key, claims()))).toMatchObject({ id: 'user-7' });
    const before = issuer.asked.length;
    for (let i = 0; i < 20; i++)
      expect(await ask(access, await signToken({ ...key, id: `made up ${i}` }, claims()))).toMatchObject(INVALID);
    expect(issuer.asked.length - before).toBeLessThanOrEqual(1);
  });

  /** The age of the keys goes by the real clock. */
  const later = (milliseconds: number): void => {
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + milliseconds);
  };
  afterEach(() => jest.restoreAllMocks());

  it('are fetched again when it signs with a new one', async () => {
    const access = await open();
    const next = await signToken(other, claims());
    expect(await ask(access, await signToken(key, claims()))).toMatchObject({ id: 'user-7' });
    issuer.publish(key, other);
    later(11_000);
    expect(await ask(access, next)).toMatchObject({ id: 'user-7' });
  });

  it('that it took back are refused when the ones in memory are old', async () => {
    const access = await open();
    const token = await signToken(key, claims());
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
    issuer.publish(other);
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
    later(10 * MINUTE + 1);
    expect(await ask(access, token)).toMatchObject(INVALID);
  });
});

describe('while the issuer is away', () => {
  it('it is said so, not that the token is wrong; keys go on; it is asked again when it is back', async () => {
    await issuer.stop();
    const access = await open();
    const token = await signToken(key, claims());
    expect(await ask(access, token)).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('issuer') });
    const { secret } = await access.createKey({ name: 'shop', roles: ['ingest'] });
    expect(await ask(access, secret)).toMatchObject({ kind: 'key' });
    await issuer.start();
    expect(await ask(access, token)).toMatchObject({ kind: 'unavailable' });
    clock.pass(2_000);
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
  });

  it('tokens are checked with the keys in memory', async () => {
    const access = await open();
    const token = await signToken(key, claims());
    await ask(access, token);
    await issuer.stop();
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
  });

  it('whoever names keys that nobody knows does not shut out those whose keys are in memory', async () => {
    const access = await open();
    const token = await signToken(key, claims());
    await ask(access, token);
    await issuer.stop();
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 11_000);
    const madeUp = await signToken({ ...key, id: 'made up' }, claims());
    expect(await ask(access, madeUp)).toMatchObject({ kind: 'unavailable' });
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
    clock.pass(2_000);
    expect(await ask(access, madeUp)).toMatchObject({ kind: 'unavailable' });
    expect(await ask(access, token)).toMatchObject({ id: 'user-7' });
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * MINUTE);
    expect(await ask(access, token)).toMatchObject({ kind: 'unavailable' });
    jest.restoreAllMocks();
  });

  it('it is not asked for each token', async () => {
    issuer.fail(503);
    const access = await open();
    const token = await signToken(key, claims());
    for (let i = 0; i < 10; i++) expect(await ask(access, token)).toMatchObject({ kind: 'unavailable' });
    expect(issuer.asked).toHaveLength(1);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["another issuer's document", { issuer: 'https://evil.example' }],
    ['no address of keys', { jwks_uri: undefined }],
    ['an address that is none', { jwks_uri: 'file:///etc/passwd' }],
    ['an address without TLS elsewhere', { jwks_uri: 'http://keys.example/certs' }],
  ])('or answers with %s, no token is accepted', async (_, document) => {
    issuer.claim(document);
    expect(await askWith({})).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a configuration that would let the wrong ones in is refused', () => {
  it.each<[string, Partial<OidcOptions>, RegExp]>([
    ['an issuer without TLS', { issuer: 'http://issuer.example' }, /TLS/],
    ['an issuer that is no address', { issuer: 'keycloak' }, /https address/],
    ['keys without TLS', { jwksUri: 'http://issuer.example/certs' }, /TLS/],
    ['no audience', { audience: [] }, /audience/],
    ['an empty audience', { audience: '' }, /audience/],
    ['a role there is not', { roles: { boss: 'owner' as 'admin' } }, /owner/],
  ])('%s', async (_, options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });
});
