import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRuleset, DAY, evaluate, type Ruleset, rulesetHash, type Touchpoint } from '@rapport/domain';
import { histories, lawRuleset, START } from '@rapport/domain/testing';
import { customerStream, type EventLogLocation, openEventLog } from '@rapport/event-log';
import { beginReadModelBuild, openCrossSellStore, openReadModel, switchInReadModel } from '@rapport/read-model';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { projectCrossSell } from '../cross-sell';
import { decisionsOf, historyOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { Projector } from '../projector/projector';
import { compareRulesets } from './compare';
import { rebuild } from './rebuild';
import { replay } from './replay';
import { verify } from './verify';

const program = compileRuleset(lawRuleset);
const factors = Object.fromEntries(program.factors.map(({ id, ...parameters }) => [id, parameters]));
const rulesets = { [rulesetHash(lawRuleset)]: lawRuleset };
const CUSTOMERS = 60;
const END = START + 100 * DAY;

let folder: string;
let location: EventLogLocation;
let touchpoints: readonly Touchpoint[];
let readModelPath: string;

/** A store of sixty customers with a little of everything, projected live in three parts and a late touchpoint. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-engine-'));
  location = { kind: 'sqlite', path: join(folder, 'events.sqlite') };
  readModelPath = join(folder, 'relationships.sqlite');
  touchpoints = fc
    .sample(histories, { numRuns: CUSTOMERS, seed: 7 })
    .flatMap((history, i) => history.map((one) => ({ ...one, customer: `c${i}`, id: `c${i}-${one.id}`, version: 1 })));
  const log = await openEventLog({ kind: 'sqlite', path: location.path }, { mode: 'write', synchronous: 'off' });
  const readModel = await openReadModel({ kind: 'sqlite', path: readModelPath }, { mode: 'write', factors });
  const third = Math.ceil(touchpoints.length / 3);
  for (let i = 0; i < 3; i++) {
    const part = touchpoints.filter((_, k) => k % 3 === i);
    await recordTouchpoints(
      log,
      part.slice(0, third).map((one) => ({ ...one, version: 1 })),
    );
    const clock = { now: () => START + (i + 1) * 30 * DAY, until: async () => {} };
    await new Projector({ log, readModel, program, clock, pageSize: 50 }).catchUp();
  }
  await readModel.close();
  await log.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const expectedPopulation = (asOf: number, ruleset: Ruleset = lawRuleset): Record<string, number> => {
  const population = Object.fromEntries(ruleset.stages.map(({ id }) => [id, 0]));
  const compiled = compileRuleset(ruleset);
  for (let i = 0; i < CUSTOMERS; i++) {
    const { fold } = evaluate(
      compiled,
      touchpoints.filter(({ customer }) => customer === `c${i}`),
      { asOf },
    );
    if (fold.stageId !== null) population[fold.stageId]++;
  }
  return population;
};

describe('the whole log', () => {
  it.each([1, 2])('replayed by %i worker(s) gives the population that the pure function gives', async (workers) => {
    for (const asOf of [START - 1, START + 20 * DAY, END]) {
      const report = await replay({ log: location, ruleset: lawRuleset, asOf, workers });
      expect(report.population).toEqual(expectedPopulation(asOf));
      expect(report.touchpoints).toBe(touchpoints.length);
    }
  });

  it('compared under two rulesets names who would change, and why', async () => {
    const [attract, establish, ...rest] = lawRuleset.stages;
    const harder = { ...establish, enter: { metric: 'orders', atLeast: 3 } };
    const other: Ruleset = { ...lawRuleset, version: 2, stages: [attract, harder, ...rest] };
    const report = await compareRulesets({ log: location, ruleset: lawRuleset, other, asOf: END, workers: 2 });
    expect(report.population.before).toEqual(expectedPopulation(END));
    expect(report.population.after).toEqual(expectedPopulation(END, other));
    expect(report.changed).toBeGreaterThan(0);
    expect(report.customersListed).toHaveLength(Math.min(report.changed, 100));
    expect(report.transitions.reduce((sum, { customers }) => sum + customers, 0)).toBe(report.changed);
    const same = await compareRulesets({ log: location, ruleset: lawRuleset, other: lawRuleset, asOf: END });
    expect(same).toMatchObject({ changed: 0, transitions: [], customersListed: [] });
    for (const listed of [0, 1, 3]) {
      const few = await compareRulesets({ log: location, ruleset: lawRuleset, other, asOf: END, workers: 2, listed });
      expect(few.customersListed).toEqual(report.customersListed.slice(0, listed));
    }
  });

  it.each([1, 2])('verified by %i worker(s) finds every relationship and decision as recorded', async (workers) => {
    const readModel = await openReadModel({ kind: 'sqlite', path: readModelPath }, { mode: 'read', factors });
    const report = await verify({ log: location, readModel, rulesets, workers });
    expect(report.problems).toEqual([]);
    expect(report.decisions).toBeGreaterThan(CUSTOMERS);
    expect(report.touchpoints).toBe(touchpoints.length);
    await readModel.close();
  });

  it.each([1, 2])('rebuilt by %i worker(s) answers as the projected read model does', async (workers) => {
    const built = join(folder, `built-${workers}.sqlite`);
    const live = join(folder, `live-${workers}.sqlite`);
    const into = await beginReadModelBuild({ kind: 'sqlite', path: built }, factors);
    const report = await rebuild({ log: location, into, ruleset: lawRuleset, now: START + 90 * DAY, workers });
    await into.finish();
    await into.close();
    switchInReadModel({ kind: 'sqlite', path: built }, { kind: 'sqlite', path: live });
    expect(report.parked).toBe(0);
    const [projected, rebuilt] = await Promise.all(
      [readModelPath, live].map((path) => openReadModel({ kind: 'sqlite', path }, { mode: 'read', factors })),
    );
    for (let i = 0; i < CUSTOMERS; i++) {
      const customer = `c${i}`;
      expect(await rebuilt.load([customer])).toEqual(await projected.load([customer]));
      expect(await rebuilt.history(customer)).toEqual(await projected.history(customer));
      expect(await rebuilt.cases({ customer })).toEqual(await projected.cases({ customer }));
      expect(await rebuilt.promisesDue({ customer })).toEqual(await projected.promisesDue({ customer }));
    }
    expect((await verify({ log: location, readModel: rebuilt, rulesets })).problems).toEqual([]);
    await projected.close();
    await rebuilt.close();
  });

  it('gives up as soon as it is told to', async () => {
    const stop = new AbortController();
    const replaying = replay({ log: location, ruleset: lawRuleset, asOf: END, workers: 2, signal: stop.signal });
    stop.abort();
    await expect(replaying).rejects.toThrow('interrupted');
  });

  it('fills the cross-sell store, and adds nothing the second time', async () => {
    const log = await openEventLog({ kind: 'sqlite', path: location.path }, { mode: 'read' });
    const store = await openCrossSellStore(
      { kind: 'sqlite', path: join(folder, 'cross-sell.sqlite') },
      { mode: 'write' },
    );
    expect((await projectCrossSell({ log, store })).facts).toBeGreaterThan(0);
    const { customers } = await store.size();
    const buyers = new Set(
      touchpoints.flatMap(({ type, customer, data }) =>
        type === 'order.completed' && (data.items as readonly unknown[]).length > 0 ? [customer] : [],
      ),
    );
    expect(customers).toBe(buyers.size);
    expect(await projectCrossSell({ log, store })).toMatchObject({ orders: 0, facts: 0 });
    await store.close();
    await log.close();
  });

  it('tells what a customer did and what was decided about her', async () => {
    const log = await openEventLog({ kind: 'sqlite', path: location.path }, { mode: 'read' });
    const history = await historyOf(log, 'c1');
    expect(history.map(({ id }) => id).sort()).toEqual(
      touchpoints
        .filter(({ customer }) => customer === 'c1')
        .map(({ id }) => id)
        .sort(),
    );
    for (const { ruleset } of await decisionsOf(log, 'c1')) expect(ruleset).toMatchObject({ name: 'laws', version: 1 });
    expect(await historyOf(log, 'nobody')).toEqual([]);
    await log.close();
  });
});

describe('a read model that was dropped', () => {
  it('is not continued over the decisions in the log, but asks to be rebuilt', async () => {
    const log = await openEventLog({ kind: 'sqlite', path: location.path }, { mode: 'write' });
    const readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });
    await expect(new Projector({ log, readModel, program }).catchUp()).rejects.toThrow('rebuild it from the log');
    await readModel.close();
    await log.close();
  });
});

describe('verification', () => {
  const tampered = async (sql: string): Promise<readonly string[]> => {
    const copy = join(folder, `tampered-${Math.abs(sql.length)}.sqlite`);
    const into = await beginReadModelBuild({ kind: 'sqlite', path: copy }, factors);
    await rebuild({ log: location, into, ruleset: lawRuleset, now: END });
    await into.finish();
    await into.close();
    const db = new Database(copy);
    expect(db.prepare(sql).run().changes).toBeGreaterThan(0);
    db.close();
    const readModel = await openReadModel({ kind: 'sqlite', path: copy }, { mode: 'read', factors });
    const { problems } = await verify({ log: location, readModel, rulesets });
    await readModel.close();
    return problems.map(({ what }) => what);
  };

  it.each([
    ['a stage', "UPDATE customers SET stage = 'nowhere' WHERE customer = 'c3'", 'the stored relationship differ'],
    [
      'a date in the history',
      'UPDATE stage_intervals SET entered_at = entered_at + 1 WHERE key = 2',
      'the stored intervals differ',
    ],
    [
      'a case',
      'UPDATE cases SET body = replace(body, \'"compensated":\', \'"compensated":1\')',
      'the stored cases differ',
    ],
    ['a customer taken away', "DELETE FROM customers WHERE customer = 'c3'", 'is in the log but not in the read model'],
  ])('finds %s that was altered', async (_, sql, what) => {
    expect(await tampered(sql)).toEqual(expect.arrayContaining([expect.stringContaining(what)]));
  });

  it('finds nothing wrong with cases that were opened at one instant', async () => {
    const path = join(folder, 'one-instant.sqlite');
    const log = await openEventLog({ kind: 'sqlite', path }, { mode: 'write', synchronous: 'off' });
    const readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });
    const opened = (source: string, caseId: string) => ({
      source,
      id: '1',
      type: 'complaint.opened',
      version: 1,
      occurredAt: START,
      data: { caseId, severity: 'low' },
    });
    await log.append(customerStream('c'), 'any', [opened('crm', 'b'), opened('shop', 'a')]);
    await new Projector({ log, readModel, program, clock: { now: () => START, until: async () => {} } }).catchUp();
    expect((await readModel.cases({})).map(({ caseId }) => caseId)).toEqual(['a', 'b']);
    expect((await verify({ log: { kind: 'sqlite', path }, readModel, rulesets })).problems).toEqual([]);
    await readModel.close();
    await log.close();
  });

  it('finds a decision that the log does not bear out', async () => {
    const path = join(folder, 'forged.sqlite');
    const log = await openEventLog({ kind: 'sqlite', path }, { mode: 'write', synchronous: 'off' });
    const readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });
    const event = { source: 'shop', id: '1', type: 'order.completed', version: 1, occurredAt: START, data: {} };
    await log.append(customerStream('c'), 'any', [event]);
    await new Projector({ log, readModel, program, clock: { now: () => START, until: async () => {} } }).catchUp();
    const [{ position: _, id, ...decision }] = await decisionsOf(log, 'c');
    const forged = {
      ...decision,
      sequence: 2,
      to: 'loyal',
      kind: undefined,
      customer: undefined,
      effectiveAt: undefined,
      recordedAt: undefined,
    };
    await log.append('relationship-c', 'any', [
      {
        source: 'rapport',
        id: `${id}x`,
        type: 'relationship.stageChanged',
        occurredAt: START,
        data: JSON.parse(JSON.stringify({ ...forged, asOf: new Date(START).toISOString() })),
      },
    ]);
    const { problems } = await verify({ log: { kind: 'sqlite', path }, readModel, rulesets });
    expect(problems.map(({ what }) => what)).toEqual([expect.stringContaining('decision 2')]);
    await readModel.close();
    await log.close();
  });
});
