/** By which rules questions about the past are answered. */
import { compileRuleset, type Ruleset, rulesetHash } from '@rapport/domain';
import { type Publication, published, recordPublications } from '@rapport/engine';
import { testClock } from '@rapport/engine/testing';
import { type AskedApi, askedApi } from '../testing/asked-api';

const ladder = (version: number, stages: readonly string[]): Ruleset => ({
  ruleset: 'shop',
  version,
  factors: { trust: { halfLife: 'P90D' } },
  metrics: { orders: { count: 'order.completed' } },
  stages: stages.map((id, orders) => (orders === 0 ? { id } : { id, enter: { metric: 'orders', atLeast: orders } })),
});
const OLD = ladder(1, ['new', 'loyal']);
const NEW = ladder(2, ['stranger', 'buyer', 'friend']);
const FIRST = Date.parse('2026-02-01T00:00:00Z');
const SECOND = Date.parse('2026-03-01T00:00:00Z');
const clock = testClock(Date.parse('2026-03-10T12:00:00Z'));

let api: AskedApi;
beforeAll(async () => {
  const rules = { program: compileRuleset(NEW), ruleset: NEW, hash: rulesetHash(NEW) };
  api = await askedApi({ clock, rules: () => rules });
  const publications: readonly Publication[] = [
    { number: 1, ...published(OLD), at: FIRST, by: { kind: 'user', name: 'ann' }, with: 'serve', announced: false },
    { number: 2, ...published(NEW), at: SECOND, by: { kind: 'key', id: 'k1', name: 'ops' }, announced: true },
  ];
  await recordPublications(api.engine.log, publications);
  const order = { customer: 'c', type: 'order.completed', data: { orderId: 'o' } };
  await api.record({ ...order, occurredAt: '2026-01-05T10:00:00Z', recordedAt: '2026-01-10T10:00:00Z' });
});
afterAll(() => api.close());

const OLD_NAME = { name: 'shop', version: 1, hash: rulesetHash(OLD) };

it.each(['', '/explanation', '/history', '/timeline'])(
  'what was known before another ruleset came into force is answered by the one before: %s',
  async (route) => {
    const { body } = await api.ask(`/v1/customers/c${route}?asOf=2026-02-20&knownAt=2026-02-20`);
    const { ruleset } = body;
    expect(JSON.stringify(body)).not.toMatch(/stranger|buyer/);
    expect(ruleset).toEqual({
      ...OLD_NAME,
      chosen: 'known-at',
      since: '2026-02-01T00:00:00.000Z',
      by: { kind: 'user', name: 'ann' },
    });
  },
);

it('asked without, the rules in force answer, also about the past', async () => {
  const { body } = await api.ask('/v1/customers/c?asOf=2026-02-20');
  expect(body).toMatchObject({
    stage: 'buyer',
    ruleset: { version: 2, chosen: 'in-force', since: '2026-03-01T00:00:00.000Z', by: { kind: 'key', id: 'k1' } },
  });
  expect((await api.ask('/v1/customers/c?knownAt=2026-03-01')).body).toMatchObject({
    stage: 'buyer',
    ruleset: { version: 2, chosen: 'known-at' },
  });
});

it('before everything that is known of rules, the first ones answer, and it says so', async () => {
  const { body } = await api.ask('/v1/customers/c?asOf=2026-01-20&knownAt=2026-01-20');
  expect(body).toMatchObject({ stage: 'loyal', ruleset: { ...OLD_NAME, chosen: 'earliest' } });
});

it('what was not recorded yet is told apart from what had not happened', async () => {
  const nothing = async (query: string) => (await api.ask(`/v1/customers/c${query}`)).body.nothing;
  expect(await nothing('?asOf=2026-01-07&knownAt=2026-01-07')).toEqual({
    reason: 'not-recorded',
    firstOccurredAt: '2026-01-05T10:00:00.000Z',
    firstRecordedAt: '2026-01-10T10:00:00.000Z',
  });
  const early = { reason: 'not-happened', firstOccurredAt: '2026-01-05T10:00:00.000Z' };
  expect(await nothing('?asOf=2026-01-01')).toEqual(early);
  expect(await nothing('?asOf=2026-01-01&knownAt=2026-01-01')).toEqual(early);
  expect(await nothing('/explanation?asOf=2026-01-01')).toEqual(early);
  expect(await nothing('')).toBeUndefined();
});

it('rulesets are listed with when and by whom they came into force', async () => {
  const { body } = await api.ask('/v1/rulesets');
  expect(body.rulesets).toMatchObject([
    { version: 2, inForce: true, publications: [{ since: '2026-03-01T00:00:00.000Z', announced: true }] },
    { ...OLD_NAME, inForce: false, publications: [{ by: { kind: 'user', name: 'ann' }, with: 'serve' }] },
  ]);
  expect((await api.ask(`/v1/rulesets/${rulesetHash(OLD)}`)).body).toMatchObject({ ruleset: OLD, inForce: false });
});
