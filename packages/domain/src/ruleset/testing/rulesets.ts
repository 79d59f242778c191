import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ruleset } from '../ruleset';

/** Rulesets for tests. */

/** The smallest ruleset that uses every part of the language. */
export const SMALL: Ruleset = {
  ruleset: 'small',
  version: 1,
  factors: { trust: { halfLife: 'P365D', prior: [2, 2], label: { en: 'Trust' } } },
  metrics: {
    orders: { count: 'order.completed' },
    activity: { count: ['order.completed', 'service.*'], halfLife: 'P90D' },
    spend: { sum: 'data.total', of: 'order.completed', within: 'P365D', where: { field: 'data.currency', is: 'EUR' } },
    products: { distinct: 'data.items.sku', of: 'order.completed' },
    quiet: { daysSinceLast: '*' },
    tenure: { daysSinceFirst: 'order.completed', where: { field: 'data.total', above: 0 } },
    waiting: { openPromises: 'acknowledge' },
    complaints: { openComplaints: true },
  },
  evidence: [
    {
      id: 'fair',
      on: 'complaint.resolved',
      when: { all: [{ field: 'data.outcome', is: 'satisfied' }, { not: { field: 'case.priorCases', atLeast: 1 } }] },
      gives: { trust: 1.5 },
      scale: { field: 'case.compensationRatio', curve: [[0, 0.5], [1, 1]], default: 0.5 }, // biome-ignore format: short
      atMost: { times: 1, within: 'P30D' },
      reason: { en: 'Settled' },
    },
    { id: 'hurt', on: 'complaint.opened', gives: { trust: -1 }, scale: { field: 'data.severity', map: { low: 0.5 } } },
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
      whenBroken: { trust: -0.5 },
    },
    { id: 'deliver', made: 'order.completed', by: 'data.promisedAt', kept: 'order.delivered' },
  ],
  stages: [
    { id: 'attract' },
    { id: 'build', enter: { metric: 'orders', atLeast: 1 } },
    {
      id: 'loyal',
      enter: { all: [{ metric: 'activity', atLeast: 2 }, { factor: 'trust', atLeast: 55 }] }, // biome-ignore format: short
      stay: { all: [{ metric: 'activity', atLeast: 1.6 }, { factor: 'trust', atLeast: 45 }] }, // biome-ignore format: short
      minStay: 'P30D',
    },
  ],
  signals: [
    { id: 'dormant', raise: { metric: 'quiet', above: 180 }, clear: { metric: 'quiet', below: 30 } },
    {
      id: 'may-mail',
      raise: {
        all: [
          { consent: 'marketing' },
          { stage: ['build', 'loyal'] },
          { confidence: 'trust', atLeast: 0.2 },
          { metric: 'complaints', below: 1 },
          { metric: 'waiting', below: 1 },
          { metric: 'spend', above: 0 },
          { metric: 'products', atLeast: 1 },
          { metric: 'tenure', atLeast: 1 },
        ],
      },
    },
  ],
  crossSell: { when: { metric: 'complaints', below: 1 }, exclude: ['POST'] },
  touchpoints: { 'visit.booked': { type: 'object' } },
};

/** A JSON document with one place changed; `undefined` takes the place out. */
export const withPlace = (document: unknown, path: string, value: unknown): unknown => {
  const copy: unknown = structuredClone(document);
  const segments = path.split('/').slice(1);
  const last = segments.pop()!;
  const parent = segments.reduce((node, key) => (node as Record<string, unknown>)[key], copy) as Record<
    string,
    unknown
  >;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
};

/** A place, the value put there, and the path of the problem when it is another one. */
export type Break = readonly [path: string, value: unknown, problemPath?: string];

