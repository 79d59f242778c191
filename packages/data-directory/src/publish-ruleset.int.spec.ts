import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, type DecodedTouchpoint, RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import { createRulesetHistory, decisionsOf, factorsOf, Projector, recordTouchpoints } from '@rapport/engine';
import { type EventLogWithHistory, openEventLog } from '@rapport/event-log';
import { openReadModel } from '@rapport/read-model';
import { type DataDirectory, dataDirectory } from './data-directory';
import type { Host } from './host';
import { rulesetInForce } from './in-force';
import { publishRuleset } from './publish-ruleset';
import { operator } from './publishers';
import { rebuildStore } from './rebuild-store';
import { takeUp } from './take-up';
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
let log: EventLogWithHistory;

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
  const readModel = await openReadModel(files.readModel, { mode: 'write', factors: factorsOf(program) });
  await new Projector({ log, readModel, program, announce }).catchUp().finally(() => readModel.close());
};

/** As any command that writes begins. */
const takenUp = () => takeUp({ host, files, log }, { with: 'serve', now: Date.now() });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-publish-'));
  files = dataDirectory(folder);
  log = await openEventLog(files.eventLog, { mode: 'write', synchronous: 'off' });
  await takenUp();
  await recordTouchpoints(log, [order('a'), order('b')]);
  await project(RETAIL, true);
});
afterEach(async () => {
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

const publish = (announce: boolean, over: Partial<Parameters<typeof publishRuleset>[0]> = {}) =>
  publishRuleset({
    host,
    files,
    log,
    ruleset: NEXT,
    announce,
    by: { kind: 'key', id: 'k1', name: 'ops' },
    with: 'POST /v1/rulesets',
    now: Date.now,
    paused: (work) => work(),
    ...over,
  });

const inForce = async () => (await rulesetInForce(files, log)).hash;
const publications = () => createRulesetHistory(log).publications();
const kept = (hash: string) => join(files.rulesets, `${hash}.json`);
const byRuleset = async (customer: string) =>
  (await decisionsOf(log, customer)).filter(({ cause }) => cause === 'ruleset');

test('the first rules of a store are published, and nothing more by whoever opens it later', async () => {
  expect(await publications()).toMatchObject([
    { number: 1, ruleset: { name: 'retail', hash: retail.hash }, by: operator(), with: 'serve', announced: false },
  ]);
  expect((await takenUp()).hash).toBe(retail.hash);
  expect(await publications()).toHaveLength(1);
});

test('a ruleset is put in force, and once more changes nothing', async () => {
  const stood = (await log.head())!;
  expect(await publish(true)).toEqual({ changed: 2, announced: expect.any(Number) });
  expect(await inForce()).toBe(rulesetHash(NEXT));
  expect(await byRuleset('a')).not.toEqual([]);
  const before = await byRuleset('a');
  expect(await publish(true)).toEqual({ changed: 0, announced: 0 });
  expect(await byRuleset('a')).toEqual(before);
  await project(NEXT, true);
  const [, publication, ...more] = await publications();
  expect(more).toEqual([]);
  expect(publication).toMatchObject({
    number: 2,
    ruleset: { name: 'retail', version: 2, hash: rulesetHash(NEXT) },
    document: JSON.stringify(NEXT),
    by: { kind: 'key', id: 'k1', name: 'ops' },
    with: 'POST /v1/rulesets',
    announced: true,
  });
  expect(publication.decidedUpTo! <= stood).toBe(true);
  // It is in force before what it changes is decided.
  expect(publication.position < before[0].position).toBe(true);
});

test('a clock that was set back does not turn the order of publications round', async () => {
  await publish(false, { now: () => 1_000 });
  const [first, second] = await publications();
  expect(second.at).toBe(first.at);
});

describe('killed', () => {
  const killed = new Error('killed');
  /** The log of a process that dies at its nth append: before it, or after it and before the answer. */
  const dying = (nth: number, recorded: boolean): EventLogWithHistory => {
    let appends = 0;
    const or = async <T>(append: () => Promise<T>): Promise<T> => {
      if (++appends < nth) return append();
      if (recorded && appends === nth) await append();
      throw killed;
    };
    return {
      ...log,
      append: (...request) => or(() => log.append(...request)),
      appendMany: (requests) => or(() => log.appendMany(requests)),
    };
  };
  const everyone = ['a', 'b'];
  const decided = async () => Promise.all(everyone.map(async (one) => (await byRuleset(one)).map(({ id }) => id)));

  test('before it was recorded the old rules stay, and it can be published again', async () => {
    await expect(publish(true, { log: dying(1, false) })).rejects.toThrow(killed);
    expect((await takenUp()).hash).toBe(retail.hash);
    expect(await publications()).toHaveLength(1);
    expect(await decided()).toEqual([[], []]);
    await publish(true);
    expect(await publications()).toHaveLength(2);
  });

  test.each([
    ['when it was recorded', 1, true],
    ['before decisions were recorded', 2, false],
    ['when decisions were recorded', 2, true],
  ])('%s it is finished by whoever opens the store next, and announces each change once', async (_, nth, recorded) => {
    await expect(publish(true, { log: dying(nth, recorded) })).rejects.toThrow(killed);
    const before = await decided();
    expect(await inForce()).toBe(rulesetHash(NEXT));
    await recordTouchpoints(log, [order('c')]);

    expect((await takenUp()).hash).toBe(rulesetHash(NEXT));
    const after = await decided();
    expect(after.every((ids) => ids.length > 0)).toBe(true);
    if (nth === 2 && recorded) expect(after).toEqual(before);
    await takenUp();
    expect(await decided()).toEqual(after);
    expect(await publications()).toHaveLength(2);
    await project(NEXT, true);
    expect(await decided()).toEqual(after);
    // Who came meanwhile was decided by the new rules alone.
    const versions = (await decisionsOf(log, 'c')).map(({ ruleset }) => ruleset.version);
    expect(new Set(versions)).toEqual(new Set([2]));
  });

  test('when all was decided and nothing switched in it is finished, too', async () => {
    const sabotaged: EventLogWithHistory = {
      ...log,
      appendMany: async (requests) => {
        const results = await log.appendMany(requests);
        rmSync(`${files.relationships}.building`);
        return results;
      },
    };
    await expect(publish(true, { log: sabotaged })).rejects.toThrow();
    const before = await decided();
    await takenUp();
    expect(await decided()).toEqual(before);
    await project(NEXT, true);
  });

  test('and a read model that was put back since is rebuilt, announcing nothing', async () => {
    await expect(publish(true, { log: dying(1, true) })).rejects.toThrow(killed);
    await recordTouchpoints(log, [order('c')]);
    await project(RETAIL, false);
    await takenUp();
    expect(await decided()).toEqual([[], []]);
    await expect(project(NEXT, true)).rejects.toThrow(/was built with ruleset/);
  });
});

describe('what follows from publications', () => {
  test.each<[string, (path: string) => void]>([
    ['lost', (path) => rmSync(path)],
    ['damaged', (path) => writeFileSync(path, '{')],
    ['altered', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('"version": 2', '"version": 3'))],
  ])('a kept ruleset that was %s is made again from the log', async (_, harm) => {
    await publish(false);
    const path = kept(rulesetHash(NEXT));
    const text = readFileSync(path, 'utf8');
    harm(path);
    expect((await rulesetInForce(files, log)).ruleset).toEqual(NEXT);
    await takenUp();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('so are the folder as a whole, and the note of what is in force', async () => {
    await publish(false);
    rmSync(files.rulesets, { recursive: true });
    await takenUp();
    expect([retail.hash, rulesetHash(NEXT)].map((hash) => existsSync(kept(hash)))).toEqual([true, true]);
    expect(readFileSync(join(files.rulesets, 'in-force'), 'utf8')).toBe(`${rulesetHash(NEXT)}\n`);
  });
});

describe('a rebuild', () => {
  const rebuilt = async (over: Partial<Parameters<typeof rebuildStore>[0]> = {}) =>
    rebuildStore({
      host,
      files,
      log,
      present: await takenUp(),
      announce: false,
      workers: 1,
      by: operator(),
      with: 'rebuild',
      ...over,
    });
  const stage = async (customer: string) => (await decisionsOf(log, customer)).findLast((one) => 'to' in one);

  test('with other rules publishes them, once', async () => {
    await rebuilt({ ruleset: NEXT });
    await rebuilt({ ruleset: NEXT });
    expect(await publications()).toMatchObject([{}, { number: 2, with: 'rebuild', announced: false }]);
    expect(await byRuleset('a')).toEqual([]);
    await project(NEXT, true);
    expect(await byRuleset('a')).toEqual([]);
  });

  test('announces what differs from what was last announced only where it is asked to, and once', async () => {
    await rebuilt({ ruleset: NEXT });
    // Silently so far; the log still says what was announced.
    expect((await stage('a'))?.ruleset.version).toBe(1);
    expect((await rebuilt({ announce: true })).differences).toMatchObject({ changed: 2 });
    const told = await byRuleset('a');
    expect(told).toMatchObject([{ to: 'buyer', sequence: expect.any(Number) }, ...told.slice(1)]);
    expect((await rebuilt({ announce: true })).differences).toEqual({ changed: 0, announced: 0 });
    await project(NEXT, true);
    expect(await byRuleset('a')).toEqual(told);
    const all = await decisionsOf(log, 'a');
    expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i + 1));
  });

  test('that is killed while it announces goes on where it was', async () => {
    await rebuilt({ ruleset: NEXT });
    const sabotaged: EventLogWithHistory = {
      ...log,
      appendMany: async (requests) => {
        await log.appendMany(requests.slice(0, 1));
        throw new Error('killed');
      },
    };
    await expect(rebuilt({ announce: true, log: sabotaged })).rejects.toThrow('killed');
    const told = [...(await byRuleset('a')), ...(await byRuleset('b'))];
    expect(told).not.toEqual([]);
    expect((await rebuilt({ announce: true })).differences).toMatchObject({ changed: 1 });
    expect(await byRuleset('a')).not.toEqual([]);
    expect(await byRuleset('b')).not.toEqual([]);
    for (const customer of ['a', 'b']) {
      const all = await decisionsOf(log, customer);
      expect(all.map(({ sequence }) => sequence)).toEqual(all.map((_, i) => i + 1));
    }
  });

  test('says nothing of those about whom nothing was ever announced', async () => {
    await recordTouchpoints(log, [order('imported')]);
    await project(RETAIL, false);
    await rebuilt({ ruleset: NEXT });
    await rebuilt({ announce: true });
    expect(await decisionsOf(log, 'imported')).toEqual([]);
  });
});

describe('an import into a store that was served', () => {
  beforeEach(() => writeFileSync(files.access, ''));

  test('first decides what the engine had taken and not decided', async () => {
    await recordTouchpoints(log, [order('taken')]);
    await beginImport({ host, files, log }, { ruleset: retail.ruleset, now: Date.now() });
    expect(await decisionsOf(log, 'taken')).not.toEqual([]);
    endImport(files);
  });

  test('is silent about its own touchpoints, also when a kill leaves them to be folded by others', async () => {
    await beginImport({ host, files, log }, { ruleset: retail.ruleset, now: Date.now() });
    await recordTouchpoints(log, [order('imported')]);
    expect(hasUnfinishedImport(files)).toBe(true);
    // As if killed here; the same import may begin again, and an engine may start.
    await beginImport({ host, files, log }, { ruleset: retail.ruleset, now: Date.now() });
    await settleImport({ host, files, log }, { ruleset: retail.ruleset, now: Date.now() });
    expect(await decisionsOf(log, 'imported')).toEqual([]);
    expect(hasUnfinishedImport(files)).toBe(false);
    await project(RETAIL, true);
    expect(await decisionsOf(log, 'imported')).toEqual([]);
  });
});
