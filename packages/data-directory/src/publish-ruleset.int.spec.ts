import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, type DecodedTouchpoint, RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { decisionsOf, factorsOf, Projector, recordTouchpoints } from '@rapport/engine';
import { type EventLog, openSqliteEventLog } from '@rapport/event-log';
import { openSqliteReadModel } from '@rapport/read-model';
import { type DataDirectory, dataDirectory } from './data-directory';
import type { Host } from './host';
import { rulesetInForce } from './in-force';
import { finishPublication, publishRuleset, refuseUnfinishedPublication } from './publish-ruleset';
import { keepRuleset, noteInForce } from './ruleset-files';
import { beginImport, endImport, hasUnfinishedImport, settleImport } from './unfinished-import';

const NEXT: Ruleset = {
  ...RETAIL,
  version: 2,
  // A ladder of one step: whoever has bought is at its end.
  stages: [{ id: 'attract' }, { id: 'buyer', enter: { metric: 'orders', atLeast: 1 } }],
};
const host: Host = {
  note: () => undefined,
  progress: () => ({ update: () => undefined, stop: () => undefined }),
  signal: new AbortController().signal,
};
const retail = { ruleset: RETAIL, hash: rulesetHash(RETAIL) };

let folder: string;
let files: DataDirectory;
let log: EventLog;

const order = (customer: string, id = `${customer}-1`): DecodedTouchpoint => ({
  id,
  source: 'shop',
  type: 'order.completed',
  version: 1,
  customer,
  occurredAt: Date.UTC(2026, 0, 5),
  data: { orderId: id, total: 50 },
});

const project = async (ruleset: Ruleset, announce: boolean): Promise<void> => {
  const program = compileRuleset(ruleset);
  const readModel = await openSqliteReadModel(files.relationships, { mode: 'write', factors: factorsOf(program) });
  await new Projector({ log, readModel, program, announce }).catchUp().finally(() => readModel.close());
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-publish-'));
  files = dataDirectory(folder);
  log = await openSqliteEventLog(files.events, { mode: 'write', synchronous: 'off' });
  keepRuleset(files, RETAIL);
  noteInForce(files, retail.hash);
  await recordTouchpoints(log, [order('a'), order('b')]);
  await project(RETAIL, true);
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const publish = (announce: boolean, paused = (work: () => Promise<void>) => work()) =>
  publishRuleset({ host, files, log, ruleset: NEXT, announce, now: Date.now, paused });

const byRuleset = async (customer: string) =>
  (await decisionsOf(log, customer)).filter(({ cause }) => cause === 'ruleset');

test('a ruleset is put in force, and once more changes nothing', async () => {
  expect(await publish(true)).toEqual({ changed: 2, announced: expect.any(Number) });
  expect((await rulesetInForce(folder)).hash).toBe(rulesetHash(NEXT));
  expect(await byRuleset('a')).not.toEqual([]);
  const before = await byRuleset('a');
  expect(await publish(true)).toEqual({ changed: 0, announced: 0 });
  expect(await byRuleset('a')).toEqual(before);
  await project(NEXT, true);
});

test('killed before it was switched in it is finished later, before anything else, and announces each change once', async () => {
  // The build is taken away after the decisions were recorded: switching in fails, as a kill would keep it from it.
  const sabotaged: EventLog = {
    ...log,
    appendMany: async (requests) => {
      const results = await log.appendMany(requests);
      rmSync(`${files.relationships}.building`);
      return results;
    },
  };
  await expect(
    publishRuleset({
      host,
      files,
      log: sabotaged,
      ruleset: NEXT,
      announce: true,
      now: Date.now,
      paused: (work) => work(),
    }),
  ).rejects.toThrow();
  const recorded = await byRuleset('a');
  expect(recorded).not.toEqual([]);
  expect((await rulesetInForce(folder)).hash).toBe(retail.hash);
  expect(() => refuseUnfinishedPublication(files)).toThrow(/rapport ruleset publish/);
  await expect(beginImport(host, files, log, retail, Date.now())).rejects.toThrow(/being put in force/);

  await recordTouchpoints(log, [order('c')]);
  await finishPublication({ host, files, log });
  expect((await rulesetInForce(folder)).hash).toBe(rulesetHash(NEXT));
  expect(await byRuleset('a')).toEqual(recorded);
  expect(() => refuseUnfinishedPublication(files)).not.toThrow();
  await project(NEXT, true);
  // Who came meanwhile was decided by the new rules alone.
  expect((await decisionsOf(log, 'c')).map(({ ruleset }) => ruleset.version)).toEqual(
    (await decisionsOf(log, 'c')).map(() => 2),
  );
});

describe('an import into a store that was served', () => {
  beforeEach(() => writeFileSync(files.access, ''));

  test('first decides what the engine had taken and not decided', async () => {
    await recordTouchpoints(log, [order('taken')]);
    await beginImport(host, files, log, retail, Date.now());
    expect(await decisionsOf(log, 'taken')).not.toEqual([]);
    endImport(files);
  });

  test('is silent about its own touchpoints, also when a kill leaves them to be folded by others', async () => {
    await beginImport(host, files, log, retail, Date.now());
    await recordTouchpoints(log, [order('imported')]);
    expect(hasUnfinishedImport(files)).toBe(true);
    // As if killed here; the same import may begin again, and an engine may start.
    await beginImport(host, files, log, retail, Date.now());
    await settleImport(host, files, log, retail, Date.now());
    expect(await decisionsOf(log, 'imported')).toEqual([]);
    expect(hasUnfinishedImport(files)).toBe(false);
    await project(RETAIL, true);
    expect(await decisionsOf(log, 'imported')).toEqual([]);
  });
});
