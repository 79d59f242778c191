import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EventLog, openEventLog } from '@rapport/event-log';
import { backUp } from './back-up';
import { dataDirectory } from './data-directory';
import type { Host } from './host';

/** More pages than are copied at once, several times over. */
const EVENTS = 2_000;
const TEXT = 'x'.repeat(15_000);
/** A copy that begins again with every commit never ends; this one takes half a dozen pieces. */
const MOST_PIECES = 100;

const directory = mkdtempSync(join(tmpdir(), 'rapport-backup-'));
let log: EventLog;
let recorded = 0;
const record = async (count: number): Promise<void> => {
  const events = Array.from({ length: count }, () => {
    const id = String(recorded++);
    return { source: 'shop', id, type: 'note.added', occurredAt: 0, data: { text: TEXT } };
  });
  await log.append('customer-1', 'any', events);
};

beforeAll(async () => {
  log = await openEventLog(
    { kind: 'sqlite', path: dataDirectory(directory).events },
    { mode: 'write', synchronous: 'off' },
  );
  await record(EVENTS);
});
afterAll(async () => {
  await log.close();
  rmSync(directory, { recursive: true, force: true });
});

test('a store that somebody writes to all the time is copied as it was when the copy began', async () => {
  const stop = new AbortController();
  const writes: Promise<void>[] = [];
  const host: Host = {
    note: () => undefined,
    progress: () => ({
      update: () => {
        if (writes.length === MOST_PIECES) stop.abort(new Error(`not done after ${MOST_PIECES} pieces`));
        writes.push(record(1));
      },
      stop: () => undefined,
    }),
    signal: stop.signal,
  };
  const copy = join(directory, 'copy');
  const report = await backUp(host, directory, copy);
  await Promise.all(writes);

  expect(writes.length).toBeGreaterThan(3);
  expect(report.events).toBe(EVENTS);
  const copied = await openEventLog({ kind: 'sqlite', path: dataDirectory(copy).events }, { mode: 'read' });
  expect(await copied.verifyIntegrity()).toMatchObject({ events: EVENTS, problems: [] });
  await copied.close();
});

test('in a directory that others may look into, no copy is theirs to read, from its first byte on', async () => {
  const copy = join(directory, 'open');
  mkdirSync(copy, { mode: 0o755 });
  const modes = new Set<number>();
  const look = (): void => {
    for (const name of readdirSync(copy)) modes.add(statSync(join(copy, name)).mode & 0o777);
  };
  const host: Host = {
    note: () => undefined,
    progress: () => ({ update: look, stop: look }),
    signal: new AbortController().signal,
  };
  const mask = process.umask(0o022);
  try {
    await backUp(host, directory, copy);
  } finally {
    process.umask(mask);
  }
  look();
  expect([...modes]).toEqual([0o600]);
});
