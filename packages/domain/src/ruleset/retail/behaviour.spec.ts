import type { JsonObject } from '../../json';
import { compileRuleset, evaluate, type FoldedTouchpoint, toDocument } from '../../relationship';
import { DAY } from '../../time/instant';
import { RETAIL } from './retail';

/** What the default ruleset makes of typical customers. Days count from the first. */
const START = Date.UTC(2026, 0, 1);
const program = compileRuleset(RETAIL);

type Happening = readonly [day: number, type: string, data?: JsonObject];

const touchpoints = (happenings: readonly Happening[]): readonly FoldedTouchpoint[] =>
  happenings.map(([day, type, data = {}], i) => {
    const at = START + Math.round(day * DAY);
    return { id: String(i).padStart(4, '0'), source: 'test', type, occurredAt: at, recordedAt: at, data };
  });

const on = (day: number, happenings: readonly Happening[]) =>
  toDocument(evaluate(program, touchpoints(happenings), { asOf: START + Math.round(day * DAY) }));

const raised = (day: number, happenings: readonly Happening[]): readonly string[] => {
  const last = new Map((on(day, happenings).signals ?? []).map((change) => [change.signal, change.raised]));
  return [...last].filter(([, up]) => up).map(([signal]) => signal);
};

const ordersEvery = (days: number, from: number, to: number): readonly Happening[] =>
  Array.from({ length: Math.floor((to - from) / days) + 1 }, (_, i) => [
    from + i * days,
    'order.completed',
    { orderId: `o${from + i * days}`, total: 50, items: [{ sku: `sku${i % 5}` }] },
  ]);

const complaint = (day: number, ...more: readonly Happening[]): readonly Happening[] => [
  [day, 'complaint.opened', { caseId: `case${day}`, severity: 'medium', loss: 50 }],
  ...more.map(([later, type, data]): Happening => [later, type, { caseId: `case${day}`, ...data }]),
];

const wellRecovered = (day: number): readonly Happening[] =>
  complaint(
    day,
    [day + 0.2, 'complaint.acknowledged'],
    [day + 0.3, 'apology.given'],
    [day + 1, 'complaint.updated'],
    [day + 2, 'compensation.accepted', { amount: 50 }],
    [day + 2.1, 'complaint.resolved', { outcome: 'satisfied' }],
  );

test('someone who is only known is attracted, who answers is established, who buys is built on', () => {
  expect(on(1, [[0, 'prospect.identified']]).stage).toBe('attract');
  expect(on(1, [[0, 'prospect.identified'], [0.5, 'message.received']]).stage).toBe('establish'); // biome-ignore format: short
  expect(on(1, ordersEvery(30, 0, 0)).stage).toBe('build');
});

test('orders alone lead from stage to stage up to loyal, the faster the more often they come', () => {
  const stagesOf = (gap: number, until: number) =>
    (on(until, ordersEvery(gap, 0, until)).history ?? []).map((change) => change.to);
  expect(stagesOf(20, 200)).toEqual(['build', 'maintain', 'strengthen', 'loyal']);
  expect(stagesOf(125, 500)).toContain('develop');
  expect(stagesOf(125, 500)).not.toContain('strengthen');
});

test('a customer who stops buying comes down the whole ladder, by time alone', () => {
  const orders = ordersEvery(20, 0, 200);
  expect(on(200 + 400, orders).stage).toBe('establish');
});

test('dormancy is raised half a year after the last order, and cleared by the next', () => {
  const orders = ordersEvery(20, 0, 200);
  expect(raised(200 + 179, orders)).toEqual(['at-risk']);
  expect(raised(200 + 181, orders)).toEqual(['dormant']);
  expect(raised(451, [...orders, ...ordersEvery(1, 450, 450)])).not.toContain('dormant');
  expect(raised(801, [...orders, ...ordersEvery(1, 800, 800)])).toEqual(['won-back']);
  expect(raised(870, [...orders, ...ordersEvery(1, 800, 800)])).not.toContain('won-back');
});

test('a regular customer is never won back', () => {
  const changes = on(900, ordersEvery(45, 0, 900)).signals ?? [];
  expect(changes.filter(({ signal }) => signal === 'won-back')).toEqual([]);
});

