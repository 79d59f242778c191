import fc from 'fast-check';
import { metricRules, metricThresholds } from '../../metric/testing/metric-rules';
import type {
  Comparisons,
  EventCondition,
  MetricRule,
  PromiseRule,
  Ruleset,
  Scale,
  StageRule,
  StateCondition,
} from '../../ruleset/ruleset';
import { DAY, formatInstant } from '../../time/instant';
import { compareTouchpoints } from '../../touchpoint/touchpoint';
import type { FoldedTouchpoint } from '../folded-touchpoint';

/** Rulesets and histories in which everything happens within some hundred milliseconds, so that each can be looked at. */

/** When all histories begin. */
export const START = Date.UTC(2026, 0, 1);
/** No touchpoint is later, in milliseconds. */
const SPAN = 300;

const FACTORS = ['trust', 'joy'];
const METRICS = ['m0', 'm1', 'm2', 'm3', 'm4'];
const PROMISES = ['p0', 'p1'];
const STAGES = ['s0', 's1', 's2', 's3'];
const PURPOSES = ['mail', 'phone'];
const TYPES = [
  'order.completed',
  'order.returned',
  'call.made',
  'complaint.opened',
  'complaint.acknowledged',
  'complaint.updated',
  'compensation.accepted',
  'complaint.resolved',
  'complaint.withdrawn',
  'complaint.reopened',
  'consent.granted',
  'consent.revoked',
];

const duration = fc
  .oneof(fc.integer({ min: 5, max: 200 }), fc.integer({ min: 5, max: 60 }), fc.constantFrom(10, 20, 50))
  .map((length) => `PT${(length / 1000).toFixed(3)}S`);
const pattern = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('order.completed', 'order.completed', 'call.made', 'complaint.opened') },
  { weight: 3, arbitrary: fc.constantFrom('*', '*', 'order.*', 'complaint.*') },
  { weight: 1, arbitrary: fc.subarray(TYPES, { minLength: 1, maxLength: 3 }) },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const dataField = fc.constantFrom(
  'data.n',
  'data.x',
  'data.items.n',
  'data.items.k',
  'data.list',
  'data.k',
  'data.absent',
  'data.constructor',
);

/** A threshold that the numbers of a subject often meet. */
const thresholdOf = (subject: string, rule: MetricRule | undefined): fc.Arbitrary<number> => {
  if (subject === 'factor')
    return fc.oneof(
      // What the priors below give: there what remains of evidence decides.
      fc.constantFrom(50, 40),
      fc.integer({ min: 20, max: 80 }),
      fc.double({ min: 40, max: 60, noNaN: true }),
    );
  if (subject === 'confidence') return fc.constantFrom(0.05, 0.1, 0.2, 0.3, 0.5, 0);
  return metricThresholds(rule ?? { count: '*' });
};

const comparisonsWith = (threshold: fc.Arbitrary<number>): fc.Arbitrary<Comparisons> =>
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom('atLeast', 'above', 'atMost', 'below'), threshold)
        .map(([key, value]) => ({ [key]: value })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(threshold, threshold).map(([a, b]) => ({ atLeast: Math.min(a, b), below: Math.max(a, b) })),
    },
  );

type Metrics = Readonly<Record<string, MetricRule>>;

const subjects = (metrics: Metrics) =>
  fc
    .oneof(
      { weight: 3, arbitrary: fc.constantFrom(...METRICS).map((id) => ['metric', id] as const) },
      { weight: 2, arbitrary: fc.constantFrom(...FACTORS).map((id) => ['factor', id] as const) },
      { weight: 1, arbitrary: fc.constantFrom(...FACTORS).map((id) => ['confidence', id] as const) },
    )
    .map(([subject, id]) => [subject, id, thresholdOf(subject, metrics[id])] as const);

