import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as fc from 'fast-check';
import { type Access, ROLES, type Role } from '../access';
import { accessPlace, bearer, testClock } from '../testing/place';
import { hashSecret, keyText, newKeyParts, parseKey, secretMatches } from './secret';

const MINUTE = 60_000;

let place: ReturnType<typeof accessPlace>;
let clock: ReturnType<typeof testClock>;
let access: Access;
beforeEach(async () => {
  place = accessPlace();
  clock = testClock();
  access = await place.open({ clock });
});
afterEach(() => place.remove());

const refused = expect.objectContaining({ _tag: 'Left', left: expect.objectContaining({ kind: 'invalid' }) });
const create = (roles: readonly Role[] = ['ingest'], expiresAt?: number) =>
  access.createKey({ name: 'shop', roles, expiresAt });

describe('a key', () => {
  it('says who asks and what they may do', async () => {
    const { key, secret } = await create(['auditor', 'ingest', 'ingest']);
    expect(key).toMatchObject({ name: 'shop', roles: ['ingest', 'auditor'], createdAt: clock.now() });
    expect(await access.authenticate(bearer(secret))).toEqual({
      _tag: 'Right',
      right: { id: key.id, name: 'shop', kind: 'key', roles: ['ingest', 'auditor'] },
    });
  });

  it('has 256 bits that nothing else has, in a form that can be told from other secrets', async () => {
    const secrets = new Set<string>();
    for (let i = 0; i < 50; i++) secrets.add((await create()).secret);
    expect(secrets.size).toBe(50);
    for (const secret of secrets) {
      const [, , random] = /^rapport_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/.exec(secret) ?? [];
      expect(Buffer.from(random, 'base64url')).toHaveLength(32);
    }
  });

  it('is nowhere in the files; its hash is', async () => {
    const { secret } = await create();
    const random = parseKey(secret)!.secret;
    await access.close();
    const bytes = readdirSync(dirname(place.path)).map((name) => readFileSync(`${dirname(place.path)}/${name}`));
    const all = Buffer.concat(bytes);
    expect(all.includes(random)).toBe(false);
    expect(all.includes(Buffer.from(random, 'base64url'))).toBe(false);
    expect(all.includes(hashSecret(random))).toBe(true);
  });

  it('is refused from the instant it expires', async () => {
    const { secret } = await create(['ingest'], clock.now() + MINUTE);
    clock.pass(MINUTE - 1);
    expect(await access.authenticate(bearer(secret))).toMatchObject({ _tag: 'Right' });
    clock.pass(1);
    expect(await access.authenticate(bearer(secret))).toEqual(refused);
  });

  it('is refused at once when it is revoked, and stays listed', async () => {
    const [one, other] = [await create(), await create()];
    expect(await access.revokeKey(one.key.id)).toBe(true);
    expect(await access.authenticate(bearer(one.secret))).toEqual(refused);
    expect(await access.authenticate(bearer(other.secret))).toMatchObject({ _tag: 'Right' });
    const revokedAt = clock.now();
    clock.pass(MINUTE);
    expect(await access.revokeKey(one.key.id)).toBe(true);
    expect(await access.revokeKey('0000000000000000')).toBe(false);
    expect((await access.keys()).map((key) => key.revokedAt)).toEqual([revokedAt, undefined]);
  });

  it('is listed without anything that could be used', async () => {
    const { secret } = await create();
    const { id, secret: random } = parseKey(secret)!;
    const listed = JSON.stringify(await access.keys());
    expect(listed).toContain(id);
    expect(listed).not.toContain(random);
    expect(listed).not.toContain(hashSecret(random).toString('hex'));
  });

  it('outlives the process', async () => {
    const { secret, key } = await create(['marketing']);
    await access.close();
    const again = await place.open({ clock });
    expect(await again.authenticate(bearer(secret))).toMatchObject({ right: { id: key.id, roles: ['marketing'] } });
  });

  it.each([
    ['without a name', { name: '  ', roles: ['ingest'] as const }, /name/],
    ['without a role', { name: 'x', roles: [] }, /at least one of the roles/],
    ['of a role there is not', { name: 'x', roles: ['owner' as Role] }, /owner/],
    ['that has expired before it begins', { name: 'x', roles: ['ingest'] as const, expiresAt: 5 }, /future/],
    ['that expires at no instant', { name: 'x', roles: ['ingest'] as const, expiresAt: Number.NaN }, /future/],
  ])('%s is not made', async (_, key, message) => {
    await expect(access.createKey(key)).rejects.toThrow(message);
    expect(await access.keys()).toEqual([]);
  });
});

