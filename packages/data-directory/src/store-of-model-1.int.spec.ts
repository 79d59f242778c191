/** A store that version 1 of the model wrote, opened by this program. What is in it: testing/store-of-model-1/README.md */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { compileRuleset, MODEL_VERSION } from '@rapport/domain';
import { createRulesetHistory, decisionsOf, factorsOf, Projector, recordTouchpoints, verify } from '@rapport/engine';
import { type EventLogWithHistory, openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { type DataDirectory, dataDirectory } from './data-directory';
import type { Host } from './host';
import { cannotContinue, type InForce } from './in-force';
import { withStore } from './open';
import { rebuildReadModel } from './projecting';
import { rebuildStore } from './rebuild-store';
import { takeUp } from './take-up';

interface Stands {
  readonly stage: string;
  readonly signals: readonly string[];
}
/** Where each customer stands: as announced by version 1, and by version 2. */
const STANDS: Readonly<Record<string, { readonly announced: Stands; readonly version2: Stands }>> = {
  once: { announced: { stage: 'client', signals: ['again'] }, version2: { stage: 'client', signals: [] } },
  hundred: { announced: { stage: 'client', signals: ['again'] }, version2: { stage: 'gold', signals: ['again'] } },
  hurt: { announced: { stage: 'client', signals: [] }, version2: { stage: 'client', signals: ['low'] } },
  ahead: {
    announced: { stage: 'gold', signals: ['again'] },
    version2: { stage: 'client', signals: [] },
  },
  keyed: { announced: { stage: 'client', signals: [] }, version2: { stage: 'client', signals: [] } },
  same: { announced: { stage: 'gold', signals: ['again'] }, version2: { stage: 'gold', signals: ['again'] } },
};
/**
 * Decisions of version 1 that version 2 would not take: `again` raised by a first order, `low` cleared, and one as of an
 * instant that lay ahead.
 */
const NOT_TAKEN_AGAIN = 6;
const CUSTOMERS = Object.keys(STANDS);
const now = (customer: string): Stands => STANDS[customer].version2;
const DIFFERENT = CUSTOMERS.filter((one) => !isDeepStrictEqual(now(one), STANDS[one].announced));

const FIXTURE = join(__dirname, 'testing/store-of-model-1');
const NOW = Date.parse('2026-06-02T00:00:00Z');
const BEGAN = Date.parse('2026-01-01T00:00:02Z');
const notes: string[] = [];
const host: Host = {
  note: (text) => void notes.push(text),
  progress: () => ({ update: () => undefined, stop: () => undefined }),
  signal: new AbortController().signal,
};

let folder: string;
let files: DataDirectory;
let log: EventLogWithHistory;
let rulesetFile: string;

beforeEach(async () => {
  notes.length = 0;
  jest.spyOn(Date, 'now').mockReturnValue(NOW);
  folder = mkdtempSync(join(tmpdir(), 'rapport-model-1-'));
  files = dataDirectory(folder);
  mkdirSync(files.rulesets);
  for (const name of readdirSync(FIXTURE)) {
    const content = readFileSync(join(FIXTURE, name));
    if (name.endsWith('.gz')) writeFileSync(join(folder, basename(name, '.gz')), gunzipSync(content));
    if (name.endsWith('.json')) {
      rulesetFile = join(files.rulesets, name);
      writeFileSync(rulesetFile, content);
      writeFileSync(join(files.rulesets, 'in-force'), `${basename(name, '.json')}\n`);
    }
  }
  log = await openEventLog(files.eventLog, { mode: 'write', synchronous: 'off' });
});
afterEach(async () => {
  jest.restoreAllMocks();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const takenUp = () => takeUp({ host, files, log }, { with: 'serve', now: NOW });
const rebuilt = async (announce: boolean) =>
  rebuildStore({
    host,
    files,
    log,
    present: await takenUp(),
    announce,
    workers: 1,
    by: { kind: 'user', name: 'ann' },
    with: 'rebuild',
  });
const verified = async (inForce: InForce) => {
  const readModel = await openReadModel(files.readModel, { mode: 'read', factors: {} });
  const location = files.eventLog;
  return verify({ log: location, readModel, rulesets: { [inForce.hash]: inForce.ruleset } }).finally(() =>
    readModel.close(),
  );
};
const stands = async () => {
  const readModel = await openReadModel(files.readModel, { mode: 'read', factors: {} });
  const found = await readModel.load(CUSTOMERS).finally(() => readModel.close());
  return found.map((one) => ({ stage: one?.stage, signals: Object.keys(one?.signals ?? {}) }));
};
const decisions = async () => (await Promise.all(CUSTOMERS.map((one) => decisionsOf(log, one)))).flat();

test('who only reads it answers by the rules that its decisions name', async () => {
  await withStore(folder, async ({ rulesetHistory, hash }) => {
    expect(await rulesetHistory.publications()).toEqual([]);
    expect(await rulesetHistory.at(NOW)).toMatchObject({
      chosen: 'known-at',
      publication: { ruleset: { name: 'cases', version: 1, hash }, at: BEGAN, before: true },
    });
    expect(await rulesetHistory.at(BEGAN - 1)).toMatchObject({ chosen: 'earliest' });
  });
});

test('the first who writes publishes what was in force since before it was recorded', async () => {
  const inForce = await takenUp();
  await takenUp();
  const publications = await createRulesetHistory(log).publications();
  expect(publications).toMatchObject([
    { number: 1, ruleset: { name: 'cases', version: 1, hash: inForce.hash }, at: BEGAN, before: true },
  ]);
  for (const unknown of ['by', 'with', 'announced', 'decidedUpTo']) expect(publications[0]).not.toHaveProperty(unknown);
  // The order of its keys is the author's: version 1 of the model depended on it.
  expect(publications[0].document).toBe(JSON.stringify(JSON.parse(readFileSync(rulesetFile, 'utf8'))));
  rmSync(files.rulesets, { recursive: true });
  expect((await takenUp()).hash).toBe(inForce.hash);
});

test('its read model is not continued, and is rebuilt without announcing anything', async () => {
  const inForce = await takenUp();
  const factors = factorsOf(compileRuleset(inForce.ruleset));
  const readModel = await openReadModel(files.readModel, { mode: 'write', factors });
  const program = compileRuleset(inForce.ruleset);
  await expect(new Projector({ log, readModel, program }).catchUp()).rejects.toThrow(/version 1 of the model/);
  await readModel.close();
  expect(await cannotContinue(files, inForce)).toMatch(/version 1 of the model made it/);
  expect((await verified(inForce)).problems).toMatchObject([{ what: expect.stringMatching(/version 1 of the model/) }]);

  const before = await decisions();
  await rebuildReadModel({ host, files, log }, { ruleset: inForce.ruleset, now: NOW, workers: 1 });
  expect(await cannotContinue(files, inForce)).toBeUndefined();
  expect(await decisions()).toEqual(before);
  expect(await stands()).toEqual(CUSTOMERS.map(now));
});

test('what version 1 decided is no problem, and counted apart where version 2 would not decide it', async () => {
  await rebuilt(false);
  expect(await verified(await takenUp())).toMatchObject({
    customers: CUSTOMERS.length,
    decisions: 14,
    byEarlierModel: NOT_TAKEN_AGAIN,
    problems: [],
  });
  expect((await decisions()).every(({ model }) => model === 1)).toBe(true);
});

test('after a silent rebuild the next change of a customer goes on from where they stand', async () => {
  await rebuilt(false);
  const { ruleset } = await takenUp();
  const program = compileRuleset(ruleset);
  const order = { source: 'shop', type: 'order.completed', version: 1, occurredAt: NOW, data: { total: 500 } };
  await recordTouchpoints(
    log,
    CUSTOMERS.map((customer) => ({ ...order, id: `new-${customer}`, customer })),
  );
  const readModel = await openReadModel(files.readModel, { mode: 'write', factors: factorsOf(program) });
  const clock = { now: () => NOW, until: async () => undefined };
  await new Projector({ log, readModel, program, clock }).catchUp().finally(() => readModel.close());
  for (const customer of CUSTOMERS) {
    const all = await decisionsOf(log, customer);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i + 1));
    const last = all.findLast(({ kind }) => kind === 'stageChanged');
    if (now(customer).stage === 'client')
      expect(last).toMatchObject({ from: 'client', to: 'gold', model: MODEL_VERSION });
    else expect(last?.model ?? 1).toBe(1);
  }
  expect((await verified(await takenUp())).problems).toEqual([]);
});

test('what differs from what was announced is announced where it is asked for, with cause ruleset, and once', async () => {
  const before = (await decisions()).length;
  const { differences } = await rebuilt(true);
  expect(differences?.changed).toBe(DIFFERENT.length);
  expect((await decisions()).length).toBe(before + (differences?.announced ?? 0));
  for (const customer of CUSTOMERS) {
    const told = (await decisionsOf(log, customer)).filter(({ model }) => model === MODEL_VERSION);
    expect(told.length > 0).toBe(DIFFERENT.includes(customer));
    expect(told.every(({ cause }) => cause === 'ruleset')).toBe(true);
    const all = await decisionsOf(log, customer);
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i + 1));
    expect(all.findLast((one) => one.kind === 'stageChanged')).toMatchObject({ to: now(customer).stage });
  }
  expect(await verified(await takenUp())).toMatchObject({ problems: [], byEarlierModel: NOT_TAKEN_AGAIN });
  expect((await rebuilt(true)).differences).toEqual({ changed: 0, announced: 0 });
});
