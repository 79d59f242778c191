import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, DAY, type DecodedTouchpoint, RETAIL } from '@rapport/domain';
import { connectionTo, openSharedEventLog, type Position, type SharedEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { eventually } from '@rapport/runtime/testing';
import { decisionsOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { type LiveProjection, startLiveProjection } from './live-projection';

const factors = Object.fromEntries(
  compileRuleset(RETAIL).factors.map(({ id, halfLife, prior }) => [id, { halfLife, prior }]),
);

let folder: string;
let log: SharedEventLog;
const started: LiveProjection[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-live-'));
  log = await openSharedEventLog({ kind: 'sqlite', path: join(folder, 'events.sqlite') }, { synchronous: 'off' });
});
afterEach(async () => {
  for (const live of started.splice(0)) await live.stop();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'relationships.sqlite');

const start = async (ruleset = RETAIL, today?: number): Promise<LiveProjection> => {
  const live = await startLiveProjection({ log, readModel: { kind: 'sqlite', path: path() }, ruleset, today });
  started.push(live);
  return live;
};

let number = 0;
const order = (customer: string, occurredAt: number): DecodedTouchpoint => ({
  id: `t-${++number}`,
  source: 'shop',
  type: 'order.completed',
  version: 1,
  customer,
  occurredAt,
  data: { orderId: `o-${number}`, total: 50 },
});

const record = async (...touchpoints: readonly DecodedTouchpoint[]): Promise<Position> => {
  const outcomes = await recordTouchpoints(log, touchpoints);
  const last = outcomes[outcomes.length - 1];
  if (last.kind === 'conflict') throw new Error(last.message);
  return last.position;
};

const stored = async (customer: string) => {
  const readModel = await openReadModel({ kind: 'sqlite', path: path() }, { mode: 'read', factors });
  try {
    return (await readModel.load([customer]))[0];
  } finally {
    await readModel.close();
  }
};

const NOW = Date.UTC(2026, 2, 1);

test('what was recorded is folded in and decided, before and after the start', async () => {
  const before = await record(order('a', NOW - DAY));
  const live = await start(RETAIL, NOW);
  await live.whenCaughtUp(before);
  await live.whenCaughtUp(await record(order('b', NOW - DAY), order('a', NOW - 2 * DAY)));
  expect((await stored('a'))?.touchpoints).toBe(2);
  expect((await stored('b'))?.touchpoints).toBe(1);
  expect((await decisionsOf(log, 'b')).map(({ kind }) => kind)).toContain('stageChanged');
  expect(live.status()).toMatchObject({ touchpoints: 3, late: 1, parked: 0, behind: 0 });
});

test('what time changed while nothing ran is decided at the next start, dated when it became true', async () => {
  const first = await start(RETAIL, NOW);
  await first.whenCaughtUp(await record(order('a', NOW)));
  await first.stop();
  const before = await decisionsOf(log, 'a');
  const due = (await stored('a'))?.nextReviewAt;
  expect(due).toEqual(expect.any(Number));

  const later = NOW + 3 * 365 * DAY;
  const second = await start(RETAIL, later);
  await eventually(() => second.status().reviewed > 0);
  await second.stop();
  const after = (await decisionsOf(log, 'a')).slice(before.length);
  expect(after.length).toBeGreaterThan(0);
  for (const { cause, effectiveAt } of after) {
    expect(cause).toBe('time');
    expect(effectiveAt).toBeGreaterThan(NOW);
    expect(effectiveAt).toBeLessThanOrEqual(later);
  }
});

test('a read model of other rules is refused: it must be rebuilt', async () => {
  const live = await start();
  await live.whenCaughtUp(await record(order('a', NOW)));
  await live.stop();
  const other = await start({ ...RETAIL, version: RETAIL.version + 1 });
  expect((await other.ended)?.name).toBe('RebuildNeeded');
  await expect(other.whenCaughtUp('ffffffffffffff' as Position)).rejects.toMatchObject({ name: 'RebuildNeeded' });
});

test('a second writer of the read model is refused at the start', async () => {
  await start();
  await expect(start()).rejects.toMatchObject({ name: 'StoreError', kind: 'locked' });
});

test('it fails with the error of a log that takes no decisions, and goes on from there when started again', async () => {
  const full = Object.assign(new Error('no space is left'), { name: 'StoreError', kind: 'full' });
  const location = { kind: 'sqlite', path: join(folder, 'events.sqlite') } as const;
  const refuse = (): never => {
    throw full;
  };
  const refusing = {
    share: () => {
      const { port, ended } = connectionTo({ last: 0, commit: refuse });
      return { access: { location, port }, transfer: [port], ended };
    },
  };
  const live = await startLiveProjection({
    log: refusing,
    readModel: { kind: 'sqlite', path: path() },
    ruleset: RETAIL,
    today: NOW,
  });
  const position = await record(order('a', NOW));
  expect(await live.ended).toMatchObject({ name: 'StoreError', kind: 'full', message: 'no space is left' });
  const again = await start(RETAIL, NOW);
  await again.whenCaughtUp(position);
  expect((await decisionsOf(log, 'a')).length).toBeGreaterThan(0);
});
