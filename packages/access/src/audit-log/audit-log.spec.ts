import { userInfo } from 'node:os';
import type { Store } from '@rapport/sqlite';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import type { Access } from '../access';
import { accessPlace, testClock } from '../testing/place';
import type { AuditLogQuery, AuditRecord, Origin, RefusedRequest } from './audit';
import { auditLog } from './audit-log';
import { summedAddress } from './refused-sums';

const MINUTE = 60_000;

let place: ReturnType<typeof accessPlace>;
beforeEach(() => {
  place = accessPlace();
});
afterEach(() => place.remove());

const ADA: Origin = { actor: { kind: 'key', id: 'k-1', name: 'ada' }, address: '192.0.2.1', requestId: 'r-1' };
const failed = (over: Partial<RefusedRequest> = {}): RefusedRequest => ({
  action: 'authentication.failed',
  address: '203.0.113.7',
  request: 'GET /v1/population',
  reason: 'invalid',
  ...over,
});
const all = async (access: Access, query: Partial<AuditLogQuery> = {}): Promise<readonly AuditRecord[]> => {
  const found: AuditRecord[] = [];
  for (let after: string | undefined, pages = 0; pages < 1_000; pages++) {
    const page = await access.auditLog({ limit: 1_000, ...query, after });
    if (page._tag === 'Left') throw new Error(page.left.kind);
    found.push(...page.right.records);
    if (page.right.next === undefined) return found;
    after = page.right.next;
  }
  throw new Error('There is no last page.');
};

describe('what was done', () => {
  it('to keys is noted in one step with it: by whom, from where, and never the secret', async () => {
    const clock = testClock();
    const access = await place.open({ clock });
    const { key, secret } = await access.createKey({ name: 'shop', roles: ['ingest'] }, ADA);
    clock.pass(5);
    await access.revokeKey(key.id, ADA);
    await access.revokeKey(key.id, ADA);
    await access.revokeKey('none', ADA);
    expect(await all(access)).toEqual([
      { at: clock.now(), action: 'key.revoked', subject: key.id, ...ADA },
      {
        at: key.createdAt,
        action: 'key.created',
        subject: key.id,
        details: { name: 'shop', roles: ['ingest'] },
        ...ADA,
      },
    ]);
    expect(JSON.stringify(await all(access))).not.toContain(secret.split('_')[2]);
  });

  it('is not done where it cannot be noted', async () => {
    const access = await place.open();
    const disk = new Database(place.path);
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
    await expect(access.createKey({ name: 'shop', roles: ['ingest'] }, ADA)).rejects.toThrow('no room');
    expect(await access.keys()).toEqual([]);
    disk.exec('DROP TRIGGER full');
    disk.close();
  });

  it('without an origin was done by the account that runs the process; the first key is made by the engine', async () => {
    const access = await place.open();
    await access.firstKey();
    await access.createKey({ name: 'shop', roles: ['ingest'] });
    access.note({ action: 'ruleset.published', subject: 'f00', details: { name: 'retail', version: 2 } });
    const account = { kind: 'account', id: String(process.getuid?.()), name: userInfo().username };
    expect((await all(access)).map(({ action, actor }) => [action, actor])).toEqual([
      ['ruleset.published', account],
      ['key.created', account],
      ['key.created', expect.objectContaining({ kind: 'engine' })],
    ]);
  });

  it('is found by action, by who did it, and by time; pages give each once', async () => {
    const clock = testClock();
    const access = await place.open({ clock });
    for (let i = 0; i < 20; i++) {
      access.note(
        { action: i % 4 === 0 ? 'parked.retried' : 'ruleset.published', subject: `${i}` },
        { actor: { kind: 'token', id: `user-${i % 2}`, name: 'x' } },
      );
      if (i % 3 === 0) clock.pass(1);
    }
    const whole = await all(access);
    expect(whole.map(({ subject }) => Number(subject))).toEqual(Array.from({ length: 20 }, (_, i) => 19 - i));
    expect(await all(access, { action: 'parked.retried' })).toHaveLength(5);
    expect(await all(access, { actor: 'user-1' })).toHaveLength(10);
    const [from, to] = [whole[9].at, whole[3].at];
    expect(await all(access, { from, to })).toEqual(whole.filter(({ at }) => at >= from && at < to));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 25 }), async (limit) => {
        expect(await all(access, { limit })).toEqual(whole);
      }),
    );
    expect(await access.auditLog({ limit: 1, after: 'x' })).toMatchObject({ left: { kind: 'invalid-cursor' } });
  });

  it('is written at once, and what cannot be written is kept, and handed over at the end', async () => {
    const told: (readonly object[])[] = [];
    const access = await place.open({ onError: (_, lost) => told.push(lost) });
    const disk = new Database(place.path);
    const count = disk.prepare<[], number>('SELECT count(*) FROM audit').pluck();
    access.note({ action: 'ruleset.published', subject: '1' }, ADA);
    expect(count.get()).toBe(1);
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
    access.note({ action: 'ruleset.published', subject: '2' }, ADA);
    expect(told).toEqual([[]]);
    disk.exec('DROP TRIGGER full');
    expect(await all(access)).toHaveLength(2);
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
    access.note({ action: 'ruleset.published', subject: '3' }, ADA);
    access.refuse(failed());
    disk.close();
    await expect(access.close()).rejects.toMatchObject({ message: 'no room' });
    expect(told.flat()).toMatchObject([{ refused: { count: 1 } }, { subject: '3' }]);
  });
});

