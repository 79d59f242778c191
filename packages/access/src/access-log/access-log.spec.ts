import { eventually } from '@rapport/runtime/testing';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import type { Access, AccessLogQuery, AccessRecord } from '../access';
import { accessPlace, testClock } from '../testing/place';

let place: ReturnType<typeof accessPlace>;
beforeEach(() => {
  place = accessPlace();
});
afterEach(() => place.remove());

const record = (at: number, changes: Partial<AccessRecord> = {}): AccessRecord => ({
  at,
  principal: { id: 'key-1', name: 'report', kind: 'key' },
  what: 'GET /v1/customers/{id}',
  customer: 'c-1',
  status: 200,
  requestId: `request-${at}`,
  ...changes,
});

const page = async (access: Access, query: Partial<AccessLogQuery> = {}) => {
  const answer = await access.accessLog({ limit: 1_000, ...query });
  if (answer._tag === 'Left') throw new Error(answer.left.kind);
  return answer.right;
};
const all = async (access: Access, query: Partial<AccessLogQuery> = {}) => {
  const found: AccessRecord[] = [];
  for (let after: string | undefined, pages = 0; pages < 1_000; pages++) {
    const { records, next } = await page(access, { ...query, after });
    found.push(...records);
    if (next === undefined) return found;
    after = next;
  }
  throw new Error('There is no last page.');
};

/** Refuses every write to the log, as a full disk does. */
const fillDisk = (path: string): Database.Database => {
  const db = new Database(path);
  db.exec("CREATE TRIGGER full BEFORE INSERT ON accesses BEGIN SELECT RAISE(ABORT, 'no room'); END");
  return db;
};

describe('the access log', () => {
  it('says what was noted, newest first, at once', async () => {
    const access = await place.open();
    const list = record(2, { customer: undefined, what: 'GET /v1/customers', status: 403 });
    const token = record(3, { principal: { id: 'user-7', name: 'ada', kind: 'token' } });
    for (const one of [record(1), list, token]) access.record(one);
    const { records, next } = await page(access);
    expect(records).toEqual([token, list, record(1)]);
    expect(records[1]).not.toHaveProperty('customer');
    expect(next).toBeUndefined();
  });

  it('is asked by customer, by who asked, and by time', async () => {
    const access = await place.open();
    const others = { principal: { id: 'key-2', name: 'b', kind: 'key' as const }, customer: 'c-2' };
    for (let at = 1; at <= 8; at++) access.record(record(at, at % 2 === 0 ? others : {}));
    const at = async (query: Partial<AccessLogQuery>) => (await all(access, query)).map((one) => one.at);
    expect(await at({ customer: 'c-2' })).toEqual([8, 6, 4, 2]);
    expect(await at({ principal: 'key-1' })).toEqual([7, 5, 3, 1]);
    expect(await at({ from: 3, to: 6 })).toEqual([5, 4, 3]);
    expect(await at({ customer: 'c-2', principal: 'key-1' })).toEqual([]);
    expect(await at({ customer: 'c-2', from: 5, limit: 1 })).toEqual([8, 6]);
    expect(await at({ customer: "c' OR 1=1 --" })).toEqual([]);
  });

  it('pages give each access once, whatever the page size and however many share an instant', async () => {
    const access = await place.open();
    const instants = [5, 5, 5, 3, 9, 5, 1, 9, 9, 3];
    for (const [i, at] of instants.entries()) access.record(record(at, { requestId: `${i}` }));
    const whole = await all(access);
    expect(whole.map(({ at }) => at)).toEqual([...instants].sort((a, b) => b - a));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 12 }), async (limit) => {
        expect(await all(access, { limit })).toEqual(whole);
      }),
    );
  });

  it('pages do not shift when more is noted', async () => {
    const access = await place.open();
    for (let at = 1; at <= 6; at++) access.record(record(at));
    const first = await page(access, { limit: 3 });
    access.record(record(7));
    expect((await page(access, { limit: 3, after: first.next })).records.map(({ at }) => at)).toEqual([3, 2, 1]);
  });

  it('knows its own cursors only', async () => {
    const access = await place.open();
    for (const text of [
      '',
      'x',
      '1.2',
      Buffer.from('1.2.3').toString('base64url'),
      Buffer.from('1').toString('base64'),
    ])
      expect(await access.accessLog({ limit: 1, after: text })).toEqual({
        _tag: 'Left',
        left: { kind: 'invalid-cursor' },
      });
    for (const limit of [0, 1_001, 1.5, Number.NaN])
      await expect(access.accessLog({ limit })).rejects.toThrow(/1 to 1000/);
  });

  it('is whole after closing, which may be done twice', async () => {
    const access = await place.open();
    for (let at = 0; at < 1_234; at++) access.record(record(at));
    await access.close();
    await access.close();
    expect(await all(await place.open())).toHaveLength(1_234);
  });

  it('is written within a second, unasked', async () => {
    const access = await place.open();
    access.record(record(1));
    const db = new Database(place.path, { readonly: true });
    const count = db.prepare<[], number>('SELECT count(*) FROM accesses').pluck();
    const begun = Date.now();
    await eventually(() => count.get() !== 0);
    // Much more than a second only where the machine does not get round to it.
    expect(Date.now() - begun).toBeLessThan(3_000);
    db.close();
  });
});

describe('what is kept no longer', () => {
  it('is removed, and nothing else', async () => {
    const clock = testClock(10_000);
    const access = await place.open({ clock, keepMilliseconds: 1_000 });
    for (let at = 7_500; at < 10_000; at++) access.record(record(at));
    const kept = async () => (await all(access)).map(({ at }) => at);
    const until = (oldest: number) => eventually(async () => (await kept()).at(-1) === oldest);
    await until(9_000);
    expect(await kept()).toHaveLength(1_000);
    clock.pass(60_000);
    access.record(record(70_000));
    await until(70_000);
  });
});

describe('what cannot be written', () => {
  it('is told, kept, and written when it can be', async () => {
    const told: [unknown, readonly object[]][] = [];
    const access = await place.open({ onError: (...what) => told.push(what) });
    const disk = fillDisk(place.path);
    access.record(record(1));
    expect((await page(access)).records).toEqual([]);
    access.record(record(2));
    await page(access);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject([{ message: 'no room' }, []]);
    disk.exec('DROP TRIGGER full');
    disk.close();
    expect((await page(access)).records.map(({ at }) => at)).toEqual([2, 1]);
  });

  it('is handed over where it cannot be kept either: each access is in the log or was handed over', async () => {
    const handed: AccessRecord[] = [];
    const access = await place.open({ onError: (_, lost) => handed.push(...(lost as AccessRecord[])) });
    const disk = fillDisk(place.path);
    for (let at = 0; at < 10_700; at++) access.record(record(at));
    expect(handed.length).toBeGreaterThanOrEqual(700);
    disk.exec('DROP TRIGGER full');
    disk.close();
    const written = await all(access);
    const together = [...written.map(({ at }) => at), ...handed.map(({ at }) => at)].sort((a, b) => a - b);
    expect(together).toEqual(Array.from({ length: 10_700 }, (_, at) => at));
  });

  it('at the end is handed over, and closing says so', async () => {
    const handed: AccessRecord[] = [];
    const access = await place.open({ onError: (_, lost) => handed.push(...(lost as AccessRecord[])) });
    fillDisk(place.path).close();
    access.record(record(1));
    await expect(access.close()).rejects.toMatchObject({ message: 'no room' });
    expect(handed).toEqual([record(1)]);
    await access.close();
  });
});
