import fc from 'fast-check';
import type { JsonObject } from '../json';
import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { compareTouchpoints, type Touchpoint } from '../touchpoint/touchpoint';

/** A ruleset that uses every kind of metric, condition, scale and promise, with thresholds that are often crossed. */
export const lawRuleset: Ruleset = {
  ruleset: 'laws',
  version: 1,
  factors: {
    trust: { halfLife: 'P60D', prior: [2, 3] },
    satisfaction: { halfLife: 'P30D' },
  },
  metrics: {
    orders: { count: 'order.completed' },
    recent: { count: 'order.*', within: 'P20D' },
    active: { count: 'order.completed', halfLife: 'P30D' },
    spend: { sum: 'data.total', of: 'order.completed', minus: 'order.refunded', within: 'P25D' },
    worth: { sum: 'data.items.price', of: 'order.completed', halfLife: 'P40D' },
    products: { distinct: 'data.items.sku', of: 'order.completed' },
    recentProducts: { distinct: 'data.items.sku', of: 'order.completed', within: 'P30D' },
    quiet: { daysSinceLast: '*' },
    tenure: { daysSinceFirst: 'order.completed' },
    unanswered: { openPromises: 'reply' },
    complaints: { openComplaints: true },
    big: { count: 'order.completed', where: { field: 'data.total', above: 50 }, within: 'P40D' },
  },
  evidence: [
    { id: 'bought', on: 'order.completed', gives: { trust: 0.5, satisfaction: 0.7 } },
    { id: 'worn', on: 'email.sent', when: { field: 'metric.recent', below: 1 }, gives: { satisfaction: -0.3 } },
    { id: 'opened', on: 'email.*', gives: { trust: 0.1 }, atMost: { times: 2, within: 'P5D' } },
    {
      id: 'hurt',
      on: 'complaint.opened',
      gives: { satisfaction: -2, trust: -0.5 },
      scale: { field: 'data.severity', map: { low: 0.3, high: 2 } },
    },
    {
      id: 'fair',
      on: 'complaint.resolved',
      when: { all: [{ field: 'case.ageDays', atMost: 6 }, { not: { field: 'case.priorCases', atLeast: 2 } }] },
      gives: { satisfaction: 2 },
      scale: {
        field: 'case.compensationRatio',
        curve: [
          [0, 0.2],
          [1, 1.3],
        ],
        default: 0,
      },
    },
  ],
  promises: [
    {
      id: 'acknowledge',
      made: 'complaint.opened',
      key: 'data.caseId',
      within: 'P1D',
      kept: 'complaint.acknowledged',
      released: 'complaint.withdrawn',
      whenKept: { trust: 0.5 },
      whenBroken: { trust: -1, satisfaction: -0.5 },
    },
    { id: 'reply', made: 'message.received', within: 'PT4H', kept: 'message.sent', whenBroken: { trust: -0.6 } },
    {
      id: 'callback',
      made: 'call.received',
      within: 'P2D',
      kept: 'call.made',
      whenBroken: { trust: -0.4 },
    },
    {
      id: 'deliver',
      made: 'order.completed',
      key: 'data.orderId',
      by: 'data.promisedAt',
      kept: 'order.delivered',
      whenBroken: { trust: -1 },
    },
  ],
  stages: [
    { id: 'attract' },
    { id: 'establish', enter: { metric: 'orders', atLeast: 1 } },
    {
      id: 'build',
      enter: {
        all: [
          { metric: 'active', atLeast: 1.2 },
          { factor: 'trust', atLeast: 38 },
        ],
      },
      stay: {
        all: [
          { metric: 'active', atLeast: 0.8 },
          { factor: 'trust', atLeast: 34 },
        ],
      },
      minStay: 'P3D',
    },
    {
      id: 'maintain',
      enter: {
        all: [
          { metric: 'spend', atLeast: 90 },
          {
            any: [
              { metric: 'products', atLeast: 4 },
              { metric: 'recentProducts', atLeast: 2 },
            ],
          },
        ],
      },
      stay: {
        any: [
          { metric: 'spend', above: 40 },
          { metric: 'quiet', below: 3 },
        ],
      },
    },
    {
      id: 'loyal',
      enter: {
        all: [
          { factor: 'satisfaction', above: 52 },
          { metric: 'worth', atLeast: 60 },
          { confidence: 'trust', atLeast: 0.3 },
        ],
      },
      stay: {
        all: [
          { factor: 'satisfaction', above: 47 },
          { metric: 'worth', atLeast: 30 },
        ],
      },
      minStay: 'P2D',
    },
  ],
  signals: [
    { id: 'quiet', raise: { metric: 'quiet', atLeast: 9 }, clear: { metric: 'quiet', below: 1 } },
    { id: 'may-mail', raise: { all: [{ consent: 'marketing' }, { not: { stage: 'attract' } }] } },
    {
      id: 'waiting',
      raise: {
        any: [
          { metric: 'unanswered', atLeast: 1 },
          { metric: 'complaints', above: 0 },
        ],
      },
    },
    { id: 'spender', raise: { metric: 'spend', above: 100 }, clear: { metric: 'spend', atMost: 60 } },
  ],
};
/** When all histories begin. */
export const START = Date.UTC(2026, 0, 1);