const eventLeaf = (metrics: Metrics): fc.Arbitrary<EventCondition> =>
  fc.oneof(
    fc
      .tuple(dataField, comparisonsWith(fc.integer({ min: -2, max: 5 })), optional(fc.boolean()))
      .map(([field, comparisons, exists]) => ({ field, ...comparisons, ...(exists === undefined ? {} : { exists }) })),
    fc.tuple(dataField, fc.boolean()).map(([field, exists]) => ({ field, exists })),
    fc.tuple(dataField, fc.constantFrom(1, 2, 'a', 'b', true, null)).map(([field, is]) => ({ field, is })),
    fc
      .tuple(dataField, fc.subarray([1, 2, 'a', 'b', null], { minLength: 1 }))
      .map(([field, among]) => ({ field, in: among })),
    fc
      .tuple(fc.constantFrom('severity', 'category', 'outcome'), fc.constantFrom('a', 'b'))
      .map(([name, is]) => ({ field: `case.${name}`, is })),
    fc
      .tuple(
        fc.constantFrom('severity', 'loss', 'informed', 'compensated', 'compensationRatio', 'reopened', 'priorCases'),
        comparisonsWith(fc.integer({ min: 0, max: 3 })),
      )
      .map(([name, comparisons]) => ({ field: `case.${name}`, ...comparisons })),
    comparisonsWith(fc.integer({ min: 0, max: 80 }).map((length) => length / DAY)).map((comparisons) => ({
      field: 'case.ageDays',
      ...comparisons,
    })),
    fc.boolean().map((is) => ({ field: 'case.acknowledged', is })),
    subjects(metrics)
      .filter(([subject]) => subject !== 'confidence')
      .chain(([subject, id, threshold]) =>
        comparisonsWith(threshold).map((comparisons) => ({ field: `${subject}.${id}`, ...comparisons })),
      ),
    fc.constantFrom(...STAGES).map((is) => ({ field: 'stage', is })),
    fc.tuple(fc.constantFrom(...PURPOSES), fc.boolean()).map(([purpose, is]) => ({ field: `consent.${purpose}`, is })),
    fc.constantFrom('order.completed', 'call.made').map((is) => ({ field: 'type', is })),
    fc.constantFrom('crm', 'shop').map((is) => ({ field: 'source', is })),
    fc.boolean().map((exists) => ({ field: 'staff', exists })),
  );

const stateLeaf = (metrics: Metrics, stages: readonly string[]): fc.Arbitrary<StateCondition> =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: subjects(metrics).chain(([subject, id, threshold]) =>
        comparisonsWith(threshold).map((comparisons) => ({ [subject]: id, ...comparisons }) as StateCondition),
      ),
    },
    { weight: 1, arbitrary: fc.constantFrom(...PURPOSES).map((consent): StateCondition => ({ consent })) },
    ...(stages.length === 0
      ? []
      : [
          {
            weight: 1,
            arbitrary: fc.subarray([...stages], { minLength: 1 }).map((stage): StateCondition => ({ stage })),
          },
        ]),
  );

type Logic<T> =
  | T
  | { readonly all: readonly Logic<T>[] }
  | { readonly any: readonly Logic<T>[] }
  | { readonly not: Logic<T> };

/** Conditions over some leaves, up to three deep. */
const nested = <T>(leaf: fc.Arbitrary<T>, depth = 2): fc.Arbitrary<T> => {
  if (depth === 0) return leaf;
  const inner = nested(leaf, depth - 1);
  const several = fc.array(inner, { minLength: 1, maxLength: 3 });
  return fc.oneof(
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: several.map((all): Logic<T> => ({ all })) },
    { weight: 1, arbitrary: several.map((any): Logic<T> => ({ any })) },
    { weight: 1, arbitrary: inner.map((not): Logic<T> => ({ not })) },
  ) as fc.Arbitrary<T>;
};

const metricRule = (where: fc.Arbitrary<EventCondition>): fc.Arbitrary<MetricRule> =>
  metricRules({
    pattern,
    duration,
    where,
    promises: PROMISES,
    numberFields: ['data.n', 'data.x', 'data.cents', 'data.items.n', 'data.list', 'metric.m1'],
    fields: ['data.k', 'data.items.k', 'data.list', 'data.items'],
  });

