import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { startThread } from '@rapport/runtime';
import { fromSource } from '@rapport/runtime/testing';
import { openHistoryPagesOnThread } from '../open-event-log';
import type { SharedEventLog } from '../shared-event-log';
import { anEvent, collect, describeEventLog, done } from '../testing/event-log-contract';
import { describeHistoryPages } from '../testing/history-scan-contract';
import { appendingTo } from './append-port';
import { openEventLogOnThread } from './event-log-on-thread';
import { openSqliteEventLog } from './sqlite-event-log';

const folder = mkdtempSync(join(tmpdir(), 'rapport-log-thread-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let logs = 0;
const path = (): string => join(folder, `${logs}.sqlite`);
const open = (): Promise<SharedEventLog> => {
  logs++;
  return openEventLogOnThread(path(), { synchronous: 'off', recordedAt: 5_000 });
};

describeEventLog('SQLite on a thread', open);
describeHistoryPages('SQLite read on a thread', async () => {
  const log = await open();
  const pages = await openHistoryPagesOnThread({ kind: 'sqlite', path: path() });
  return {
    log,
    pages,
    close: async () => {
      await pages.close();
      await log.close();
    },
  };
});

test('closing answers what was asked before, and the log can be written by another then', async () => {
  const first = await open();
  const pending = [
    first.append('customer-1', 'none', [anEvent('a')]),
    first.append('customer-2', 'none', [anEvent('b')]),
  ];
  await expect(openEventLogOnThread(path())).rejects.toMatchObject({ name: 'StoreError', kind: 'locked' });
  await first.close();
  for (const result of await Promise.all(pending)) expect(done(result).recorded).toBe(1);

  const second = await openSqliteEventLog(path(), { mode: 'write' });
  expect((await collect(second.readAll())).map(({ id }) => id)).toEqual(['a', 'b']);
  await second.close();
});

test('what is no log is refused at the start', async () => {
  await expect(openEventLogOnThread(folder)).rejects.toMatchObject({ name: 'StoreError', kind: 'not-a-store' });
});

test('what comes by a connection is appended in order with the rest, and readers of the log are told', async () => {
  const log = await open();
  const {
    access: { port },
    ended,
  } = log.share();
  const other = appendingTo(await openSqliteEventLog(path(), { mode: 'follow' }), port);
  const stop = new AbortController();
  const seen: string[] = [];
  const following = (async () => {
    for await (const page of log.subscribeAll({ signal: stop.signal })) {
      seen.push(...page.map(({ id }) => id));
      if (seen.length === 3) stop.abort();
    }
  })();
  done(await log.append('customer-1', 'any', [anEvent('a')]));
  const { position } = done(await other.append('customer-1', 0, [anEvent('a'), anEvent('b')]));
  expect(await other.append('customer-1', 'none', [anEvent('c')])).toMatchObject({ left: { kind: 'wrong-revision' } });
  await expect(other.append('', 'any', [anEvent('c')])).rejects.toThrow(TypeError);
  const last = done(await log.append('customer-1', 1, [anEvent('d')]));
  expect(last.position > position).toBe(true);
  await following;
  expect(seen).toEqual(['a', 'b', 'd']);
  await other.close();
  await ended;
  await log.close();
});

test('a connection has ended when all that was sent through it is in the log, also if its thread died', async () => {
  const log = await open();
  const {
    access: { port },
    ended,
  } = log.share();
  const thread = new Worker(
    `const { workerData } = require('node:worker_threads');
     const { packRequests } = require(workerData.messages);
     const event = (n) => ({ event: { source: 's', id: String(n), type: 't', occurredAt: 1 }, data: '{}' });
     for (let n = 0; n < 200; n++)
       workerData.port.postMessage(packRequests([{ stream: 'customer-' + n, expected: 'any', events: [event(n)] }]));
     process.exit();`,
    {
      eval: true,
      workerData: { port, messages: fromSource(join(__dirname, 'append-messages.ts')) },
      transferList: [port],
    },
  );
  const exited = new Promise((resolve) => thread.once('exit', resolve));
  await ended;
  expect(await log.count()).toMatchObject({ events: 200 });
  await exited;
  await log.close();
});

test('connections end with the log, and say so to who would append', async () => {
  const log = await open();
  const {
    access: { port },
    ended,
  } = log.share();
  const other = appendingTo(await openSqliteEventLog(path(), { mode: 'follow' }), port);
  done(await other.append('customer-1', 'any', [anEvent('a')]));
  await log.close();
  await ended;
  await expect(other.append('customer-1', 'any', [anEvent('b')])).rejects.toThrow(/closed/);
  await other.close();
});

test('a message of an unknown kind is an error of the thread that writes, never ignored', async () => {
  logs++;
  const workerData = { path: path(), synchronous: 'off' };
  const thread = startThread(join(__dirname, 'log-thread'), { workerData });
  const failed = once(thread, 'error');
  thread.postMessage({ kind: 'from another version' });
  await expect(failed).resolves.toEqual([
    expect.objectContaining({ message: expect.stringMatching('another version') }),
  ]);
});
