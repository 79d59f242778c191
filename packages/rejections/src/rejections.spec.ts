import { readFileSync, statSync } from 'node:fs';
import { standardCatalogue } from '@rapport/domain';
import { eventually } from '@rapport/runtime/testing';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { LONGEST_BODY } from './limits';
import { readRejections } from './read-rejections';
import type { Refused, Rejection, Rejections, RejectionsQuery } from './rejections';
import { refused, rejectionsPlace, testClock } from './testing/place';

let place: ReturnType<typeof rejectionsPlace>;
beforeEach(() => {
  place = rejectionsPlace();
});
afterEach(() => place.remove());

const note = (rejections: Rejections, over: Parameters<typeof refused>[0] = {}) =>
  rejections.note(refused(over), standardCatalogue);
const all = (rejections: Pick<Rejections, 'list'>, query: Partial<RejectionsQuery> = {}): readonly Rejection[] => {
  const found: Rejection[] = [];
  for (let after: string | undefined; ; ) {
    const page = rejections.list({ limit: 1_000, ...query, after });
    if (page._tag === 'Left') throw new Error(page.left.kind);
    found.push(...page.right.rejections);
    after = page.right.next;
    if (after === undefined) return found;
  }
};
const bodyOf = (n: number | string): string => JSON.stringify({ id: String(n), source: 'shop' });

describe('what was refused', () => {
  it('is kept with its reason, and found by its id with its body', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    const { id, tell } = note(rejections, { place: 'index 3', body: '{"id":"1","data":{"total":"x"}}' });
    expect(tell).toBe(true);
    expect(rejections.find(id!)).toEqual({
      id,
      firstAt: clock.now(),
      lastAt: clock.now(),
      times: 1,
      key: 'k-1',
      source: 'shop',
      touchpoint: '1',
      customer: 'c-1',
      reason: 'invalid-touchpoint',
      status: 422,
      problems: [{ field: 'data.total', pointer: '/data/total', message: 'data.total: expected a number, got "x"' }],
      route: 'POST /v1/touchpoints',
      format: 'json',
      place: 'index 3',
      requestId: 'r-1',
      // printf '%s' '{"id":"1","data":{"total":"x"}}' | sha256sum | cut -c-32
      fingerprint: expect.stringMatching(/^[0-9a-f]{32}$/),
      body: '{"id":"1","data":{"total":"x"}}',
      bodyIs: 'whole',
      bodyBytes: 31,
      masked: 0,
      maskedAt: [],
    });
    expect(rejections.find('none')).toBeUndefined();
  });

  it('and comes again, is counted', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    const { id } = note(rejections);
    clock.pass(5_000);
    expect(note(rejections, { requestId: 'r-2' }).id).toBe(id);
    note(rejections, { key: 'k-2' });
    note(rejections, { reason: 'conflict', status: 409 });
    expect(all(rejections)).toHaveLength(3);
    expect(rejections.find(id!)).toMatchObject({ times: 2, lastAt: clock.now(), requestId: 'r-2' });
    expect(rejections.counts()).toEqual({ refused: 4, kept: 4, left: 0, notKept: 0 });
    expect(rejections.counts('k-1')).toEqual({ refused: 3, kept: 3, left: 0, notKept: 0 });
  });

  it('without a body is told apart by its reason', () => {
    const rejections = place.open();
    const none = (over: Partial<Refused>) =>
      rejections.note({ ...refused(), body: undefined, ...over }, standardCatalogue).id;
    const one = none({ reason: 'too-large', status: 413, declaredBytes: 9_000_000 });
    expect(none({ reason: 'too-large', status: 413, declaredBytes: 9_000_000 })).toBe(one);
    expect(none({ reason: 'too-large', status: 413, declaredBytes: 9_000_001 })).not.toBe(one);
    expect(rejections.find(one!)).toMatchObject({ bodyIs: 'none', bodyBytes: 9_000_000, times: 2 });
    const stranger = none({ key: undefined, reason: 'unauthenticated', status: 401, declaredBytes: undefined });
    expect(rejections.find(stranger!)).not.toHaveProperty('key');
  });

  it('is found by source, reason, key, fingerprint and time; pages give each once', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    for (let i = 0; i < 20; i++) {
      note(rejections, {
        body: bodyOf(i),
        source: i % 2 === 0 ? 'shop' : 'crm',
        key: `k-${i % 3}`,
        reason: i % 4 === 0 ? 'conflict' : 'invalid-touchpoint',
      });
      clock.pass(1_000);
    }
    const whole = all(rejections);
    expect(whole).toHaveLength(20);
    expect(whole.map(({ firstAt }) => firstAt)).toEqual(whole.map(({ firstAt }) => firstAt).sort((a, b) => b - a));
    expect(all(rejections, { source: 'crm' })).toHaveLength(10);
    expect(all(rejections, { reason: 'conflict' })).toHaveLength(5);
    expect(all(rejections, { key: 'k-2', source: 'shop' })).toHaveLength(3);
    expect(all(rejections, { fingerprint: whole[7].fingerprint })).toEqual([whole[7]]);
    expect(all(rejections, { since: whole[4].lastAt })).toEqual(whole.slice(0, 5));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 25 }), (limit) => expect(all(rejections, { limit })).toEqual(whole)),
    );
    expect(rejections.list({ limit: 1, after: 'x' })).toMatchObject({ left: { kind: 'invalid-cursor' } });
    expect(() => rejections.list({ limit: 0 })).toThrow(RangeError);
  });

  it('is cut where it is long, and its length is told; what is no UTF-8 is shown as such', () => {
    const rejections = place.open();
    const { id } = note(rejections, { body: `{"id":"${'x'.repeat(300)}","note":"${'y'.repeat(100_000)}"}` });
    const found = rejections.find(id!)!;
    expect(found).toMatchObject({ bodyIs: 'cut', bodyBytes: 100_319, masked: 1 });
    expect(found.body!.length).toBeLessThan(LONGEST_BODY);
    const wrong = note(rejections, { body: Buffer.from([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]) });
    expect(rejections.find(wrong.id!)).toMatchObject({ body: '{"id":"\ufffd"}', bodyBytes: 10 });
  });

  it('can be asked for by another process meanwhile', () => {
    const rejections = place.open();
    note(rejections);
    const [one] = all(rejections);
    const reader = readRejections(place.path);
    expect(all(reader)).toEqual([one]);
    reader.close();
  });
});

