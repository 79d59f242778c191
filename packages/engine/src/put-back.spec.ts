import { compileRuleset, type Touchpoint } from '@rapport/domain';
import { lawRuleset, START } from '@rapport/domain/testing';
import { type EventLogWithHistory, memoryEventLog } from '@rapport/event-log';
import { openCrossSellStore, openReadModel } from '@rapport/read-model';
import { projectCrossSell } from './cross-sell';
import { recordTouchpoints } from './intake';
import { Projector } from './projector/projector';
import { RebuildNeeded } from './projector/rebuild-needed';

const program = compileRuleset(lawRuleset);

const order = (n: number): Touchpoint => ({
  customer: `c-${n}`,
  source: 'shop',
  id: String(n),
  type: 'order.completed',
  version: 1,
  occurredAt: START + n,
  recordedAt: START + n,
  data: { items: [{ sku: `p-${n}` }] },
});

/** A log in which so many customers ordered one product each. */
const logOf = async (orders: number): Promise<EventLogWithHistory> => {
  const log = memoryEventLog();
  const all = Array.from({ length: orders }, (_, n) => ({ ...order(n), version: 1 }));
  if (orders > 0) await recordTouchpoints(log, all);
  return log;
};

describe('an older log, put back beside what was projected from a newer one', () => {
  it.each([3, 0])('with %d touchpoints is no log to continue the read model with', async (orders) => {
    const readModel = await openReadModel({ kind: 'sqlite', path: ':memory:' }, { mode: 'write', factors: {} });
    const clock = { now: () => START, until: async () => undefined };
    const projector = async (touchpoints: number) =>
      new Projector({ log: await logOf(touchpoints), readModel, program, clock, announce: false });
    await (await projector(5)).catchUp();
    await expect((await projector(orders)).catchUp()).rejects.toThrow(RebuildNeeded);
    await expect((await projector(orders)).retryParked()).rejects.toThrow(/older log was put back/);
    await expect((await projector(5)).catchUp()).resolves.toMatchObject({ touchpoints: 0 });
    await readModel.close();
  });

  it.each([3, 0])('with %d touchpoints has its cross-sell store made anew', async (orders) => {
    const store = await openCrossSellStore({ kind: 'sqlite', path: ':memory:' }, { mode: 'write' });
    await projectCrossSell({ log: await logOf(5), store });
    expect(await store.size()).toMatchObject({ facts: 5 });
    const log = await logOf(orders);
    await projectCrossSell({ log, store });
    expect(await store.size()).toMatchObject({ facts: orders, customers: orders });
    await projectCrossSell({ log, store });
    await projectCrossSell({ log: await logOf(7), store });
    expect(await store.size()).toMatchObject({ facts: 7, customers: 7 });
    await store.close();
  });
});

it('a cross-sell store is made anew from the start of the log when that is asked for', async () => {
  const store = await openCrossSellStore({ kind: 'sqlite', path: ':memory:' }, { mode: 'write' });
  const log = await logOf(5);
  await projectCrossSell({ log, store });
  await store.applyFacts([{ customer: 'x', product: 'never ordered', firstOrderedAt: 0 }], (await log.head())!);
  await projectCrossSell({ log, store });
  expect(await store.size()).toMatchObject({ facts: 6 });
  await projectCrossSell({ log, store, fromStart: true });
  expect(await store.size()).toMatchObject({ facts: 5 });
  await store.close();
});
