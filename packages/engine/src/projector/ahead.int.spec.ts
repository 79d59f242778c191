/** Touchpoints that lie ahead wait: whatever is asked about an instant sees what occurred by then, and nothing else. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compileRuleset,
  DAY,
  evaluate,
  parseRuleset,
  type Ruleset,
  rulesetHash,
  type Touchpoint,
} from '@rapport/domain';
import { histories, lawRuleset, START } from '@rapport/domain/testing';
import { customerStream, type EventLogWithHistory, openEventLog } from '@rapport/event-log';
import { openReadModel, type ReadModel } from '@rapport/read-model';
import { eventually } from '@rapport/runtime/testing';
import fc from 'fast-check';
import { isRight } from 'fp-ts/Either';
import { factorsOf } from '../fold/factors-of';
import { decisionsOf, historyOf } from '../history-of';
import { saidBy } from '../identity/last-decided';
import { recordTouchpoints } from '../intake';
import { testClock } from '../testing/test-clock';
import { rebuild } from '../whole-log/rebuild';
import { replay } from '../whole-log/replay';
import { verify } from '../whole-log/verify';
import { Projector } from './projector';

const MINUTE = 60_000;
const CUSTOMERS = ['anna', 'bao'];

/** A clock ahead: a complaint, an order dated fifty minutes ahead, and the acknowledgement in time. */
const SKEW = `
ruleset: skew
version: 1
factors:
  trust: { halfLife: P365D }
metrics:
  orders: { count: order.completed }
  owed: { openPromises: ack }
promises:
  - { id: ack, made: complaint.opened, key: data.caseId, within: PT20M, kept: complaint.acknowledged, whenBroken: { trust: -3 } }
stages:
  - { id: prospect }
  - { id: client, enter: { metric: orders, atLeast: 1 } }
signals:
  - { id: let-down, raise: { factor: trust, below: 40 } }
`;

const skewRuleset = (): Ruleset => {
  const parsed = parseRuleset(SKEW, { format: 'yaml' });
  if (!isRight(parsed)) throw new Error(JSON.stringify(parsed.left));
  return parsed.right;
};

let folder: string;
let log: EventLogWithHistory;
let readModel: ReadModel;
const clock = testClock(START);
const location = () => ({ kind: 'sqlite', path: join(folder, 'events.sqlite') }) as const;
const opened: ReadModel[] = [];

const open = async (name: string, ruleset: Ruleset): Promise<ReadModel> => {
  const factors = factorsOf(compileRuleset(ruleset));
  const model = await openReadModel(
    { kind: 'sqlite', path: name === ':memory:' ? name : join(folder, name) },
    { mode: 'write', factors },
  );
  opened.push(model);
  return model;
};

const begin = async (ruleset: Ruleset): Promise<void> => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-ahead-'));
  clock.set(START);
  log = await openEventLog(
    { kind: 'sqlite', path: location().path },
    { mode: 'write', synchronous: 'off', clock: clock.now },
  );
  readModel = await open('relationships.sqlite', ruleset);
};
const end = async (): Promise<void> => {
  for (const model of opened.splice(0)) await model.close();
  await log.close();
  rmSync(folder, { recursive: true, force: true });
};

type Given = Omit<Touchpoint, 'recordedAt' | 'source' | 'version'>;
const record = (touchpoints: readonly Given[]) =>
  recordTouchpoints(
    log,
    touchpoints.map((one) => ({ ...one, source: 'shop', version: 1 })),
  );

const projectorOf = (ruleset: Ruleset, announce = true) =>
  new Projector({ log, readModel, program: compileRuleset(ruleset), clock, announce });

const verified = async (ruleset: Ruleset) => {
  const { problems, customers } = await verify({
    log: location(),
    readModel,
    rulesets: { [rulesetHash(ruleset)]: ruleset },
  });
  return { problems, customers };
};

