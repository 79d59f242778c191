import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireWriter } from '@rapport/sqlite';
import Database from 'better-sqlite3';
import type { CompleteEventLog } from '../complete-event-log';
import { anEvent, collect, done } from '../testing/event-log-contract';
import { openLogStore } from './schema';
import { openSqliteEventLog, writingLog } from './sqlite-event-log';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-damage-'));
  path = join(folder, 'log.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const filled = async (events = 2_000): Promise<void> => {
  const log = await openSqliteEventLog(path, { mode: 'write', clock: () => 5_000, synchronous: 'off' });
  for (let i = 0; i < events; i += 100) {
    const request = (n: number) => ({
      stream: `customer-${n % 17}`,
      expected: 'any' as const,
      events: [anEvent(`e${n}`)],
    });
    await log.appendMany(Array.from({ length: 100 }, (_, j) => request(i + j)));
  }
  await log.close();
};

const verified = async () => {
  const log = await openSqliteEventLog(path, { mode: 'read' });
  const report = await log.verifyIntegrity();
  await log.close();
  return report;
};

describe('an auditor', () => {
  test('finds a clean log clean, and is told how far the check is', async () => {
    await filled();
    const log = await openSqliteEventLog(path, { mode: 'read' });
    const progress: number[] = [];
    const report = await log.verifyIntegrity(({ done: n, total }) => progress.push(n / total));
    expect(report).toMatchObject({ events: 2_000, commits: 20, problems: [] });
    expect(report.chain).toMatch(/^[0-9a-f]{64}$/);
    expect(progress.at(-1)).toBe(1);
    await log.close();
  });

  test.each([
    ['data', "UPDATE events SET data = replace(data, '10', '99') WHERE position = 1234", 1234],
    ['the instant', 'UPDATE events SET occurred_at = 7 WHERE position = 1234', 1234],
    ['the identity', "UPDATE events SET id = 'other' WHERE position = 1234", 1234],
    ['when it was recorded', 'UPDATE events SET recorded_at = 7 WHERE position = 1234', 1300],
    ['the hash', 'UPDATE events SET hash = zeroblob(32) WHERE position = 1234', 1234],
    ['a name of many', "UPDATE types SET name = 'order.cancelled' WHERE name LIKE 'order.%'", 1],
    ['an event that is removed', 'DELETE FROM events WHERE position = 1234', 1235],
    ['the ledger', 'UPDATE commits SET chain = zeroblob(32) WHERE last_position = 1300', 1300],
    ['the end of the ledger', 'DELETE FROM commits WHERE last_position = 2000', 2000],
  ])('finds that someone altered %s', async (_, sql, position) => {
    await filled();
    const db = new Database(path);
    expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
    db.close();
    const { problems } = await verified();
    expect(Number.parseInt(problems[0].position!, 16)).toBe(position);
  });

  test('finds a stream filed in the wrong bucket', async () => {
    await filled();
    const db = new Database(path);
    db.exec("UPDATE streams SET bucket = bucket + 1 WHERE name = 'customer-3'");
    db.close();
    expect((await verified()).problems).toMatchObject([{ what: expect.stringContaining('customer-3') }]);
  });

  test('is told of bytes overwritten in the middle, and readers get StoreErrors', async () => {
    await filled();
    const size = readFileSync(path).length;
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(size / 2, 0x5a), 0, size / 2, Math.floor(size / 4));
    closeSync(file);
    expect((await verified()).problems.length).toBeGreaterThan(0);
    const log = await openSqliteEventLog(path, { mode: 'read' });
    await expect(collect(log.readAll())).rejects.toMatchObject({ kind: 'damaged', path });
    await log.close();
  });
});

describe('opening', () => {
  test.each(['write', 'read'] as const)('says what is wrong with a file (%s)', async (mode) => {
    await filled();
    truncateSync(path, readFileSync(path).length / 2);
    await expect(openSqliteEventLog(path, { mode })).rejects.toMatchObject({ kind: 'damaged', path });
    writeFileSync(path, 'Dear customer, '.repeat(999));
    await expect(openSqliteEventLog(path, { mode })).rejects.toMatchObject({ kind: 'not-a-store', path });
    rmSync(path);
    await filled(100);
    const db = new Database(path);
    db.pragma('user_version = 99');
    db.close();
    await expect(openSqliteEventLog(path, { mode })).rejects.toMatchObject({ kind: 'newer-version', path });
  });

  test('for reading does not create a log', async () => {
    await expect(openSqliteEventLog(path, { mode: 'read' })).rejects.toMatchObject({ kind: 'missing', path });
  });

  test('that fails gives the lock back', async () => {
    writeFileSync(path, 'Dear customer, '.repeat(999));
    await expect(openSqliteEventLog(path, { mode: 'write' })).rejects.toMatchObject({ kind: 'not-a-store' });
    rmSync(path);
    await (await openSqliteEventLog(path, { mode: 'write' })).close();
  });
});

test('a full disk rejects every caller of the commit, stores nothing of it, and the log goes on when there is room', async () => {
  const store = openLogStore(path, 'write', 'off');
  const log: CompleteEventLog = writingLog(store, acquireWriter(path), () => 5_000);
  done(await log.append('customer-1', 'none', [anEvent('before')]));
  const big = { text: 'x'.repeat(100_000) };
  const calls = () =>
    [0, 1, 2].map((n) =>
      log.append(`customer-new-${n}`, 'none', [anEvent(`big-${n}`, { type: `type.${n}`, data: big })]),
    );

  store.db.pragma(`max_page_count = ${Number(store.db.pragma('page_count', { simple: true })) + 30}`);
  const outcomes = await Promise.allSettled(calls());
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'full', path } });
  expect(await log.count()).toEqual({ events: 1, byCategory: { customer: { events: 1, streams: 1 } } });
  expect((await collect(log.readAll())).map(({ id }) => id)).toEqual(['before']);
  done(await log.append('customer-1', 0, [anEvent('small')]));

  store.db.pragma('max_page_count = 1000000');
  for (const result of await Promise.all(calls())) expect(done(result)).toMatchObject({ revision: 0, recorded: 1 });
  expect(await log.verifyIntegrity()).toMatchObject({ events: 5, problems: [] });
  await log.close();
});
