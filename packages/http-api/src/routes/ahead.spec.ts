/** A touchpoint that lies ahead: one instant has one answer, whichever way it is asked. */

import { testClock } from '@rapport/engine/testing';
import { eventually } from '@rapport/runtime/testing';
import { type AnyJson, type AskedApi, askedApi } from '../testing/asked-api';

const NOW = Date.parse('2026-03-10T12:00:00.000Z');
const DUE = NOW + 50 * 60_000;
const clock = testClock(NOW);

let api: AskedApi;
beforeAll(async () => {
  api = await askedApi({ clock });
});
afterAll(() => api.close());

/** The stage of a customer by each way of asking: alone, in the list, counted, and as it was announced last. */
const stages = async (customer: string) => {
  const alone = (await api.ask(`/v1/customers/${customer}`)).body;
  const listed = (await api.ask('/v1/customers')).body.customers.find((one: AnyJson) => one.customer === customer);
  const { stages: counted } = (await api.ask('/v1/population')).body;
  const { history } = (await api.ask(`/v1/customers/${customer}/history`)).body;
  const changes = (await api.ask('/v1/stage-changes?after=start')).body.changes;
  const told = changes.filter((one: AnyJson) => one.subject === customer && one.data.to !== undefined);
  return {
    alone: alone.stage,
    listed: listed?.stage ?? null,
    counted: counted.filter(({ customers }: AnyJson) => customers > 0).map(({ stage }: AnyJson) => stage)[0] ?? null,
    stayedOn: history.at(-1)?.stage ?? null,
    told: told.at(-1)?.data.to ?? null,
    promises: alone.openPromises?.length ?? 0,
  };
};
const all = (stage: string | null, promises: number) => ({
  alone: stage,
  listed: stage,
  counted: stage,
  stayedOn: stage,
  told: stage,
  promises,
});

it('is in no answer before its time, and in every one from then on', async () => {
  const order = {
    customer: 'c',
    type: 'order.completed',
    occurredAt: new Date(DUE).toISOString(),
    data: { orderId: 'o-1', total: 40 },
  };
  await api.record(order);
  expect(await stages('c')).toEqual(all(null, 0));

  await api.record({ customer: 'c', type: 'message.received', occurredAt: new Date(NOW).toISOString(), data: {} });
  const before = await stages('c');
  expect(before).toEqual(all(before.alone, before.promises));
  expect(before.alone).not.toBeNull();
  expect(before.promises).toBeGreaterThan(0);

  // Its promise is kept in time, though what lies ahead is already known.
  clock.set(NOW + 2_000);
  await api.record({ customer: 'c', type: 'message.sent', occurredAt: new Date(NOW + 2_000).toISOString(), data: {} });
  expect(await stages('c')).toEqual(all(before.alone, 0));

  clock.set(DUE);
  await eventually(async () => (await stages('c')).told !== before.told);
  const after = await stages('c');
  expect(after).toEqual(all(after.alone, after.promises));
  expect(after.alone).not.toBe(before.alone);
  const { changes } = (await api.ask('/v1/stage-changes?after=start')).body;
  const last = changes.findLast(({ type }: AnyJson) => type === 'relationship.stageChanged.v1');
  expect(last).toMatchObject({ time: new Date(DUE).toISOString(), data: { cause: 'touchpoint' } });
});
