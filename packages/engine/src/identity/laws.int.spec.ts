import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compileRuleset,
  DAY,
  evaluate,
  type Identities,
  type IdentityLink,
  identitiesOf,
  identityLinkOf,
  isIdentityType,
  rulesetHash,
  type Touchpoint,
} from '@rapport/domain';
import { histories, lawRuleset, START } from '@rapport/domain/testing';
import { type EventLog, memoryEventLog, openEventLog } from '@rapport/event-log';
import { type CrossSellStore, openCrossSellStore, openReadModel, type ReadModel } from '@rapport/read-model';
import fc from 'fast-check';
import { projectCrossSell } from '../cross-sell';
import { decisionsOf } from '../history-of';
import { recordTouchpoints } from '../intake';
import { Projector } from '../projector/projector';
import { testClock } from '../testing/test-clock';
import { rebuild } from '../whole-log/rebuild';
import { replay } from '../whole-log/replay';
import { verify } from '../whole-log/verify';
import { unitedHistory } from './united-history';

const program = compileRuleset(lawRuleset);
const rulesets = { [rulesetHash(lawRuleset)]: lawRuleset };
const factors = Object.fromEntries(program.factors.map(({ id, ...parameters }) => [id, parameters]));
const newReadModel = () => openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors });

const CUSTOMERS = ['anna', 'bao', 'chi', 'dung'];
const END = START + 100 * DAY;
const customer = fc.constantFrom(...CUSTOMERS);

const link = (id: string, who: string, into: string | undefined, occurredAt: number): Touchpoint => ({
  source: 'crm',
  id,
  type: into === undefined ? 'customer.unmerged' : 'customer.merged',
  version: 1,
  customer: who,
  occurredAt,
  recordedAt: occurredAt,
  data: into === undefined ? {} : { into },
});

