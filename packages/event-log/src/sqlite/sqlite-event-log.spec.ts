import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Position } from '../event-log';
import { describeAuditable } from '../testing/auditable-contract';
import { anEvent, collect, describeEventLog, done } from '../testing/event-log-contract';
import { describeHistoryScan } from '../testing/history-scan-contract';
import { prepareRangePage } from './read-events';
import { openLogStore } from './schema';
import { openSqliteEventLog } from './sqlite-event-log';
import { streamDirectory } from './stream-directory';

const folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let logs = 0;
const open = () =>
  openSqliteEventLog(join(folder, `${logs++}.sqlite`), { mode: 'write', clock: () => 5_000, synchronous: 'off' });
describeEventLog('SQLite', open);
describeAuditable('SQLite', open);
describeHistoryScan('SQLite', async () => {
  const log = await open();
  return { log, history: log };
});

test('closing answers what was asked before, and a log opened again goes on where it stood', async () => {
  const path = join(folder, 'again.sqlite');
  const first = await openSqliteEventLog(path, { mode: 'write' });
  const pending = [
    first.append('customer-1', 'none', [anEvent('a')]),
    first.append('customer-2', 'none', [anEvent('b')]),
  ];
  await first.close();
  for (const result of await Promise.all(pending)) expect(done(result).recorded).toBe(1);

  const second = await openSqliteEventLog(path, { mode: 'write' });
  expect(done(await second.append('customer-1', 0, [anEvent('a'), anEvent('c')]))).toMatchObject({
    revision: 1,
    recorded: 1,
  });
  expect((await collect(second.readAll())).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(await second.verifyIntegrity()).toMatchObject({ events: 3, commits: 2, problems: [] });
  await second.close();
});

test.each(['read', 'follow'] as const)(
  'a log opened to %s answers up to any position it is asked for',
  async (mode) => {
    const path = join(folder, `beside-${mode}.sqlite`);
    const writer = await openSqliteEventLog(path, { mode: 'write', synchronous: 'off' });
    const reader = await openSqliteEventLog(path, { mode });
    const positions = [];
    for (const id of ['a', 'b', 'c'])
      positions.push(done(await writer.append('customer-1', 'any', [anEvent(id)])).position);
    const upTo = async (until: Position) => (await reader.readWhole('customer-1', { until })).map(({ id }) => id);
    expect(await upTo(positions[1])).toEqual(['a', 'b']);
    expect(await upTo(positions[2])).toEqual(['a', 'b', 'c']);
    expect(await upTo(positions[0])).toEqual(['a']);
    await expect(reader.append('customer-1', 'any', [anEvent('d')])).rejects.toMatchObject({ kind: 'unwritable' });
    await reader.close();
    await writer.close();
  },
);

test('the writer knows streams again that it had to forget', () => {
  const store = openLogStore(join(folder, 'directory.sqlite'), 'write', 'off');
  store.db.exec("INSERT INTO categories VALUES (1, 'customer', 0, 0)");
  const streams = streamDirectory(store, () => 1, 2);
  const names = Array.from({ length: 9 }, (_, i) => `customer-${i}`);
  const numbers = names.map((name) => streams.create(name).no);
  store.db.exec("INSERT INTO events VALUES (1, 1, 0, 1, 'a', 1, 1, 0, 0, NULL, NULL, zeroblob(32), '{}')");
  expect(names.map((name) => streams.find(name)?.no)).toEqual(numbers);
  expect(streams.find(names[0])?.revision).toBe(0);
  expect(streams.find(names[1])?.revision).toBe(-1);
  expect(streams.find('customer-unknown')).toBeUndefined();
  store.close();
});

describe('events of rare types', () => {
  /** A log as version 1 made it. */
  const versionOne = (path: string): void => {
    const db = openLogStore(path, 'write', 'off').db;
    db.exec('DROP INDEX events_of_identity; DROP INDEX events_of_decisions');
    db.exec("DELETE FROM types WHERE name LIKE 'customer.%' OR name LIKE 'relationship.%'");
    db.pragma('user_version = 1');
    db.close();
  };

  test('are found by their index, whatever else is in the log', () => {
    const { db, close } = openLogStore(join(folder, 'plan.sqlite'), 'write', 'off');
    for (const types of [['customer.merged', 'customer.unmerged'], ['relationship.stageChanged']]) {
      const { statement } = prepareRangePage(db, types);
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${statement.source}`).all(0, 9, null, null, 10);
      expect(JSON.stringify(plan)).toMatch(/SEARCH e USING INDEX events_of_(identity|decisions) \(position>\? AND/);
      expect(JSON.stringify(plan)).not.toMatch(/TEMP B-TREE/);
    }
    close();
  });

  test('of a log that version 1 wrote are found once it was opened for writing', async () => {
    const path = join(folder, 'version-1.sqlite');
    versionOne(path);
    const db = new Database(path);
    db.exec(`INSERT INTO types VALUES (7, 'customer.unmerged'), (9, 'order.completed');
      INSERT INTO categories VALUES (1, 'customer', 2, 1); INSERT INTO streams VALUES (1, 'customer-1', 1, 0);
      INSERT INTO sources VALUES (1, 'shop');
      INSERT INTO events VALUES (1, 1, 0, 1, 'a', 9, 1, 0, 0, NULL, NULL, zeroblob(32), '{}');
      INSERT INTO events VALUES (2, 1, 1, 1, 'b', 7, 1, 0, 0, NULL, NULL, zeroblob(32), '{}');
      INSERT INTO commits VALUES (2, 0, zeroblob(32))`);
    db.close();
    await expect(openSqliteEventLog(path, { mode: 'read' })).rejects.toMatchObject({ kind: 'needs-migration' });
    const log = await openSqliteEventLog(path, { mode: 'write', synchronous: 'off' });
    done(await log.append('customer-1', 'any', [anEvent('c', { type: 'customer.merged' }), anEvent('d')]));
    const found = await collect(log.readAll({ types: ['customer.merged', 'customer.unmerged'] }));
    expect(found.map(({ id, type }) => [id, type])).toEqual([
      ['b', 'customer.unmerged'],
      ['c', 'customer.merged'],
    ]);
    expect((await collect(log.readAll())).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    await log.close();
  });
});
