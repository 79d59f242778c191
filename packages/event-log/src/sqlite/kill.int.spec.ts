import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fromSource, seededRandom } from '@rapport/runtime/testing';
import { StoreError } from '@rapport/sqlite';
import { anEvent, collect, done } from '../testing/event-log-contract';
import { openSqliteEventLog } from './sqlite-event-log';

/** More rounds find rarer faults; these take less than half a minute. */
const ROUNDS = Number(process.env.RAPPORT_KILL_ROUNDS ?? 40);
const SEED = Number(process.env.RAPPORT_KILL_SEED ?? 20_260_101);
const LONGEST_RUN_MS = 120;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-kill-'));
  path = join(folder, 'log.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const WRITER = fromSource(join(__dirname, 'kill-child.ts'));

const startWriter = (round: number): ChildProcess =>
  spawn(process.execPath, [WRITER, path, String(round)], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Resolves when the writer has opened the log; `lines` then collects what it acknowledges. */
const opened = async (child: ChildProcess, lines: string[]): Promise<void> => {
  const output = createInterface({ input: child.stdout! });
  await new Promise<void>((resolve, reject) => {
    output.on('line', (line) => (line === 'open' ? resolve() : lines.push(line)));
    output.once('close', () => reject(new Error('The writer ended before it had opened the log.')));
  });
};

const kill = async (child: ChildProcess): Promise<void> => {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
};

test(`${ROUNDS} kills at random moments lose nothing acknowledged, double nothing and leave no half request`, async () => {
  const next = seededRandom(SEED);
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = startWriter(round);
    await opened(child, acknowledged);
    const runs = next() * LONGEST_RUN_MS;
    await new Promise((resolve) => setTimeout(resolve, runs));
    await kill(child);

    // The next writer opens at once, as the kill left the files.
    const log = await openSqliteEventLog(path, { mode: 'write' });
    const events = await collect(log.readAll());
    const at = `seed ${SEED}, round ${round}, killed after ${runs.toFixed(1)} ms`;
    expect({ at, ...(await log.verifyIntegrity()) }).toMatchObject({ at, events: events.length, problems: [] });
    await log.close();

    const gaps: string[] = [];
    const revisions = new Map<string, number>();
    const stored = new Map<string, string>();
    const parts = new Map<string, number>();
    for (const { id, stream, revision } of events) {
      if (revision !== (revisions.get(stream) ?? 0)) gaps.push(`${stream} ${revision}`);
      revisions.set(stream, revision + 1);
      stored.set(id, stream);
      const [number, caller, call, , count] = id.split('.');
      const request = `${number}.${caller}.${call}.0.${count}`;
      parts.set(request, (parts.get(request) ?? 0) + 1);
    }
    expect({ at, gaps, stored: stored.size }).toEqual({ at, gaps: [], stored: events.length });
    const half = [...parts].filter(([request, count]) => Number(request.split('.')[4]) !== count);
    expect({ at, half }).toEqual({ at, half: [] });
    const lost = acknowledged.filter((line) => {
      const [stream, count, id] = line.split(' ');
      return stored.get(id) !== stream || parts.get(id) !== Number(count);
    });
    expect({ at, lost }).toEqual({ at, lost: [] });
  }
  // A test in which nothing was ever acknowledged would prove nothing.
  expect(acknowledged.length).toBeGreaterThan(ROUNDS);
}, 600_000);

test('a second writer is refused by the pid of the first; readers read on; after a kill the next writes at once', async () => {
  const lines: string[] = [];
  const child = startWriter(0);
  await opened(child, lines);
  const refused = openSqliteEventLog(path, { mode: 'write' });
  await expect(refused).rejects.toMatchObject({ name: 'StoreError', kind: 'locked', path });
  await expect(refused).rejects.toThrow(`process ${child.pid};`);

  const reader = await openSqliteEventLog(path, { mode: 'read' });
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const page of reader.subscribeAll({ signal: stop.signal })) {
    seen.push(...page.map(({ position }) => position));
    if (seen.length > 500) stop.abort();
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect([...seen].sort()).toEqual(seen);
  await expect(reader.append('customer-1', 'any', [anEvent('a')])).rejects.toThrow(StoreError);

  await kill(child);
  const log = await openSqliteEventLog(path, { mode: 'write' });
  const { position } = done(await log.append('customer-1', 'any', [anEvent('a')]));
  expect(await reader.head()).toBe(position);
  await Promise.all([reader.close(), log.close()]);
});