/** Changes that make SMALL break the language. */
export const BREAKS: readonly Break[] = [
  ['/ruleset', ''],
  ['/ruleset', undefined, ''],
  ['/version', 0],
  ['/version', 1.5],
  ['/version', '1'],
  ['/factors', undefined, ''],
  ['/factors', []],
  ['/factors/trust/halfLife', 'P1M'],
  ['/factors/trust/halfLife', 'P0D'],
  ['/factors/trust/halfLife', 'P1DT'],
  ['/factors/trust/halfLife', 90],
  ['/factors/trust/halfLive', 'P90D'],
  ['/factors/trust/prior', [0, 2], '/factors/trust/prior/0'],
  ['/factors/trust/prior', [2]],
  ['/factors/trust/label', { English: 'x' }, '/factors/trust/label/English'],
  ['/factors/bad id', { halfLife: 'P1D' }, '/factors/bad id'],
  ['/metrics/orders', {}],
  ['/metrics/orders', { count: [] }, '/metrics/orders/count'],
  ['/metrics/orders', { count: 'order completed' }, '/metrics/orders/count'],
  ['/metrics/orders', { count: '*', within: 'P1D', halfLife: 'P1D' }],
  ['/metrics/orders', { sum: 'data.total' }],
  ['/metrics/orders', { distinct: 'data.a', of: '*', halfLife: 'P1D' }, '/metrics/orders/halfLife'],
  ['/metrics/orders', { count: '*', daysSinceLast: '*' }, '/metrics/orders/daysSinceLast'],
  ['/metrics/orders', { openComplaints: false }, '/metrics/orders/openComplaints'],
  ['/evidence/0/gives', {}],
  ['/evidence/0/gives/trust', 0],
  ['/evidence/0/gives/trust', '1'],
  ['/evidence/0/atMost/times', 0],
  ['/evidence/0/atMost/times', 1.5],
  ['/evidence/0/atMost/within', undefined, '/evidence/0/atMost'],
  ['/evidence/0/scale', { field: 'data.x' }],
  ['/evidence/0/scale/map', { a: 1 }, '/evidence/0/scale/curve'],
  ['/evidence/0/scale/curve', [[1]], '/evidence/0/scale/curve/0'],
  ['/evidence/0/when', { field: 'data.x' }],
  ['/evidence/0/when', { field: 'data.x', atLeast: '3' }, '/evidence/0/when/atLeast'],
  ['/evidence/0/when', { field: 'data.x', is: [1] }, '/evidence/0/when/is'],
  ['/evidence/0/when/all/0/iss', 1],
  ['/evidence/0/when', { all: [] }, '/evidence/0/when/all'],
  ['/evidence/0/when', { all: [{ field: 'type', is: 'x' }], any: [] }, '/evidence/0/when/any'],
  ['/evidence/0/sclae', 1],
  ['/promises/0/by', 'data.x', '/promises/0'],
  ['/promises/0/within', undefined, '/promises/0'],
  ['/promises/0/kept', undefined, '/promises/0'],
  ['/stages', []],
  ['/stages/0/enter', { metric: 'orders', atLeast: 1 }],
  ['/stages/0/stay', { metric: 'orders', atLeast: 1 }],
  ['/stages/1/enter', undefined, '/stages/1'],
  ['/stages/1/enter', { metric: 'orders' }],
  ['/stages/1/enter', { metric: 'orders', factor: 'trust', atLeast: 1 }, '/stages/1/enter/factor'],
  ['/stages/1/enter', { metric: 'orders', is: 1 }, '/stages/1/enter/is'],
  ['/stages/1/enter', { stage: [] }, '/stages/1/enter/stage'],
  ['/stages/1/enter', { consent: '' }, '/stages/1/enter/consent'],
  ['/stages/1/enter', 'orders'],
  ['/stages/2/minStay', 'P1Y'],
  ['/signals/0/raise', undefined, '/signals/0'],
  ['/crossSell/exclude', 'POST'],
  ['/touchpoints/visit', {}],
  ['/touchpoints/visit.booked', 3],
  ['/rules', []],
];

const VECTORS = resolve(__dirname, '../../../../../../shared/vectors');

/** The rulesets of the model's worked cases; none where the cases are missing, and then says so. */
export const vectorRulesets = (): readonly (readonly [name: string, ruleset: unknown])[] => {
  if (!existsSync(VECTORS)) {
    process.stderr.write(`skipped: the model vectors are not at ${VECTORS}\n`);
    return [];
  }
  return readdirSync(VECTORS)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name, (JSON.parse(readFileSync(join(VECTORS, name), 'utf8')) as { ruleset: unknown }).ruleset]);
};
