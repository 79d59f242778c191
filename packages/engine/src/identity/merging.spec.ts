import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, DAY, rulesetHash, type Touchpoint } from '@rapport/domain';
import { lawRuleset, START } from '@rapport/domain/testing';
import { customerStream, type EventLogWithHistory, memoryEventLog, openEventLog } from '@rapport/event-log';
import { openReadModel, type ReadModel } from '@rapport/read-model';
import { createChangeFeed } from '../announcement';
import { decisionsOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { Projector } from '../projector/projector';
import { testClock } from '../testing/test-clock';
import { verify } from '../whole-log/verify';

const program = compileRuleset(lawRuleset);
const factors = Object.fromEntries(program.factors.map(({ id, ...parameters }) => [id, parameters]));
const NOW = START + 8 * DAY;

const touchpoint = (id: string, customer: string, day: number, over: Partial<Touchpoint> = {}): Touchpoint => ({
  id,
  source: 'shop',
  type: 'order.completed',
  customer,
  occurredAt: START + day * DAY,
  recordedAt: NOW,
  data: { total: 60 },
  ...over,
});
const merge = (id: string, customer: string, into: string): Touchpoint =>
  touchpoint(id, customer, 8, { type: 'customer.merged', data: { into } });
const unmerge = (id: string, customer: string): Touchpoint =>
  touchpoint(id, customer, 8, { type: 'customer.unmerged', data: {} });

let log: EventLogWithHistory;
let readModel: ReadModel;
let projector: Projector;

const record = async (...touchpoints: readonly Touchpoint[]): Promise<void> => {
  await recordTouchpoints(
    log,
    touchpoints.map((one) => ({ ...one, version: 1 })),
  );
  await projector.catchUp();
};
const stored = async (customer: string) => (await readModel.load([customer]))[0];

beforeEach(async () => {
  log = memoryEventLog();
  readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });
  projector = new Projector({ log, readModel, program, clock: testClock(NOW) });
});
afterEach(() => readModel.close());

it('touchpoints of a merged customer go on arriving in the relationship of the survivor, late ones too', async () => {
  await record(touchpoint('1', 'a', 1), touchpoint('2', 'b', 3), merge('m', 'a', 'b'));
  expect(await stored('b')).toMatchObject({ touchpoints: 2, firstTouchpointAt: START + DAY });
  await record(touchpoint('3', 'a', 8));
  await record(touchpoint('4', 'a', 2));
  expect(await stored('b')).toMatchObject({ touchpoints: 4 });
  expect(await stored('a')).toBeUndefined();
  expect(projector.report.late).toBe(1);
  await record(unmerge('u', 'a'));
  expect([(await stored('a'))?.touchpoints, (await stored('b'))?.touchpoints]).toEqual([3, 1]);
});

it('a survivor nobody had heard of has the relationship of whoever is merged into her', async () => {
  await record(touchpoint('1', 'a', 1));
  const before = await stored('a');
  await record(merge('m', 'a', 'new'));
  expect(await stored('new')).toMatchObject({ stage: before?.stage, touchpoints: 1 });
  await record(unmerge('u', 'a'));
  expect(await stored('new')).toBeUndefined();
  expect(await stored('a')).toEqual(before);
  // What was said of her once is gone on with, though nothing was stored of her in between.
  await record(touchpoint('2', 'new', 8));
  const sequences = (await decisionsOf(log, 'new')).map(({ sequence }) => sequence);
  expect(sequences).toEqual(sequences.map((_, i) => i + 1));
  expect((await stored('new'))?.decided.sequence).toBe(sequences.length);
});

it('a touchpoint that cannot be folded parks the survivor while its customer is merged', async () => {
  await record(touchpoint('1', 'b', 1));
  await log.append(customerStream('a'), 'any', [
    { ...touchpoint('x', 'a', 2, { type: 'survey.answered' }), version: 99 },
  ]);
  await projector.catchUp();
  const parked = async () => (await readModel.parked()).map(({ customer, touchpoint: one }) => [customer, one?.id]);
  expect(await parked()).toEqual([['a', 'x']]);
  await record(merge('m', 'a', 'b'));
  expect(await parked()).toEqual([['b', 'x']]);
  expect(await projector.retryParked()).toEqual([]);
  await record(touchpoint('2', 'b', 8));
  await record(unmerge('u', 'a'));
  expect(await parked()).toEqual([['a', 'x']]);
  expect(await stored('b')).toMatchObject({ touchpoints: 2 });
});

it('what a merge changes is announced only to who asks for it', async () => {
  await record(touchpoint('1', 'a', 1), touchpoint('2', 'a', 2), touchpoint('3', 'b', 3, { type: 'email.sent' }));
  const before = await log.head();
  await record(merge('m', 'a', 'b'));
  const feed = createChangeFeed(log);
  const asked = async (causes?: readonly ['merge']) =>
    (await feed.read({ after: before, filter: { causes }, limit: 10 })).changes.map(({ event }) => event);
  expect(await asked()).toEqual([]);
  expect(await asked(['merge'])).toMatchObject([
    { subject: 'b', data: { from: 'attract', cause: 'merge', touchpoint: { source: 'shop', id: 'm' } } },
  ]);
  await feed.close();
});

it('many merges into one customer are one fold of hers', async () => {
  const many = Array.from({ length: 50 }, (_, i) => `a${i}`);
  await record(touchpoint('0', 'b', 1), ...many.map((one) => touchpoint(one, one, 2)));
  const saves = projector.report.customers;
  await record(...many.map((one) => merge(`m-${one}`, one, 'b')));
  expect(await stored('b')).toMatchObject({ touchpoints: 51 });
  expect(projector.report.customers - saves).toBe(51);
});

it('a read model built before merged customers were one asks to be rebuilt', async () => {
  await record(touchpoint('1', 'a', 1), touchpoint('2', 'b', 3));
  const relationship = (await stored('a'))!;
  await record(merge('m', 'a', 'b'));
  const again = () => new Projector({ log, readModel, program, clock: testClock(NOW) }).catchUp();
  await expect(again()).resolves.toMatchObject({ touchpoints: 0 });
  const history = { mode: 'replace' as const, intervals: [] };
  const checkpoint = (await readModel.checkpoint())!;
  await readModel.save([{ kind: 'relationship', relationship, history, promises: [], cases: [] }], checkpoint);
  await expect(again()).rejects.toThrow('it was built before they united; rebuild it from the log');
});

it('verification finds a merged customer who still has a relationship', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-merging-'));
  const path = join(folder, 'events.sqlite');
  log = await openEventLog({ kind: 'sqlite', path }, { mode: 'write', synchronous: 'off' });
  projector = new Projector({ log, readModel, program, clock: testClock(NOW) });
  await record(touchpoint('1', 'a', 1), touchpoint('2', 'b', 3));
  const relationship = (await stored('a'))!;
  await record(merge('m', 'a', 'b'));
  const rulesets = { [rulesetHash(lawRuleset)]: lawRuleset };
  const problems = async () =>
    (await verify({ log: { kind: 'sqlite', path }, readModel, rulesets })).problems.map(({ what }) => what);
  expect(await problems()).toEqual([]);
  const history = {
    mode: 'replace' as const,
    intervals: [{ stage: 'attract', from: START, to: null, cause: 'time' as const }],
  };
  await readModel.save(
    [{ kind: 'relationship', relationship, history, promises: [], cases: [] }],
    (await readModel.checkpoint())!,
  );
  expect(await problems()).toEqual(['customers in the read model that the log does not know']);
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});