const gives = fc
  .dictionary(
    fc.constantFrom(...FACTORS),
    fc.oneof(fc.constantFrom(1, -1, 0.5, -2), fc.double({ min: 0.1, max: 3, noNaN: true })),
    { minKeys: 1, maxKeys: 2 },
  )
  .map((weights) => ({ ...weights }));

const scale: fc.Arbitrary<Scale> = fc
  .tuple(
    fc.constantFrom(
      'data.n',
      'data.k',
      'data.items.n',
      'data.absent',
      'case.severity',
      'case.compensationRatio',
      'metric.m0',
      'factor.joy',
    ),
    fc.oneof(
      fc.constantFrom({ map: { a: 2, b: 0, 1: 0.5, 2: -1, undefined: 7 } }),
      fc.constantFrom(
        {
          curve: [
            [0, 0.2],
            [1, 1.3],
            [4, -0.5],
          ] as const,
        },
        {
          curve: [
            [1, 0],
            [2, 2],
          ] as const,
        },
        { curve: [[50, 1]] as const },
      ),
    ),
    optional(fc.constantFrom(0, 0.5)),
  )
  .map(
    ([field, shape, fallback]) =>
      ({ field, ...shape, ...(fallback === undefined ? {} : { default: fallback }) }) as Scale,
  );

const promiseRule = (id: string, when: fc.Arbitrary<EventCondition>): fc.Arbitrary<PromiseRule> =>
  fc
    .tuple(
      fc.record(
        {
          made: pattern,
          kept: pattern,
          madeWhen: when,
          key: fc.constantFrom('data.k', 'data.n', 'data.items.k', 'data.caseId'),
          keptWhen: when,
          released: pattern,
          whenKept: gives,
          whenBroken: gives,
        },
        { requiredKeys: ['made', 'kept'] },
      ),
      fc.oneof(
        duration.map((within) => ({ within })),
        fc.constant({ by: 'data.due' }),
      ),
    )
    .map(([rule, deadline]) => ({ id, ...rule, ...deadline }));

/** A stage whose `enter` implies its `stay`: what may look at the stage (`other`) is never what both ask for. */
const stageRule = (
  id: string,
  condition: fc.Arbitrary<StateCondition>,
  anyCondition: fc.Arbitrary<StateCondition>,
): fc.Arbitrary<StageRule> =>
  fc
    .tuple(condition, optional(fc.tuple(anyCondition, fc.boolean())), optional(duration))
    .map(([one, other, minStay]) => ({
      id,
      ...(other === undefined
        ? { enter: one }
        : other[1]
          ? { enter: one, stay: { any: [one, other[0]] } }
          : { enter: { all: [one, other[0]] }, stay: one }),
      ...(minStay === undefined ? {} : { minStay }),
    }));

/** A threshold for any metric, for conditions that are made before the metrics they ask for. */
const anyMetrics: Metrics = Object.fromEntries(METRICS.map((id) => [id, { count: '*' }]));