describe('the store', () => {
  it('is its owner’s alone, and holds no masked value', () => {
    const rejections = place.open();
    note(rejections, { body: '{"id":"1","traits":{"email":"jane@example.org","phone":4917012345}}' });
    rejections.counts();
    for (const suffix of ['', '-wal', '-shm']) {
      expect(statSync(place.path + suffix).mode & 0o777).toBe(0o600);
      const bytes = readFileSync(place.path + suffix, 'latin1');
      expect(bytes).not.toContain('jane@');
      expect(bytes).not.toContain('4917012345');
    }
  });

  it('is bounded in bytes for each key and in all, whatever is sent; the counts add up', () => {
    const one = fc.record({
      key: fc.constantFrom('a', 'b', 'c', undefined),
      id: fc.integer({ min: 0, max: 30 }),
      size: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 60_000 })),
      pass: fc.integer({ min: 0, max: 50 }),
      look: fc.boolean(),
    });
    const bounds = { bytesPerKey: 12_000, bytes: 30_000 };
    fc.assert(
      fc.property(fc.array(one, { maxLength: 120 }), (many) => {
        const here = rejectionsPlace();
        const clock = testClock();
        const rejections = here.open({ clock, ...bounds });
        const disk = new Database(here.path, { readonly: true });
        const sent = new Map<string | undefined, number>();
        for (const { key, id, size, pass, look } of many) {
          note(rejections, { key, body: JSON.stringify({ id: String(id), source: 's'.repeat(size) }) });
          sent.set(key, (sent.get(key) ?? 0) + 1);
          clock.pass(pass);
          if (!look) continue;
          const { refused: seen, kept, left, notKept } = rejections.counts();
          expect(seen).toBe(kept + left + notKept);
        }
        const { refused: seen, kept, left, notKept } = rejections.counts();
        expect([seen, kept + left + notKept]).toEqual([many.length, many.length]);
        for (const [key, count] of sent) expect(rejections.counts(key ?? '').refused).toBe(count);
        const rows = disk
          .prepare<[], { key: string; bytes: number; told: number; first: number; last: number }>(
            `SELECT key, sum(bytes) AS bytes, min(number) AS first, max(number) AS last,
               (SELECT bytes FROM keys WHERE keys.key = rejections.key) AS told
             FROM rejections GROUP BY key`,
          )
          .all();
        for (const { bytes, told } of rows) expect([bytes <= bounds.bytesPerKey, told]).toEqual([true, bytes]);
        expect(rows.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(bounds.bytes);
        disk.close();
        here.remove();
      }),
      { numRuns: 60 },
    );
  });

  it('lets the oldest leave', () => {
    const clock = testClock();
    const rejections = place.open({ clock, bytesPerKey: 6_000 });
    for (let i = 0; i < 50; i++) note(rejections, { body: bodyOf(i), touchpoint: String(i) });
    const kept = all(rejections).map(({ touchpoint }) => Number(touchpoint));
    expect(kept.length).toBeGreaterThan(2);
    expect(kept).toEqual(kept.map((_, i) => 49 - i));
    expect(rejections.counts()).toEqual({ refused: 50, kept: kept.length, left: 50 - kept.length, notKept: 0 });
  });

  it('takes room from who has most of it, not from who comes last', () => {
    const rejections = place.open({ bytesPerKey: 1_000_000, bytes: 20_000 });
    note(rejections, { key: 'quiet', body: bodyOf('quiet') });
    for (let i = 0; i < 100; i++) note(rejections, { key: 'noisy', body: bodyOf(i) });
    expect(rejections.counts('quiet')).toMatchObject({ kept: 1 });
    expect(rejections.counts('noisy')).toMatchObject({ refused: 100, notKept: 0 });
  });

  it('keeps of a flood what it has time for, counts the rest, and says so once a minute', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    let made = 0;
    let told = 0;
    const flood = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const { id, tell } = rejections.note(
          { ...refused(), key: 'noisy', body: () => bodyOf(made++) },
          standardCatalogue,
        );
        if (id === undefined && tell) told++;
      }
    };
    flood(50_000);
    expect([made, told]).toEqual([1_000, 1]);
    expect(note(rejections, { key: 'quiet' }).id).toBeDefined();
    expect(rejections.counts('noisy')).toEqual({ refused: 50_000, kept: 1_000, left: 0, notKept: 49_000 });
    clock.pass(60_000);
    flood(5_000);
    expect([made, told]).toEqual([2_000, 2]);
  });

  it('looks at a bounded amount of large bodies', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    let made = 0;
    for (let i = 0; i < 1_000; i++)
      rejections.note(
        { ...refused(), body: () => JSON.stringify({ id: `${made++}`, x: 'y'.repeat(200_000) }) },
        standardCatalogue,
      );
    expect(made).toBeLessThan(40);
  });

  it('tells so many keys apart, and loses no count of the others', () => {
    const clock = testClock();
    const rejections = place.open({ clock });
    for (let i = 0; i < 1_500; i++) {
      note(rejections, { key: `token:${i}` });
      clock.pass(1);
      if (i % 500 === 0) rejections.counts();
    }
    const { refused: seen, kept, left, notKept } = rejections.counts();
    expect([seen, kept + left + notKept]).toEqual([1_500, 1_500]);
    expect(rejections.counts('token:1499').refused).toBe(1);
    expect(rejections.counts('token:0').refused).toBe(0);
    expect(rejections.counts('(others)').refused).toBe(501);
  });

  it('forgets what has not come for long', async () => {
    const clock = testClock();
    const rejections = place.open({ clock, keepMilliseconds: 1_000 });
    note(rejections, { body: bodyOf(1) });
    rejections.counts();
    clock.pass(120_000);
    note(rejections, { body: bodyOf(2) });
    await eventually(() => rejections.counts().left !== 0);
    expect(all(rejections)).toHaveLength(1);
    expect(rejections.counts()).toEqual({ refused: 2, kept: 1, left: 1, notKept: 0 });
  });
});