/** The read model, as a fold of what is recorded by now as of now, and what was said of it. */
const expectOneAnswer = async (ruleset: Ruleset, customers: readonly string[], said = true): Promise<void> => {
  const program = compileRuleset(ruleset);
  for (const customer of customers) {
    const evaluation = evaluate(program, await historyOf(log, customer), { asOf: clock.now() });
    const { fold, history } = evaluation;
    const [stored] = await readModel.load([customer]);
    expect(stored?.stage ?? null).toBe(fold.stageId);
    if (stored === undefined) continue;
    const raised = fold
      .raisedSignals()
      .map(({ id }) => id)
      .sort();
    expect(Object.keys(stored.signals).sort()).toEqual(raised);
    expect(stored.touchpoints).toBe(fold.touchpoints);
    expect(stored.lastTouchpointAt).toBe(fold.lastTouchpointAt);
    expect((await readModel.history(customer)).map(({ stage, from }) => [stage, from])).toEqual(
      history.map(({ to, at }) => [to, at]),
    );
    expect((await readModel.promisesDue({ customer })).map(({ deadline }) => deadline).sort()).toEqual(
      fold.promises
        .list()
        .map(({ deadline }) => deadline)
        .sort(),
    );
    if (!said) continue;
    const decisions = await decisionsOf(log, customer);
    expect(decisions.map(({ sequence }) => sequence)).toEqual(decisions.map((_, i) => i + 1));
    const last = saidBy(decisions);
    expect({ stage: last.stage, signals: [...last.signals].sort() }).toEqual({ stage: fold.stageId, signals: raised });
  }
};

describe('a touchpoint that lies ahead', () => {
  const ruleset = skewRuleset();
  beforeEach(() => begin(ruleset));
  afterEach(end);

  const opens = { id: '1', type: 'complaint.opened', customer: 'c', occurredAt: START, data: { caseId: 'k' } };
  const order = {
    id: '2',
    type: 'order.completed',
    customer: 'c',
    occurredAt: START + 50 * MINUTE,
    data: { orderId: 'o' },
  };
  const acknowledged = {
    id: '3',
    type: 'complaint.acknowledged',
    customer: 'c',
    occurredAt: START + 2_000,
    data: { caseId: 'k' },
  };
  const told = async () =>
    (await decisionsOf(log, 'c')).map(({ kind, cause, effectiveAt, ...rest }) => [
      'to' in rest ? rest.to : kind,
      cause,
      effectiveAt - START,
    ]);
  const FIRST = ['prospect', 'touchpoint', 0];
  const THEN = ['client', 'touchpoint', 50 * MINUTE];

  test('announces nothing, and breaks no promise that is kept in time, until its time has come', async () => {
    const projector = projectorOf(ruleset);
    for (const one of [opens, order, acknowledged]) {
      clock.set(Math.max(clock.now(), one === order ? START : one.occurredAt));
      await record([one]);
      await projector.catchUp();
      await expectOneAnswer(ruleset, ['c']);
    }
    clock.set(START + 50 * MINUTE - 1);
    await projector.catchUp();
    expect(await told()).toEqual([FIRST]);
    expect((await verified(ruleset)).problems).toEqual([]);
    expect(await readModel.population()).toEqual({ prospect: 1 });
    clock.pass(1);
    await projector.catchUp();
    expect(await told()).toEqual([FIRST, THEN]);
    expect(await readModel.population()).toEqual({ client: 1 });
    await expectOneAnswer(ruleset, ['c']);
    expect(await verified(ruleset)).toEqual({ problems: [], customers: 1 });
  });

  test('is waited for by the timer, also after a restart, and counts as processed meanwhile', async () => {
    const stop = new AbortController();
    const first = projectorOf(ruleset);
    const running = first.run(stop.signal);
    await record([order]);
    await first.whenCaughtUp((await log.head())!);
    expect(await readModel.load(['c'])).toEqual([undefined]);
    expect(await readModel.nextReviewAt()).toBe(order.occurredAt);
    expect(await verified(ruleset)).toEqual({ problems: [], customers: 0 });
    stop.abort();
    await running;

    const again = new AbortController();
    const second = projectorOf(ruleset).run(again.signal);
    await eventually(async () => clock.awaited().some((instant) => instant <= START + MINUTE));
    clock.set(order.occurredAt);
    await eventually(async () => (await told()).length !== 0);
    expect(await told()).toEqual([['client', 'touchpoint', 50 * MINUTE]]);
    again.abort();
    await second;
  });

  test('comes due for whoever has nothing else, and takes what came after it', async () => {
    await record([order]);
    await projectorOf(ruleset).catchUp();
    clock.set(START + DAY);
    await record([{ ...order, id: '4', occurredAt: START + DAY - 1 }, opens]);
    await projectorOf(ruleset).catchUp();
    await expectOneAnswer(ruleset, ['c']);
    expect((await verified(ruleset)).problems).toEqual([]);
  });

  test('is kept back by an import and by a rebuild, and announced when it comes due afterwards', async () => {
    await record([opens, order, acknowledged]);
    await projectorOf(ruleset, false).catchUp();
    const imported = await readModel.load(['c']);
    const into = await open('rebuilt.sqlite', ruleset);
    await rebuild({ log: location(), into, ruleset, now: clock.now() });
    expect(await into.load(['c'])).toEqual(imported);
    expect(await into.dueAt(['c', 'd'])).toEqual(new Map([['c', START + 2_000]]));
    expect(await readModel.dueAt(['c', 'd'])).toEqual(await into.dueAt(['c', 'd']));
    const { population } = await replay({ log: location(), ruleset, asOf: clock.now() });
    expect(population).toEqual({ prospect: 1, client: 0 });
    readModel = into;
    expect((await verified(ruleset)).problems).toEqual([]);
    clock.set(order.occurredAt);
    await projectorOf(ruleset).catchUp();
    expect(await told()).toEqual([THEN]);
    await expectOneAnswer(ruleset, ['c'], false);
  });

  test('that cannot be folded parks its customer at once, as it refuses whoever asks', async () => {
    await log.append(customerStream('c'), 'any', [{ ...order, source: 'shop', version: 99 }]);
    const projector = projectorOf(ruleset);
    expect(await projector.catchUp()).toMatchObject({ parked: 1 });
    clock.set(START + DAY);
    await projector.catchUp();
    expect(await readModel.parked()).toMatchObject([{ customer: 'c', touchpoint: { id: '2' } }]);
  });

  test('lies ahead again where the clock was wrong and is set back, and is announced back', async () => {
    clock.set(START + DAY);
    await record([opens, acknowledged, order]);
    const projector = projectorOf(ruleset);
    await projector.catchUp();
    clock.set(START + 10 * MINUTE);
    await projector.catchUp();
    expect(await told()).toEqual([FIRST, THEN, ['prospect', 'time', 0]]);
    await expectOneAnswer(ruleset, ['c']);
    expect((await verified(ruleset)).problems).toEqual([]);
    clock.set(START + DAY);
    await projectorOf(ruleset).catchUp();
    expect((await told()).at(-1)).toEqual(THEN);
    await expectOneAnswer(ruleset, ['c']);
  });

  test('that merges customers leaves them two until its time has come', async () => {
    const merge = {
      id: 'm',
      type: 'customer.merged',
      customer: 'd',
      occurredAt: START + 30 * MINUTE,
      data: { into: 'c' },
    };
    await record([opens, { ...order, id: '5', customer: 'd', occurredAt: START }, merge]);
    await projectorOf(ruleset).catchUp();
    expect(await readModel.population()).toEqual({ prospect: 1, client: 1 });
    expect((await verified(ruleset)).problems).toEqual([]);
    clock.set(merge.occurredAt);
    await projectorOf(ruleset).catchUp();
    expect(await readModel.population()).toEqual({ client: 1 });
    expect((await decisionsOf(log, 'c')).at(-1)).toMatchObject({
      to: 'client',
      cause: 'merge',
      touchpoint: { id: 'm' },
    });
    expect((await verified(ruleset)).problems).toEqual([]);
    clock.set(START);
    await expect(projectorOf(ruleset).catchUp()).rejects.toThrow('set back to before a merge');
  });
});

