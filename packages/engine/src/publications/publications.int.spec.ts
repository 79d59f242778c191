import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RETAIL, type Ruleset, rulesetHash } from '@rapport/domain';
import {
  type CompleteEventLog,
  customerStream,
  memoryEventLog,
  openEventLog,
  relationshipStream,
} from '@rapport/event-log';
import fc from 'fast-check';
import { createChangeFeed } from '../announcement/change-feed';
import { rulesetDocuments, usedRuleset } from '../documents/ruleset-document';
import { type Publication, published, rulesetOf } from './publication';
import { recordPublications } from './record-publications';
import { createRulesetHistory, rulesetKnownAt } from './ruleset-history';

const version = (n: number): Ruleset => ({ ...RETAIL, version: n });
const publication = (number: number, at: number, over: Partial<Publication> = {}): Publication => ({
  number,
  ...published(version(number)),
  at,
  by: { kind: 'user', name: 'ann' },
  with: 'ruleset publish',
  announced: false,
  ...over,
});

let folder: string;
let logs = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-publications-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each<[string, () => Promise<CompleteEventLog>]>([
  ['memory', async () => memoryEventLog()],
  [
    'sqlite',
    () =>
      openEventLog({ kind: 'sqlite', path: join(folder, `${++logs}.sqlite`) }, { mode: 'write', synchronous: 'off' }),
  ],
])('publications in a log (%s)', (_, open) => {
  let log: CompleteEventLog;
  beforeEach(async () => {
    log = await open();
  });
  afterEach(() => log.close());
  const numbers = async () => (await createRulesetHistory(log).publications()).map(({ number }) => number);

  test('say what they were given, with the ruleset as its author wrote it', async () => {
    await recordPublications(log, [publication(1, 10, { announced: true })]);
    const [one] = await createRulesetHistory(log).publications();
    expect(one).toMatchObject(publication(1, 10, { announced: true }));
    expect(JSON.stringify(rulesetOf(one))).toBe(JSON.stringify(version(1)));
    expect(one).not.toHaveProperty('before');
  });

  test('written twice are written once', async () => {
    await recordPublications(log, [publication(1, 10)]);
    await recordPublications(log, [publication(1, 10)]);
    await recordPublications(log, [publication(2, 20)]);
    await recordPublications(log, [publication(2, 20)]);
    expect(await numbers()).toEqual([1, 2]);
    expect((await log.count()).byCategory).toEqual({ rulesets: { events: 2, streams: 1 } });
  });

  test('do not take the place of others that came meanwhile', async () => {
    await recordPublications(log, [publication(1, 10)]);
    const other = published(version(7));
    await expect(recordPublications(log, [{ ...publication(1, 10), ...other }])).rejects.toThrow(/came into force/);
    await expect(recordPublications(log, [publication(3, 30)])).rejects.toThrow(/came into force/);
    expect(await numbers()).toEqual([1]);
  });

  test('are read once by who keeps the history, and asked about in any number at a time', async () => {
    const history = createRulesetHistory(log);
    expect(await history.publications()).toEqual([]);
    await recordPublications(log, [publication(1, 10), publication(2, 20)]);
    const all = await Promise.all([history.publications(), history.publications(), history.at(15)]);
    expect(all.slice(0, 2)).toEqual([await createRulesetHistory(log).publications(), all[0]]);
    await recordPublications(log, [publication(3, 30)]);
    expect((await history.publications()).map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  test('nobody who follows customers or changes sees them', async () => {
    await recordPublications(log, [publication(1, 10)]);
    const feed = createChangeFeed(log);
    expect((await feed.read({ limit: 10 })).changes).toEqual([]);
    await feed.close();
    for (const category of ['customer', 'staff', 'relationship'])
      for await (const page of log.readAll({ category })) expect(page).toEqual([]);
    expect((await log.verifyIntegrity()).problems).toEqual([]);
  });

  test('without them, decisions tell which rules were in force, also those that came back', async () => {
    const names = [1, 1, 2, 2, 1].map((n) => ({ name: 'retail', version: n, hash: rulesetHash(version(n)) }));
    for (const [i, ruleset] of names.entries())
      await log.append(relationshipStream(`c-${i}`), 'any', [
        {
          source: 'rapport',
          id: `d-${i}`,
          type: 'relationship.stageChanged',
          occurredAt: 1,
          recordedAt: 100 * (i + 1),
          data: { ruleset, sequence: 1 },
        },
      ]);
    const at = async (instant: number) => {
      const chosen = await rulesetKnownAt(log, instant);
      return chosen && [chosen.chosen, chosen.publication.ruleset.version, chosen.publication.at];
    };
    expect(await at(50)).toEqual(['earliest', 1, 100]);
    expect(await at(299)).toEqual(['known-at', 1, 100]);
    expect(await at(300)).toEqual(['known-at', 2, 300]);
    expect(await at(9_000)).toEqual(['known-at', 1, 500]);
    expect(await createRulesetHistory(log).at(undefined)).toBeUndefined();
  });

  test('an empty log knows no rules', async () => {
    expect(await rulesetKnownAt(log, 5)).toBeUndefined();
    await log.append(customerStream('c'), 'any', [{ source: 's', id: '1', type: 't', occurredAt: 1, data: {} }]);
    expect(await rulesetKnownAt(log, 5)).toBeUndefined();
  });

  test('the rules known at an instant are the last that had come into force by then, else the first of all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }), fc.nat(25), async (instants, knownAt) => {
        const inOrder = [...instants].sort((a, b) => a - b);
        const one = await open();
        await recordPublications(
          one,
          inOrder.map((at, i) => publication(i + 1, at)),
        );
        const chosen = await rulesetKnownAt(one, knownAt);
        const by = inOrder.filter((at) => at <= knownAt).length;
        expect(chosen?.publication.number).toBe(Math.max(1, by));
        expect(chosen?.chosen).toBe(by === 0 ? 'earliest' : 'known-at');
        expect((await createRulesetHistory(one).at(undefined))?.publication.number).toBe(inOrder.length);
        await one.close();
      }),
      { numRuns: 30 },
    );
  });
});

test('a large ruleset is published whole', async () => {
  const log = memoryEventLog();
  const evidence = Array.from({ length: 20_000 }, (_, i) => ({ id: `rule-${i}`, on: 'order.*', gives: { trust: 1 } }));
  const large: Ruleset = { ...RETAIL, evidence };
  await recordPublications(log, [{ number: 1, ...published(large), at: 1 }]);
  const [one] = await createRulesetHistory(log).publications();
  expect(rulesetHash(rulesetOf(one)!)).toBe(one.ruleset.hash);
});

test('a ruleset that came into force again is listed once, in the place of its last time', async () => {
  const log = memoryEventLog();
  const again = { ...publication(3, 30), ...published(version(1)) };
  await recordPublications(log, [publication(1, 10), publication(2, 20), again]);
  const listed = rulesetDocuments(await createRulesetHistory(log).publications());
  expect(listed.map((one) => [one.version, one.publications.map(({ since }) => since)])).toEqual([
    [1, ['1970-01-01T00:00:00.010Z', '1970-01-01T00:00:00.030Z']],
    [2, ['1970-01-01T00:00:00.020Z']],
  ]);
  expect(usedRuleset((await rulesetKnownAt(log, 25))!)).toMatchObject({ version: 2, chosen: 'known-at' });
});