test('a complaint that is not answered costs a loyal customer, a fair and fast recovery keeps the factors near where they stood', () => {
  const orders = ordersEvery(20, 0, 200);
  const before = on(200.5, orders).factors!;
  const ignored = on(212, [...orders, ...complaint(201)]);
  const recovered = on(212, [...orders, ...wellRecovered(201)]);
  expect(ignored.factors!.satisfaction.score).toBeLessThan(35);
  expect(ignored.stage).not.toBe('loyal');
  expect(recovered.stage).toBe('loyal');
  expect(Math.abs(recovered.factors!.satisfaction.score - before.satisfaction.score)).toBeLessThan(12);
  expect(recovered.factors!.trust.score).toBeGreaterThan(ignored.factors!.trust.score + 10);
});

test('a recovery lifts no stage above where it stood before the complaint', () => {
  const ranks = RETAIL.stages.map((stage) => stage.id);
  for (const gap of [15, 25, 40, 60, 90]) {
    const orders = ordersEvery(gap, 0, 360);
    const untroubled = on(375, orders).stage!;
    const recovered = on(375, [...orders, ...wellRecovered(365)]).stage!;
    expect(ranks.indexOf(recovered)).toBeLessThanOrEqual(ranks.indexOf(untroubled));
  }
});

test('a second failure well recovered leaves less than the first', () => {
  const orders = ordersEvery(20, 0, 200);
  const once = on(230, [...orders, ...wellRecovered(220)]).factors!;
  const twice = on(230, [...orders, ...wellRecovered(180), ...wellRecovered(220)]).factors!;
  expect(twice.satisfaction.score).toBeLessThan(once.satisfaction.score - 3);
  expect(twice.trust.score).toBeLessThan(once.trust.score - 3);
});

test('an open complaint past its week and a message past its day are overdue until they are settled', () => {
  expect(raised(6, complaint(0))).not.toContain('promise-overdue');
  expect(raised(8, complaint(0))).toContain('promise-overdue');
  expect(raised(9, complaint(0, [8.5, 'complaint.resolved', { outcome: 'unknown' }]))).not.toContain('promise-overdue');
  expect(raised(0.9, [[0, 'message.received']])).not.toContain('promise-overdue');
  expect(raised(1.1, [[0, 'message.received']])).toContain('promise-overdue');
  expect(raised(2, [[0, 'message.received'], [0.1, 'message.received'], [1.5, 'message.sent']])).toEqual([]); // biome-ignore format: short
});

test('late delivery hurts at once', () => {
  const promisedAt = new Date(START + 3 * DAY).toISOString();
  const order: Happening = [0, 'order.completed', { orderId: 'o', promisedAt }];
  const onTime = on(5, [order, [2, 'order.delivered', { orderId: 'o' }]]).factors!;
  const late = on(5, [order]).factors!;
  expect(onTime.satisfaction.score).toBeGreaterThan(50);
  expect(late.satisfaction.score).toBeLessThan(36);
});

test('mailing someone who never answers wears out, mailing someone who does hardly', () => {
  const mailings = Array.from({ length: 12 }, (_, i): Happening => [i * 7, 'email.sent']);
  const answers = Array.from({ length: 6 }, (_, i): Happening => [i * 14 + 1, 'email.clicked']);
  expect(on(90, mailings).factors!.communication.score).toBeLessThan(45);
  expect(on(90, [...mailings, ...answers]).factors!.communication.score).toBeGreaterThan(50);
});

test('silence is not satisfaction: orders alone do not move it', () => {
  expect(on(200, ordersEvery(20, 0, 200)).factors!.satisfaction.score).toBe(50);
});

test('a return is not churn: it hardly moves value and changes no stage', () => {
  const orders = ordersEvery(20, 0, 200);
  const returned: readonly Happening[] = [...orders, [201, 'order.refunded', { orderId: 'o200' }]];
  expect(on(202, returned).stage).toBe(on(202, orders).stage);
  expect(on(202, orders).factors!.value.score - on(202, returned).factors!.value.score).toBeLessThan(3);
});

test('readiness for cross-selling needs consent to marketing', () => {
  const orders = ordersEvery(20, 0, 60);
  expect(raised(61, orders)).not.toContain('cross-sell-ready');
  expect(raised(61, [...orders, [50, 'consent.granted', { purpose: 'marketing' }]])).toContain('cross-sell-ready');
});