describe('what is not a key', () => {
  it('is refused whatever it is: the secret of another, a changed letter, another id', async () => {
    const [one, other] = [await create(), await create()];
    const [a, b] = [parseKey(one.secret)!, parseKey(other.secret)!];
    const changed = `${a.secret.slice(0, -2)}${a.secret.at(-2) === 'A' ? 'B' : 'A'}${a.secret.at(-1)}`;
    for (const parts of [
      { ...a, secret: b.secret },
      { ...a, secret: changed },
      { ...a, id: 'f'.repeat(16) },
    ])
      expect(await access.authenticate(bearer(keyText(parts)))).toEqual(refused);
  });

  it('never gets in and never throws, whatever stands in the header', async () => {
    const { secret } = await create();
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string().map((end) => `Bearer ${secret}${end === '' ? '_' : end}`),
      fc.string().map((middle) => `Bearer rapport_${middle}_${middle}`),
      fc.base64String().map((basic) => `Basic ${basic}`),
      fc.nat(secret.length - 1).map((length) => bearer(secret.slice(0, length))),
    );
    await fc.assert(
      fc.asyncProperty(text, async (header) => {
        const answer = await access.authenticate(header);
        // Spaces at the end are no part of a header.
        expect(answer._tag === 'Left' || header.trim() === bearer(secret)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is missing where there is nothing', async () => {
    for (const header of [undefined, ''])
      expect(await access.authenticate(header)).toEqual({ _tag: 'Left', left: { kind: 'missing' } });
  });

  it('is compared with something though its id is unknown, and does not match even that', () => {
    const { secret } = newKeyParts();
    expect(secretMatches(secret, hashSecret(secret))).toBe(true);
    expect(secretMatches(secret, hashSecret(`${secret} `))).toBe(false);
    expect(secretMatches(secret, undefined)).toBe(false);
  });
});

describe('the header', () => {
  it('takes the scheme in any case', async () => {
    const { secret } = await create();
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEaReR'])
      expect(await access.authenticate(`${scheme} ${secret}`)).toMatchObject({ _tag: 'Right' });
  });

  it('takes a key as the user name of Basic, as libraries of Segment send it, and no other Basic', async () => {
    const { secret } = await create();
    const basic = (user: string) => `Basic ${Buffer.from(user).toString('base64')}`;
    expect(await access.authenticate(basic(`${secret}:`))).toMatchObject({ _tag: 'Right' });
    for (const user of [secret, `${secret}:x`, `:${secret}`, ':', `${secret}::`])
      expect(await access.authenticate(basic(user))).toEqual(refused);
  });

  it.each([
    ['no scheme', (secret: string) => secret],
    ['another scheme', (secret: string) => `Token ${secret}`],
    ['two keys', (secret: string) => `Bearer ${secret}, Bearer ${secret}`],
    ['more behind it', (secret: string) => `Bearer ${secret} x`],
    ['a line break before it', (secret: string) => `Bearer\n${secret}`],
    ['megabytes', (secret: string) => `Bearer ${secret}${'x'.repeat(5_000_000)}`],
  ])('is refused with %s', async (_, header) => {
    const { secret } = await create();
    expect(await access.authenticate(header(secret))).toEqual(refused);
  });
});

describe('when a key was last used', () => {
  it('is noted at most once a minute', async () => {
    const { secret } = await create();
    const use = async () => {
      await access.authenticate(bearer(secret));
      return (await access.keys())[0].lastUsedAt;
    };
    expect((await access.keys())[0].lastUsedAt).toBeUndefined();
    const first = clock.now();
    expect(await use()).toBe(first);
    clock.pass(MINUTE - 1);
    expect(await use()).toBe(first);
    clock.pass(1);
    expect(await use()).toBe(first + MINUTE);
  });

  it('is in the file when it is closed, and is not noted by a refusal', async () => {
    const [used, refusedKey] = [await create(), await create()];
    await access.authenticate(bearer(used.secret));
    await access.authenticate(bearer(keyText({ ...parseKey(refusedKey.secret)!, secret: newKeyParts().secret })));
    await access.close();
    const again = await place.open({ clock });
    expect((await again.keys()).map((key) => key.lastUsedAt)).toEqual([clock.now(), undefined]);
  });
});

describe('the first key', () => {
  it('is of an administrator and is made once', async () => {
    const first = await access.firstKey();
    expect(first?.key.roles).toEqual(['admin']);
    expect(await access.authenticate(bearer(first!.secret))).toMatchObject({ right: { roles: ['admin'] } });
    expect(await access.firstKey()).toBeUndefined();
  });

  it('is not made again when it was revoked, nor when there is another key', async () => {
    const first = await access.firstKey();
    await access.revokeKey(first!.key.id);
    expect(await access.firstKey()).toBeUndefined();
  });
});

describe('the file', () => {
  it("is its owner's alone, with all that lies beside it", async () => {
    await create();
    const folder = dirname(place.path);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toContain('access.sqlite-wal');
    for (const name of names) expect(statSync(`${folder}/${name}`).mode & 0o777).toBe(0o600);
  });

  it('that a backup left open to others is closed to them', async () => {
    const other = accessPlace();
    mkdirSync(dirname(other.path), { recursive: true });
    writeFileSync(other.path, '', { mode: 0o644 });
    await other.open();
    expect(statSync(other.path).mode & 0o777).toBe(0o600);
    await other.remove();
  });

  it('that is something else is left alone', async () => {
    const other = accessPlace();
    mkdirSync(dirname(other.path), { recursive: true });
    writeFileSync(other.path, 'Dear customer, '.repeat(1_000));
    await expect(other.open()).rejects.toMatchObject({ name: 'StoreError', kind: 'not-a-store' });
    await other.remove();
  });
});

test('there are five roles', () => expect(ROLES).toEqual(['ingest', 'marketing', 'analyst', 'auditor', 'admin']));