export const tinyRulesets: fc.Arbitrary<Ruleset> = fc
  .tuple(...METRICS.map((_, i) => metricRule(nested(eventLeaf(anyMetrics), i === 0 ? 0 : 1))))
  .chain((rules) => {
    const metrics: Metrics = Object.fromEntries(METRICS.map((id, i) => [id, rules[i]]));
    const when = nested(eventLeaf(metrics));
    const ofStages = nested(stateLeaf(metrics, []));
    const ofSignals = nested(stateLeaf(metrics, STAGES));
    return fc.record({
      ruleset: fc.constant('tiny'),
      version: fc.constant(1),
      factors: fc.record({
        trust: duration.map((halfLife) => ({ halfLife })),
        joy: fc
          .tuple(duration, fc.constantFrom([2, 3] as const, [1, 1] as const, [0.5, 4] as const))
          .map(([halfLife, prior]) => ({ halfLife, prior })),
      }),
      metrics: fc.constant(metrics),
      evidence: fc
        .array(
          fc.record(
            {
              on: pattern,
              when,
              gives,
              scale,
              atMost: fc.record({ times: fc.integer({ min: 1, max: 3 }), within: duration }),
            },
            { requiredKeys: ['on', 'gives'] },
          ),
          { minLength: 1, maxLength: 5 },
        )
        .map((evidence) => evidence.map((rule, i) => ({ id: `e${i}`, ...rule }))),
      promises: fc.tuple(...PROMISES.map((id) => promiseRule(id, when))),
      stages: fc
        .tuple(...STAGES.slice(1).map((id) => stageRule(id, ofStages, ofSignals)))
        .map((stages) => [{ id: STAGES[0] }, ...stages]),
      signals: fc.array(fc.tuple(ofSignals, optional(ofSignals)), { maxLength: 3 }).map((signals) =>
        signals.map(([raise, clear], i) => ({
          id: `g${i}`,
          raise,
          ...(clear === undefined ? {} : { clear: { all: [clear, { not: raise }] } }),
        })),
      ),
    });
  });

const data = fc.record(
  {
    n: fc.oneof(fc.integer({ min: -2, max: 5 }), fc.constantFrom('a', null)),
    x: fc.oneof(fc.constantFrom(0.5, 2.25), fc.double({ min: -3, max: 6, noNaN: true })),
    cents: fc.integer({ min: -300, max: 600 }).map((units) => units / 100),
    k: fc.constantFrom('a', 'b', 1, '1', 2, true, null, '__proto__'),
    list: fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('a', 'b')), { maxLength: 3 }),
    items: fc.array(
      fc.record({ n: fc.integer({ min: -1, max: 4 }), k: fc.constantFrom('a', 'b', 'c') }, { requiredKeys: [] }),
      { maxLength: 3 },
    ),
    caseId: fc.constantFrom('a', 'b', '__proto__', 7),
    severity: fc.constantFrom('a', 'b', 1, 2),
    category: fc.constantFrom('a', 'b'),
    outcome: fc.constantFrom('a', 'b'),
    loss: fc.constantFrom(0, 1, 4),
    amount: fc.integer({ min: 0, max: 5 }),
    purpose: fc.constantFrom(...PURPOSES),
    due: fc.oneof(
      fc.integer({ min: -10, max: SPAN }).map((at) => formatInstant(START + at)),
      fc.constantFrom('tomorrow', '2026-01-01T00:00:00.100'),
    ),
  },
  { requiredKeys: ['caseId', 'purpose', 'k'] },
);

/** Distinct touchpoints in canonical order; some share a millisecond, some follow each other at round distances. */
export const tinyHistories: fc.Arbitrary<readonly FoldedTouchpoint[]> = fc
  .array(
    fc.record(
      {
        type: fc.oneof(fc.constantFrom('order.completed', 'call.made'), fc.constantFrom(...TYPES)),
        at: fc.oneof(
          fc.integer({ min: 0, max: SPAN }),
          fc.integer({ min: 0, max: SPAN / 10 }).map((tens) => tens * 10),
        ),
        source: fc.constantFrom('crm', 'shop'),
        staff: fc.constant('ann'),
        data,
      },
      { requiredKeys: ['type', 'at', 'source', 'data'] },
    ),
    { minLength: 1, maxLength: 15 },
  )
  .map((touchpoints) =>
    touchpoints
      .map(({ at, ...touchpoint }, i) => ({
        id: `t${i}`,
        ...touchpoint,
        occurredAt: START + at,
        recordedAt: START + at,
      }))
      .sort(compareTouchpoints),
  );

export const tinyInstants = fc
  .oneof(fc.integer({ min: 0, max: 1.5 * SPAN }), fc.integer({ min: SPAN, max: 1.5 * SPAN }))
  .map((at) => START + at);
