import { compileRuleset, DAY, rulesetHash, type Touchpoint } from '@rapport/domain';
import { histories, lawRuleset, START } from '@rapport/domain/testing';
import { customerStream, type EventLogWithHistory, memoryEventLog } from '@rapport/event-log';
import { openReadModel, type ReadModel } from '@rapport/read-model';
import { eventually } from '@rapport/runtime/testing';
import fc from 'fast-check';
import { decisionsOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { testClock } from '../testing/test-clock';
import { Projector, type ProjectorOptions } from './projector';

const program = compileRuleset(lawRuleset);
const factors = Object.fromEntries(program.factors.map(({ id, ...parameters }) => [id, parameters]));
const newReadModel = () => openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });

const of = (customer: string, touchpoints: readonly Touchpoint[]): readonly Touchpoint[] =>
  touchpoints.map((touchpoint) => ({ ...touchpoint, customer, id: `${customer}-${touchpoint.id}`, version: 1 }));

const record = async (log: EventLogWithHistory, touchpoints: readonly Touchpoint[]): Promise<void> => {
  if (touchpoints.length === 0) return;
  for (const outcome of await recordTouchpoints(
    log,
    touchpoints.map((one) => ({ version: 1, ...one })),
  ))
    expect(outcome.kind).toBe('recorded');
};

const END = START + 100 * DAY;