const data = fc.record({
  orderId: fc.constantFrom('o1', 'o2', 'o3', 'o4'),
  caseId: fc.constantFrom('a', 'b', 'c'),
  total: fc.integer({ min: -60, max: 90 }),
  items: fc.array(
    fc.record({ sku: fc.constantFrom('p', 'q', 'r', 's', 't'), price: fc.integer({ min: 1, max: 40 }) }),
    { maxLength: 3 },
  ),
  severity: fc.constantFrom('low', 'medium', 'high'),
  loss: fc.constantFrom(0, 10, 100),
  amount: fc.integer({ min: 1, max: 100 }),
  purpose: fc.constantFrom('marketing', 'profiling'),
  promisedAt: fc.integer({ min: -2, max: 40 }).map((days) => new Date(START + days * DAY).toISOString()),
});

const TYPES = [
  'order.completed',
  'order.completed',
  'order.completed',
  'order.delivered',
  'order.refunded',
  'email.sent',
  'email.opened',
  'complaint.opened',
  'complaint.acknowledged',
  'complaint.updated',
  'compensation.accepted',
  'complaint.resolved',
  'complaint.withdrawn',
  'complaint.reopened',
  'call.received',
  'call.made',
  'message.received',
  'message.sent',
  'consent.granted',
  'consent.revoked',
];

interface Drawn {
  readonly type: string;
  readonly data: JsonObject;
  readonly occurredAt: number;
  readonly lateness: number;
}

/** Distinct touchpoints of one customer in canonical order, from what was drawn. */
const historyOf = (drawn: readonly Drawn[]): Touchpoint[] =>
  drawn
    .map(
      ({ type, data: content, occurredAt, lateness }, i): Touchpoint => ({
        id: `t${i}`,
        source: i % 3 === 0 ? 'crm' : 'shop',
        type,
        customer: 'c',
        occurredAt,
        recordedAt: occurredAt + lateness,
        data: content,
      }),
    )
    .sort(compareTouchpoints);

const drawn = fc.record({
  type: fc.constantFrom(...TYPES),
  data,
  // Coarse times so that touchpoints meet each other, deadlines and ends of windows; fine ones besides.
  occurredAt: fc.oneof(
    fc.integer({ min: 0, max: 60 }).map((days) => START + days * DAY),
    fc.integer({ min: 0, max: 60 * DAY }).map((ms) => START + ms),
    fc.integer({ min: 0, max: 60 }).map((days) => START + days * DAY + 1),
  ),
  lateness: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 * DAY })),
});

/** Distinct touchpoints of one customer, in canonical order; several may share a millisecond. */
export const histories = fc.array(drawn, { maxLength: 40 }).map(historyOf);

/** A few good orders in a few days, which lead up the ladder; what follows them is mostly silence, which leads down. */
const bursts = fc
  .tuple(
    fc.integer({ min: 0, max: 40 * DAY }),
    fc.array(
      fc.record({
        after: fc.integer({ min: 0, max: 2 * DAY }),
        total: fc.integer({ min: 30, max: 90 }),
        items: fc.subarray(['p', 'q', 'r', 's', 't'], { minLength: 2 }),
        price: fc.integer({ min: 10, max: 40 }),
      }),
      { minLength: 2, maxLength: 5 },
    ),
  )
  .map(([start, orders]) => {
    let occurredAt = START + start;
    return orders.map(({ after, total, items, price }): Drawn => {
      occurredAt += after;
      const content = { orderId: 'o1', total, items: items.map((sku) => ({ sku, price })) };
      return { type: 'order.completed', data: content, occurredAt, lateness: 0 };
    });
  });

/** Histories like {@link histories} in which the customer goes up and down the ladder, for laws about changes and time. */
export const livelyHistories = fc
  .tuple(fc.array(bursts, { minLength: 1, maxLength: 3 }), fc.array(drawn, { maxLength: 12 }))
  .map(([orders, others]) => historyOf([...orders.flat(), ...others]));
