import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, DAY, type DecodedTouchpoint, type Ruleset, rulesetHash } from '@rapport/domain';
import { type EventLogWithHistory, openEventLog, type Position } from '@rapport/event-log';
import { openReadModel, type ReadModel } from '@rapport/read-model';
import { systemClock } from '../clock';
import { decisionsOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { Projector } from '../projector/projector';
import { rebuild } from '../whole-log/rebuild';
import { putInForce } from './put-in-force';

const rules = (version: number, orders: number): Ruleset => ({
  ruleset: 'small',
  version,
  factors: { trust: { halfLife: 'P90D' } },
  metrics: { orders: { count: 'order.completed' } },
  evidence: [{ id: 'bought', on: 'order.completed', gives: { trust: 1 } }],
  stages: [{ id: 'new' }, { id: 'regular', enter: { metric: 'orders', atLeast: orders } }],
});
const OLD = rules(1, 2);
const NEW = rules(2, 3);
const NOW = Date.UTC(2026, 2, 1);

let folder: string;
let log: EventLogWithHistory;
let before: ReadModel;
let builds = 0;
const opened: ReadModel[] = [];

const factors = { trust: { halfLife: 90 * DAY, prior: [2, 2] as const } };
const open = async (name: string): Promise<ReadModel> => {
  const readModel = await openReadModel({ kind: 'sqlite', path: join(folder, name) }, { mode: 'write', factors });
  opened.push(readModel);
  return readModel;
};

const project = (readModel: ReadModel, ruleset: Ruleset, announce: boolean) =>
  new Projector({
    log,
    readModel,
    program: compileRuleset(ruleset),
    announce,
    clock: { ...systemClock, now: () => NOW },
  }).catchUp();

const order = (customer: string, number: number): DecodedTouchpoint => ({
  id: `${customer}-${number}`,
  source: 'shop',
  type: 'order.completed',
  version: 1,
  customer,
  occurredAt: NOW - 10 * DAY + number,
  data: { orderId: `${customer}-${number}` },
});

const orders = (customer: string, count: number) =>
  recordTouchpoints(
    log,
    Array.from({ length: count }, (_, i) => order(customer, i)),
  );

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-in-force-'));
  log = await openEventLog(
    { kind: 'sqlite', path: join(folder, 'events.sqlite') },
    { mode: 'write', synchronous: 'off' },
  );
  // Two orders: regular by the old rules, new by the new ones. Three: regular by both. One: new by both.
  await orders('two', 2);
  await orders('three', 3);
  await orders('one', 1);
  before = await open('before.sqlite');
  await project(before, OLD, true);
});
afterEach(async () => {
  for (const readModel of opened.splice(0)) await readModel.close();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A fresh build with the new rules. */
const built = async (): Promise<ReadModel> => {
  const after = await open(`after-${++builds}.sqlite`);
  const until = (await before.checkpoint())?.position as Position;
  const location = { kind: 'sqlite', path: join(folder, 'events.sqlite') } as const;
  await rebuild({ log: location, into: after, ruleset: NEW, now: NOW, until });
  return after;
};

const put = (after: ReadModel, announce: boolean) =>
  putInForce({ log, before, after, ruleset: NEW, announce, at: NOW });

test('without being told to, nothing is announced, and the numbers of decisions go on', async () => {
  const earlier = await decisionsOf(log, 'two');
  const after = await built();
  expect(await put(after, false)).toEqual({ changed: 1, announced: 0 });
  expect(await decisionsOf(log, 'two')).toEqual(earlier);
  const [two] = await after.load(['two']);
  expect(two).toMatchObject({ stage: 'new', decided: { stage: 'new', sequence: earlier.length } });
});

test('only real differences are announced, with cause ruleset and the new rules', async () => {
  const earlier = await decisionsOf(log, 'two');
  const after = await built();
  expect(await put(after, true)).toEqual({ changed: 1, announced: 1 });
  const decisions = await decisionsOf(log, 'two');
  expect(decisions).toHaveLength(earlier.length + 1);
  expect(decisions.at(-1)).toMatchObject({
    kind: 'stageChanged',
    from: 'regular',
    to: 'new',
    direction: 'down',
    cause: 'ruleset',
    sequence: earlier.length + 1,
    ruleset: { name: 'small', version: 2, hash: rulesetHash(NEW) },
  });
  for (const customer of ['one', 'three'])
    expect((await decisionsOf(log, customer)).every(({ cause }) => cause !== 'ruleset')).toBe(true);
});

test('cut short and done again from a fresh build it records nothing twice and ends the same', async () => {
  // As if killed after recording and before switching in.
  const first = await built();
  await put(first, true);
  const decisions = await decisionsOf(log, 'two');
  // What came in meanwhile is for the projector that goes on, not for this.
  await recordTouchpoints(log, [order('two', 9)]);
  const second = await built();
  expect(await put(second, true)).toEqual({ changed: 1, announced: 1 });
  expect(await decisionsOf(log, 'two')).toEqual(decisions);
  expect(await second.load(['one', 'two', 'three'])).toEqual(await first.load(['one', 'two', 'three']));
});

test('afterwards a projector goes on where it was put in force', async () => {
  const after = await built();
  await put(after, true);
  await recordTouchpoints(log, [order('two', 7)]);
  await project(after, NEW, true);
  const decisions = await decisionsOf(log, 'two');
  expect(decisions.at(-1)).toMatchObject({ from: 'new', to: 'regular', cause: 'touchpoint' });
  expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, i) => i + 1));
});

test('a build that is behind is brought to where the present model stands, and not further', async () => {
  const after = await built();
  await orders('late comer', 2);
  await recordTouchpoints(log, [order('one', 5)]);
  await project(before, OLD, true);
  const decided = await decisionsOf(log, 'one');
  const stands = await before.checkpoint();
  await orders('later still', 1);
  await put(after, false);
  expect((await after.checkpoint())?.position).toBe(stands?.position);
  const [comer, still] = await after.load(['late comer', 'later still']);
  expect(comer).toMatchObject({ stage: 'new', decided: { sequence: 2 } });
  expect(still).toBeUndefined();
  // What the old rules decided meanwhile is not decided again by the new ones.
  expect(await decisionsOf(log, 'one')).toEqual(decided);
});