describe('a store that cannot be written', () => {
  const told: [string, number][] = [];
  const onError = (error: unknown, lost: number) => void told.push([(error as Error).message, lost]);
  beforeEach(() => void told.splice(0));

  it('holds nobody up, keeps what it can, says so once, and counts the rest', () => {
    const clock = testClock();
    const rejections = place.open({ clock, onError });
    const disk = new Database(place.path);
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON rejections BEGIN SELECT RAISE(ABORT, 'no room'); END");
    for (let key = 0; key < 5; key++)
      for (let i = 0; i < 1_000; i++) note(rejections, { key: `k-${key}`, body: bodyOf(i) });
    rejections.counts();
    rejections.counts();
    expect(told).toEqual([['no room', 0]]);
    disk.exec('DROP TRIGGER full');
    expect(rejections.counts()).toEqual({ refused: 5_000, kept: 2_000, left: 0, notKept: 3_000 });
    note(rejections, { key: 'later' });
    expect(rejections.counts('later').kept).toBe(1);
    disk.close();
  });

  it('is not waited for while another holds it', () => {
    const rejections = place.open({ onError });
    const disk = new Database(place.path);
    disk.exec('BEGIN IMMEDIATE');
    note(rejections);
    expect(rejections.counts().refused).toBe(0);
    expect(told).toEqual([[expect.stringContaining('in use by another process'), 0]]);
    disk.exec('COMMIT');
    expect(rejections.counts().kept).toBe(1);
    disk.close();
  });

  it('loses what waits when it is closed, and says how many', () => {
    const rejections = place.open({ onError });
    const disk = new Database(place.path);
    disk.exec("CREATE TRIGGER full BEFORE INSERT ON rejections BEGIN SELECT RAISE(ABORT, 'no room'); END");
    note(rejections, { body: bodyOf(1) });
    note(rejections, { body: bodyOf(2) });
    rejections.close();
    rejections.close();
    expect(told.at(-1)).toEqual(['no room', 2]);
    expect(note(rejections).id).toBeUndefined();
    disk.close();
  });

  it('nor is a body that cannot be made a reason to fail', () => {
    const rejections = place.open({ onError });
    const broken = (): string => {
      throw new Error('a body of its own kind');
    };
    expect(rejections.note({ ...refused(), body: broken }, standardCatalogue)).toEqual({ tell: true });
    expect(rejections.counts()).toMatchObject({ refused: 1, notKept: 1 });
    expect(told).toEqual([['a body of its own kind', 1]]);
  });
});
