import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anEvent, collect, describeEventLog, done } from '../testing/event-log-contract';
import { openLogStore } from './schema';
import { openSqliteEventLog } from './sqlite-event-log';
import { streamDirectory } from './stream-directory';

const folder = mkdtempSync(join(tmpdir(), 'rapport-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let logs = 0;
describeEventLog('SQLite', () =>
  openSqliteEventLog(join(folder, `${logs++}.sqlite`), { mode: 'write', clock: () => 5_000, synchronous: 'off' }),
);

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