const shuffledBy = <T>(items: readonly T[], keys: readonly number[]): readonly T[] =>
  items
    .map((item, i) => ({ item, key: keys[i % keys.length] * ((i % 7) + 1) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

const everything = async (readModel: ReadModel, customer: string) => {
  const [relationship] = await readModel.load([customer]);
  return {
    relationship: relationship && { ...relationship, decided: undefined },
    history: await readModel.history(customer),
    cases: await readModel.cases({ customer }),
    promises: await readModel.promisesDue({ customer }),
  };
};

const two = fc.tuple(histories, histories).map(([a, b]) => [...of('anna', a), ...of('bao', b)]);

describe('the projector', () => {
  it('ends with the same read model whatever the order of arrival and the size of pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        two,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async (touchpoints, keys, pageSize) => {
          const options = (log: EventLogWithHistory, readModel: ReadModel): ProjectorOptions => ({
            log,
            readModel,
            program,
            clock: testClock(END),
            pageSize,
          });
          const [inOrder, shuffled] = [memoryEventLog(), memoryEventLog()];
          const [first, second] = [await newReadModel(), await newReadModel()];
          await record(inOrder, touchpoints);
          await new Projector({ ...options(inOrder, first), pageSize: 1000 }).catchUp();
          for (const one of shuffledBy(touchpoints, keys)) await record(shuffled, [one]);
          await new Projector(options(shuffled, second)).catchUp();
          for (const customer of ['anna', 'bao'])
            expect(await everything(second, customer)).toEqual(await everything(first, customer));
          await first.close();
          await second.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('records each decision once and only once, whenever it is killed between recording and saving', async () => {
    await fc.assert(
      fc.asyncProperty(
        two,
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 60, maxLength: 60 }),
        async (touchpoints, keys, fates) => {
          const log = memoryEventLog();
          const readModel = await newReadModel();
          let step = 0;
          const dying: ReadModel = {
            ...readModel,
            save: async (changes, checkpoint, recorded) => {
              const dies = fates[step++ % fates.length] === 0 && step < 200;
              if (!dies) return readModel.save(changes, checkpoint, recorded);
              await recorded;
              throw new Error('killed');
            },
          };
          const clock = testClock(START - DAY);
          const arriving = shuffledBy(touchpoints, keys);
          let projector = new Projector({ log, readModel: dying, program, clock, pageSize: 3 });
          const survive = async () => {
            for (;;) {
              try {
                await projector.catchUp();
                return;
              } catch (error) {
                expect((error as Error).message).toBe('killed');
                // What a killed process knew is gone with it.
                projector = new Projector({ log, readModel: dying, program, clock, pageSize: 1 + (step % 4) });
              }
            }
          };
          for (let i = 0; i < arriving.length; i += 4) {
            await record(log, arriving.slice(i, i + 4));
            clock.set(START + (i / arriving.length) * 60 * DAY);
            await survive();
          }
          clock.set(END);
          await survive();

          for (const customer of ['anna', 'bao']) {
            const decisions = await decisionsOf(log, customer);
            expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, i) => i + 1));
            let stage: string | null = null;
            for (const decision of decisions)
              if (decision.kind === 'stageChanged') {
                expect(decision.from).toBe(stage);
                stage = decision.to;
              }
            const [relationship] = await readModel.load([customer]);
            expect(stage).toBe(relationship?.stage ?? null);
            expect(relationship?.decided.sequence ?? 0).toBe(decisions.length);
            const raised = new Set<string>();
            for (const decision of decisions) {
              if (decision.kind === 'signalRaised') expect(raised.size).toBeLessThan(raised.add(decision.signal).size);
              if (decision.kind === 'signalCleared') expect(raised.delete(decision.signal)).toBe(true);
            }
            expect([...raised].sort()).toEqual(Object.keys(relationship?.signals ?? {}).sort());
          }
          await readModel.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  const order = (id: string, day: number, type = 'order.completed', data: Touchpoint['data'] = {}): Touchpoint => ({
    id,
    source: 'shop',
    type,
    version: 1,
    customer: 'c',
    occurredAt: START + day * DAY,
    recordedAt: START + day * DAY,
    data,
  });

  it('dates a change by time at the instant it became true, however late it runs', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    await record(log, [order('1', 0, 'message.received')]);
    await new Projector({ log, readModel, program, clock: testClock(START + 30 * DAY) }).catchUp();
    const decisions = await decisionsOf(log, 'c');
    const waiting = decisions.filter((one) => one.kind === 'signalCleared' && one.signal === 'waiting');
    expect(waiting).toMatchObject([{ cause: 'time', effectiveAt: START + 4 * 3_600_000 + 1 }]);
    await readModel.close();
  });

  it('folds from the log whoever has no state to go on from, as a file of an earlier version, and decides the same', async () => {
    const log = [memoryEventLog(), memoryEventLog()];
    const readModel = [await newReadModel(), await newReadModel()];
    const stateless: ReadModel = {
      ...readModel[1],
      load: async (customers) =>
        (await readModel[1].load(customers)).map((one) => one && { ...one, state: new Uint8Array() }),
    };
    const days = [
      [order('1', 0, 'message.received')],
      [order('2', 2), order('3', 2, 'complaint.opened', { caseId: 'a', severity: 'high' })],
      [],
      [order('4', 3)],
    ];
    for (const [day, touchpoints] of days.entries()) {
      const clock = testClock(START + (day + 1) * DAY);
      for (const i of [0, 1]) {
        await record(log[i], touchpoints);
        await new Projector({ log: log[i], readModel: [readModel[0], stateless][i], program, clock }).catchUp();
      }
    }
    const decided = async (one: EventLogWithHistory) =>
      (await decisionsOf(one, 'c')).map(({ kind, cause, effectiveAt, sequence }) => [
        kind,
        cause,
        effectiveAt,
        sequence,
      ]);
    expect((await decided(log[0])).length).toBeGreaterThan(3);
    expect(await decided(log[1])).toEqual(await decided(log[0]));
    expect(await everything(readModel[1], 'c')).toEqual(await everything(readModel[0], 'c'));
    for (const one of readModel) await one.close();
  });

  it('says of a late touchpoint that changed the stage that it was late, and when the change became true', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    const clock = testClock(START + 6 * DAY);
    const projector = new Projector({ log, readModel, program, clock });
    await record(log, [order('1', 0, 'email.sent'), order('3', 5, 'email.sent')]);
    await projector.catchUp();
    await record(log, [order('2', 2)]);
    await projector.catchUp();
    const changes = (await decisionsOf(log, 'c')).filter(({ kind }) => kind === 'stageChanged');
    expect(changes).toMatchObject([
      { from: null, to: 'attract', cause: 'touchpoint' },
      {
        from: 'attract',
        to: 'establish',
        cause: 'late',
        touchpoint: { source: 'shop', id: '2' },
        effectiveAt: START + 2 * DAY,
      },
    ]);
    await readModel.close();
  });

  it('takes a touchpoint of the same instant as the one before for no late one', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    const projector = new Projector({ log, readModel, program, clock: testClock(START + 6 * DAY) });
    await record(log, [order('2', 5, 'email.sent')]);
    await projector.catchUp();
    await record(log, [order('1', 5)]);
    await projector.catchUp();
    const changes = (await decisionsOf(log, 'c')).filter(({ kind }) => kind === 'stageChanged');
    expect(changes).toMatchObject([
      { to: 'attract', cause: 'touchpoint', touchpoint: { id: '2' } },
      { from: 'attract', to: 'establish', cause: 'touchpoint' },
    ]);
    expect(projector.report.late).toBe(0);
    await readModel.close();
  });

  it('records nothing for an import, and goes on from what the import left', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    const clock = testClock(START + DAY);
    await record(log, [order('1', 0)]);
    await new Projector({ log, readModel, program, clock, announce: false }).catchUp();
    expect(await decisionsOf(log, 'c')).toEqual([]);
    await record(log, [order('2', 1.5, 'complaint.opened', { caseId: 'a', severity: 'high' })]);
    await new Projector({ log, readModel, program, clock: testClock(START + 2 * DAY) }).catchUp();
    expect((await decisionsOf(log, 'c')).map(({ kind, sequence }) => [kind, sequence])).toEqual([['signalRaised', 1]]);
    await readModel.close();
  });

  it('parks the customer of a touchpoint it cannot fold, goes on with all others, and folds her when it can', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    const projector = new Projector({ log, readModel, program, clock: testClock(START + DAY) });
    const strange = { ...order('1', 0, 'survey.answered'), version: 99 };
    await log.append(customerStream('c'), 'any', [strange]);
    await record(log, [{ ...order('2', 0), customer: 'other' }]);
    expect(await projector.catchUp()).toMatchObject({ parked: 1 });
    expect(await readModel.parked()).toMatchObject([
      { customer: 'c', touchpoint: { source: 'shop', id: '1' }, reason: expect.stringContaining('schema version 99') },
    ]);
    expect(await readModel.load(['other'])).toMatchObject([{ stage: 'establish' }]);
    expect(await projector.retryParked()).toEqual([]);
    await readModel.close();
  });

  it('runs: takes touchpoints as they are recorded and reviews what falls due', async () => {
    const log = memoryEventLog();
    const readModel = await newReadModel();
    const clock = testClock(START + DAY);
    const projector = new Projector({ log, readModel, program, clock });
    const stop = new AbortController();
    const running = projector.run(stop.signal);
    await record(log, [order('1', 1, 'message.received')]);
    await projector.whenCaughtUp((await log.head())!);
    expect((await readModel.load(['c']))[0]?.signals).toHaveProperty('waiting');
    const due = (await readModel.nextReviewAt())!;
    clock.set(due);
    await eventually(async () => ((await readModel.nextReviewAt()) ?? Number.POSITIVE_INFINITY) > due);
    expect((await readModel.load(['c']))[0]?.signals).not.toHaveProperty('waiting');
    stop.abort();
    await running;
    expect((await readModel.checkpoint())?.ruleset).toBe(rulesetHash(lawRuleset));
    await readModel.close();
  });
});
