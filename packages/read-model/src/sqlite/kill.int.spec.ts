import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromSource, seededRandom } from '@rapport/runtime/testing';
import Database from 'better-sqlite3';
import { customersOf, savedBy } from '../testing/saving-script';
import { openSqliteReadModel } from './sqlite-read-model';

const KILLS = 20;
const PROGRAM = fromSource(join(__dirname, '../testing/saving-child.ts'));
const seed = Number(process.env.RAPPORT_TEST_SEED ?? Date.now() % 1_000_000);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-read-model-kill-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (path: string): ChildProcess =>
  spawn(process.execPath, [PROGRAM, path], { stdio: ['ignore', 'pipe', 'inherit'] });

/** Waits for acknowledgements and kills the child between two random ones; the last batch it acknowledged. */
const killAfter = async (child: ChildProcess, acknowledgements: number, delay: number): Promise<number> => {
  let last = 0;
  let seen = 0;
  for await (const chunk of child.stdout!) {
    const batches = String(chunk).split('\n').filter(Boolean);
    seen += batches.length;
    last = Math.max(last, Number(batches.at(-1)));
    if (seen < acknowledgements || child.killed) continue;
    // Somewhere within the next saves, not right after this one.
    const until = process.hrtime.bigint() + BigInt(delay);
    while (process.hrtime.bigint() < until);
    child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return last;
};

/** What the model must hold after batch number `position`: the last batch that touched each customer. */
const lastBatchOf = (position: number): ReadonlyMap<number, number> => {
  const last = new Map<number, number>();
  for (let batch = 1; batch <= position; batch++) for (const customer of customersOf(batch)) last.set(customer, batch);
  return last;
};

test(`checkpoint and contents agree after ${KILLS} kills (RAPPORT_TEST_SEED=${seed})`, async () => {
  const random = seededRandom(seed);
  const path = join(folder, 'model.sqlite');
  let position = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const acknowledged = await killAfter(start(path), 1 + Math.floor(random() * 40), Math.floor(random() * 5e6));
    const model = await openSqliteReadModel(path, { mode: 'read', factors: {} });
    const before = position;
    position = Number((await model.checkpoint())?.position);
    expect(position).toBeGreaterThanOrEqual(Math.max(acknowledged, before + 1));

    for (const [customer, batch] of lastBatchOf(position)) {
      const { relationship, history, promises, cases } = savedBy(customer, batch);
      const id = relationship.customer;
      expect(await model.load([id])).toEqual([relationship]);
      expect((await model.history(id)).at(-1)).toEqual(history.intervals[0]);
      expect(await model.promisesDue({ customer: id })).toEqual(promises.map((one) => ({ ...one, customer: id })));
      expect(await model.cases({ customer: id })).toEqual(cases.map((one) => ({ ...one, customer: id })));
    }
    expect((await model.customers({ limit: 1_000 })).customers).toHaveLength(lastBatchOf(position).size);
    await model.close();
  }
  const db = new Database(path, { readonly: true });
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  db.close();
});