const links = fc
  .array(
    fc.record({
      customer,
      into: fc.option(customer, { nil: undefined, freq: 3 }),
      day: fc.integer({ min: 0, max: 62 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((items) => items.map(({ customer: who, into, day }, i) => link(`link-${i}`, who, into, START + day * DAY)));

const touchpointsOfAll = fc
  .array(histories, { minLength: CUSTOMERS.length, maxLength: CUSTOMERS.length })
  .map((all) =>
    all.flatMap((history, i) =>
      history
        .slice(0, 15)
        .map((one) => ({ ...one, customer: CUSTOMERS[i], id: `${CUSTOMERS[i]}-${one.id}`, version: 1 })),
    ),
  );

/** Everything in some order of arrival, with who knows how much delay. */
const arrivals = fc
  .tuple(touchpointsOfAll, links, fc.array(fc.nat(), { minLength: 7, maxLength: 7 }))
  .map(([touchpoints, merges, keys]) =>
    [...touchpoints, ...merges]
      .map((item, i) => ({ item, key: keys[i % keys.length] * ((i % 11) + 1) }))
      .sort((a, b) => a.key - b.key)
      .map(({ item }) => item),
  );

const linksIn = (touchpoints: readonly Touchpoint[]): readonly IdentityLink[] =>
  touchpoints.flatMap((one) => identityLinkOf(one) ?? []);

const record = async (log: EventLog, touchpoints: readonly Touchpoint[]): Promise<void> => {
  await recordTouchpoints(
    log,
    touchpoints.map((one) => ({ version: 1, ...one })),
  );
};

/** All that a read model has of a customer, but for what was decided. */
const everything = async (readModel: ReadModel, who: string) => {
  const [relationship] = await readModel.load([who]);
  return {
    relationship: relationship && { ...relationship, decided: undefined },
    history: await readModel.history(who),
    cases: await readModel.cases({ customer: who }),
    promises: await readModel.promisesDue({ customer: who }),
  };
};

const union = (touchpoints: readonly Touchpoint[], members: readonly string[]): readonly Touchpoint[] =>
  touchpoints.filter((one) => members.includes(one.customer) && !isIdentityType(one.type));

/** What it should come to: the touchpoints of all members, on the stream of one customer, folded at once. */
const expectUnited = async (
  readModel: ReadModel,
  touchpoints: readonly Touchpoint[],
  identities: Identities = identitiesOf(linksIn(touchpoints)),
): Promise<void> => {
  const log = memoryEventLog();
  const expected = await newReadModel();
  for (const who of CUSTOMERS)
    await record(
      log,
      union(touchpoints, identities.membersOf(who)).map((one) => ({ ...one, customer: who })),
    );
  await new Projector({ log, readModel: expected, program, clock: testClock(END) }).catchUp();
  for (const who of CUSTOMERS) {
    expect(await everything(readModel, who)).toEqual(await everything(expected, who));
    const { fold } = evaluate(program, union(touchpoints, identities.membersOf(who)), { asOf: END });
    expect((await readModel.load([who]))[0]?.stage ?? null).toBe(fold.stageId);
  }
  await expected.close();
};

/** Decisions about a customer follow each other without a gap, a repetition or a contradiction. */
const expectSound = async (log: EventLog, readModel: ReadModel): Promise<void> => {
  for (const who of CUSTOMERS) {
    const decisions = await decisionsOf(log, who);
    expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, i) => i + 1));
    let stage: string | null = null;
    const raised = new Set<string>();
    for (const decision of decisions)
      if (decision.kind === 'stageChanged') {
        expect(decision.from).toBe(stage);
        expect(decision.to).not.toBe(stage);
        stage = decision.to;
      } else if (decision.kind === 'signalRaised') expect(raised.size).toBeLessThan(raised.add(decision.signal).size);
      else expect(raised.delete(decision.signal)).toBe(true);
    const [relationship] = await readModel.load([who]);
    if (relationship === undefined) continue;
    expect(relationship.stage).toBe(stage);
    expect(Object.keys(relationship.signals).sort()).toEqual([...raised].sort());
    expect(relationship.decided.sequence).toBe(decisions.length);
  }
};

/** Arrives in chunks, each recorded when the clock says; calls back after each. */
const arrive = async (
  log: EventLog,
  arriving: readonly Touchpoint[],
  clock: ReturnType<typeof testClock>,
  project: () => Promise<unknown>,
): Promise<void> => {
  for (let i = 0; i < arriving.length; i += 5) {
    const now = START + (i / arriving.length) * 60 * DAY;
    clock.set(Math.floor(now));
    await record(
      log,
      arriving.slice(i, i + 5).map((one) => ({ ...one, recordedAt: clock.now() })),
    );
    await project();
  }
  clock.set(END);
  await project();
};

describe('merged customers', () => {
  it('have one relationship, the fold of all their touchpoints, whatever the order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 9 }), async (arriving, pageSize) => {
        const log = memoryEventLog();
        const readModel = await newReadModel();
        const clock = testClock(START);
        const projector = new Projector({ log, readModel, program, clock, pageSize });
        await arrive(log, arriving, clock, () => projector.catchUp());
        await expectUnited(readModel, arriving);
        await expectSound(log, readModel);
        await readModel.close();
      }),
      { numRuns: 60 },
    );
  });

  it('lose no decision and have none twice, whenever the projector is killed between recording and saving', async () => {
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 60, maxLength: 60 }),
        fc.boolean(),
        async (arriving, fates, sameProcess) => {
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
          const clock = testClock(START);
          const begin = () => new Projector({ log, readModel: dying, program, clock, pageSize: 1 + (step % 7) });
          let projector = begin();
          await arrive(log, arriving, clock, async () => {
            for (;;) {
              try {
                return await projector.catchUp();
              } catch (error) {
                expect((error as Error).message).toBe('killed');
                if (!sameProcess) projector = begin();
              }
            }
          });
          await expectUnited(readModel, arriving);
          await expectSound(log, readModel);
          await readModel.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are what they were before when they part again, and nothing is said twice', async () => {
    await fc.assert(
      fc.asyncProperty(touchpointsOfAll, customer, customer, fc.boolean(), async (touchpoints, a, b, announce) => {
        fc.pre(a !== b);
        const log = memoryEventLog();
        const readModel = await newReadModel();
        const clock = testClock(END);
        await record(log, touchpoints);
        await new Projector({ log, readModel, program, clock, announce }).catchUp();
        const snapshot = async () => ({
          models: await Promise.all(CUSTOMERS.map((who) => everything(readModel, who))),
          decisions: await Promise.all(
            CUSTOMERS.map(async (who) => (who === b ? [] : (await decisionsOf(log, who)).map(({ id }) => id))),
          ),
        });
        const stands = async () => {
          const [relationship] = await readModel.load([b]);
          return [relationship?.stage, Object.keys(relationship?.signals ?? {}).sort()];
        };
        const before = await snapshot();
        const stood = await stands();
        const projector = new Projector({ log, readModel, program, clock });
        const decided = (await decisionsOf(log, b)).length;
        await record(log, [{ ...link('1', a, b, END), recordedAt: END }]);
        await projector.catchUp();
        expect(await readModel.load([a])).toEqual([undefined]);
        const changes = (await decisionsOf(log, b)).slice(decided);
        expect(new Set(changes.map(({ cause }) => cause)).size).toBeLessThanOrEqual(1);
        for (const { cause, touchpoint } of changes) {
          expect(cause).toBe('merge');
          expect(touchpoint).toEqual({ source: 'crm', id: '1' });
        }
        if (JSON.stringify(await stands()) === JSON.stringify(stood)) expect(changes).toEqual([]);
        await record(log, [{ ...link('2', a, undefined, END), recordedAt: END }]);
        await projector.catchUp();
        expect(await snapshot()).toEqual(before);
        if (announce) await expectSound(log, readModel);
        await readModel.close();
      }),
      { numRuns: 80 },
    );
  });

  it('are found by replay, rebuild and verification as the projector left them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-identity-'));
    let runs = 0;
    try {
      await fc.assert(
        fc.asyncProperty(arrivals, async (arriving) => {
          const location = { kind: 'sqlite', path: join(folder, `${runs++}.sqlite`) } as const;
          const log = await openEventLog(
            { kind: 'sqlite', path: location.path },
            { mode: 'write', synchronous: 'off' },
          );
          const readModel = await newReadModel();
          const clock = testClock(START);
          const projector = new Projector({ log, readModel, program, clock, pageSize: 7 });
          await arrive(log, arriving, clock, () => projector.catchUp());
          expect((await verify({ log: location, readModel, rulesets })).problems).toEqual([]);

          const into = await newReadModel();
          const report = await rebuild({ log: location, into, ruleset: lawRuleset, now: END });
          expect(report.parked).toBe(0);
          for (const who of CUSTOMERS) {
            expect(await everything(into, who)).toEqual(await everything(readModel, who));
            const [[rebuilt], [live]] = [await into.load([who]), await readModel.load([who])];
            expect(rebuilt?.decided.sequence).toBe(live?.decided.sequence);
          }
          expect((await verify({ log: location, readModel: into, rulesets })).problems).toEqual([]);

          for (const asOf of [START + 20 * DAY, START + 45 * DAY, END]) {
            const identities = identitiesOf(linksIn(arriving), { asOf });
            const expected = Object.fromEntries(lawRuleset.stages.map(({ id }) => [id, 0]));
            for (const who of CUSTOMERS) {
              const { fold } = evaluate(program, union(arriving, identities.membersOf(who)), { asOf });
              if (fold.stageId !== null) expected[fold.stageId]++;
            }
            const { population } = await replay({ log: location, ruleset: lawRuleset, asOf });
            expect(population).toEqual(expected);
          }
          await into.close();
          await readModel.close();
          await log.close();
        }),
        { numRuns: 25 },
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const answers = async (store: CrossSellStore) => {
    const crossSell = await store.load();
    const { facts, customers } = await store.size();
    const neighbours = ['p', 'q', 'r', 's', 't'].map((product) => crossSell.neighbours(product, END));
    return { facts, customers, popular: crossSell.popular(END), neighbours };
  };

  it('own together what each of them ordered, in the cross-sell projection', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 3, max: 12 }), async (arriving, size) => {
        const log = memoryEventLog();
        const [grown, anew, expected] = await Promise.all(
          [1, 2, 3].map(() => openCrossSellStore({ kind: 'sqlite', path: ':memory:' }, { mode: 'write' })),
        );
        let since: number | undefined;
        const grow = async (now: number): Promise<void> => {
          await projectCrossSell({ log, store: grown, now, since });
          since = now;
        };
        for (let i = 0; i < arriving.length; i += size) {
          await record(log, arriving.slice(i, i + size));
          await grow(START + Math.floor((i / arriving.length) * 60) * DAY);
        }
        // As it would be made at that instant: merges that lie ahead of it are not in force.
        await projectCrossSell({ log, store: anew, now: since, fromStart: true });
        expect(await answers(grown)).toEqual(await answers(anew));
        await grow(END);
        await projectCrossSell({ log, store: anew, now: END, fromStart: true });
        const identities = identitiesOf(linksIn(arriving));
        const united = memoryEventLog();
        await record(
          united,
          union(arriving, CUSTOMERS).map((one) => ({ ...one, customer: identities.survivorOf(one.customer) })),
        );
        await projectCrossSell({ log: united, store: expected });
        expect(await answers(grown)).toEqual(await answers(expected));
        expect(await answers(anew)).toEqual(await answers(expected));
        for (const store of [grown, anew, expected]) await store.close();
      }),
      { numRuns: 40 },
    );
  });

  it('are asked for at any instant, as known at any instant', async () => {
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.integer({ min: 0, max: 62 }),
        fc.integer({ min: 0, max: 62 }),
        async (all, x, y) => {
          const log = memoryEventLog();
          await record(log, all);
          const view = { asOf: START + x * DAY, knownAt: START + y * DAY };
          const identities = identitiesOf(linksIn(all), view);
          for (const who of CUSTOMERS) {
            const { customer: survivor, askedFor, mergedCustomers, touchpoints } = await unitedHistory(log, who, view);
            expect(survivor).toBe(identities.survivorOf(who));
            expect(askedFor).toBe(survivor === who ? undefined : who);
            expect([survivor, ...mergedCustomers]).toEqual(identities.membersOf(survivor));
            const names = (items: readonly Touchpoint[]) => items.map((one) => `${one.customer} ${one.id}`);
            const members = all.filter((one) => identities.membersOf(survivor).includes(one.customer));
            expect(names(touchpoints)).toEqual(names(members));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