describe('who was refused', () => {
  it('is summed up by minute, address and actor, with what was asked for and why it was refused', async () => {
    const clock = testClock(10 * MINUTE);
    const access = await place.open({ clock });
    expect(access.refuse(failed({ reason: 'missing' }))).toBe(true);
    clock.pass(10);
    expect(access.refuse(failed({ request: 'POST /v1/keys', keyId: 'k-9' }))).toBe(false);
    // Written in between: the sum goes on.
    expect(await all(access)).toHaveLength(1);
    clock.pass(10);
    expect(access.refuse(failed({ keyId: 'k-9' }))).toBe(false);
    expect(access.refuse(failed({ address: '203.0.113.8' }))).toBe(true);
    expect(access.refuse(failed({ action: 'authorization.denied', reason: 'role', actor: ADA.actor }))).toBe(true);
    clock.pass(MINUTE);
    expect(access.refuse(failed())).toBe(true);
    const records = await all(access);
    expect(records).toHaveLength(4);
    expect(records.at(-1)).toEqual({
      at: 10 * MINUTE,
      action: 'authentication.failed',
      address: '203.0.113.7',
      refused: {
        count: 3,
        lastAt: 10 * MINUTE + 20,
        requests: { 'GET /v1/population': 2, 'POST /v1/keys': 1 },
        reasons: { missing: 1, invalid: 2 },
        keys: ['k-9'],
      },
    });
    expect(records).toContainEqual(expect.objectContaining({ action: 'authorization.denied', actor: ADA.actor }));
  });

  it('nobody is lost to the bound on addresses: of thousands in a minute some are told apart, all are counted', async () => {
    const clock = testClock();
    const access = await place.open({ clock });
    for (let i = 0; i < 5_000; i++) access.refuse(failed({ address: `10.0.${i >> 8}.${i & 255}` }));
    const records = await all(access);
    expect(records).toHaveLength(101);
    expect(records.reduce((sum, { refused }) => sum + refused!.count, 0)).toBe(5_000);
    expect(records.find(({ address }) => address === 'others')?.refused?.count).toBe(4_900);
  });

  it('so many sums are kept, the oldest leave, and what was done stays', async () => {
    const clock = testClock();
    await (await place.open({ clock })).close();
    const db = new Database(place.path);
    const log = auditLog({ db, path: place.path } as Store, clock, () => undefined, 10);
    log.note({ action: 'ruleset.published' }, ADA);
    for (let i = 0; i < 30; i++) {
      log.refuse(failed());
      clock.pass(MINUTE);
    }
    log.write();
    expect(log.forget(undefined)).toBe(false);
    const page = log.query({ limit: 100 });
    const ages = page._tag === 'Right' ? page.right.records.map(({ at }) => (clock.now() - at) / MINUTE) : [];
    expect(ages).toEqual([...Array.from({ length: 10 }, (_, i) => i + 1), 30]);
    log.forget(clock.now() - 3 * MINUTE);
    const rest = log.query({ limit: 100 });
    expect(rest._tag === 'Right' && rest.right.records.map(({ action }) => action)).toEqual([
      ...Array<string>(3).fill('authentication.failed'),
      'ruleset.published',
    ]);
    db.close();
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::1', '::/64'],
    ['', ''],
  ])('the address %s is summed up as %s', (address, expected) => expect(summedAddress(address)).toBe(expected));
});

it('a file of the version before keeps its keys, and begins an audit log', async () => {
  const before = await place.open();
  const { secret } = await before.createKey({ name: 'shop', roles: ['ingest'] });
  await before.close();
  const db = new Database(place.path);
  db.exec('DROP TABLE audit');
  db.pragma('user_version = 1');
  db.close();
  const access = await place.open();
  expect(await access.authenticate(`Bearer ${secret}`)).toMatchObject({ right: { name: 'shop' } });
  access.note({ action: 'parked.retried' }, ADA);
  expect(await all(access)).toHaveLength(1);
});