test('one instant has one answer, whatever is recorded of the past and of what lies ahead, and wherever the clock goes', async () => {
  const steps = fc.array(fc.record({ days: fc.integer({ min: -2, max: 12 }), count: fc.integer({ min: 0, max: 5 }) }), {
    minLength: 6,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(histories, histories),
      fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
      steps,
      async (both, keys, moves) => {
        await begin(lawRuleset);
        try {
          const waiting = both
            .flatMap((history, i) => history.map((one) => ({ ...one, id: `${i}-${one.id}`, customer: CUSTOMERS[i] })))
            .map((one, i) => ({ one, key: keys[i % keys.length] * ((i % 7) + 1) }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          let projector = projectorOf(lawRuleset);
          for (const [i, { days, count }] of moves.entries()) {
            clock.set(Math.max(START, clock.now() + days * DAY));
            await record(waiting.splice(0, count).map(({ recordedAt: _, ...one }) => one));
            if (i % 3 === 2) projector = projectorOf(lawRuleset);
            await projector.catchUp();
            await expectOneAnswer(lawRuleset, CUSTOMERS);
          }
          expect((await verified(lawRuleset)).problems).toEqual([]);
          const into = await open(':memory:', lawRuleset);
          await rebuild({ log: location(), into, ruleset: lawRuleset, now: clock.now() });
          for (const customer of CUSTOMERS) {
            const [stored, anew] = [await readModel.load([customer]), await into.load([customer])];
            expect(anew[0]?.state).toEqual(stored[0]?.state);
            expect(await into.dueAt([customer])).toEqual(await readModel.dueAt([customer]));
          }
        } finally {
          await end();
        }
      },
    ),
    { numRuns: 40 },
  );
});
