import fc from 'fast-check';
import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { compareTouchpoints, type Touchpoint } from '../touchpoint/touchpoint';
import { contributionsOf, evaluate, toDocument } from './evaluate';
import { Fold } from './fold';
import { restoreFold, saveFold } from './fold-state';
import { compileRuleset } from './program';
import { atomHolds } from './state-condition';

/** A ruleset that uses every kind of metric, condition, scale and promise, with thresholds that are often crossed. */
const ruleset: Ruleset = {
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
    spend: { sum: 'data.total', of: ['order.completed', 'order.refunded'], within: 'P25D' },
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
const program = compileRuleset(ruleset);
const START = Date.UTC(2026, 0, 1);

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
  'message.received',
  'message.sent',
  'consent.granted',
  'consent.revoked',
];

/** Distinct touchpoints of one customer, in canonical order; several may share a millisecond. */
const history = fc
  .array(
    fc.record({
      type: fc.constantFrom(...TYPES),
      data,
      // Coarse times so that touchpoints meet each other, deadlines and ends of windows; fine ones besides.
      occurredAt: fc.oneof(
        fc.integer({ min: 0, max: 60 }).map((days) => START + days * DAY),
        fc.integer({ min: 0, max: 60 * DAY }).map((ms) => START + ms),
        fc.integer({ min: 0, max: 60 }).map((days) => START + days * DAY + 1),
      ),
      lateness: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 * DAY })),
    }),
    { maxLength: 40 },
  )
  .map((items) =>
    items
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
      .sort(compareTouchpoints),
  );
const asOf = fc.integer({ min: 0, max: 90 * DAY }).map((ms) => START + ms);

const answer = (touchpoints: readonly Touchpoint[], view: { asOf?: number; knownAt?: number }): string =>
  JSON.stringify(toDocument(evaluate(program, touchpoints, view)));

describe('the laws of the fold', () => {
  it('any order and any duplication of the input gives the identical result', () => {
    fc.assert(
      fc.property(history, asOf, fc.infiniteStream(fc.nat()), (touchpoints, at, random) => {
        const next = () => random.next().value as number;
        const doubled = touchpoints.flatMap((one) => (next() % 3 === 0 ? [one, { ...one }] : [one]));
        const shuffled = doubled
          .map((one) => ({ one, key: next() }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(answer(shuffled, { asOf: at })).toBe(answer(touchpoints, { asOf: at }));
      }),
      { numRuns: 300 },
    );
  });

  it('the state continued in steps, saved and restored between them, equals the state folded at once', () => {
    fc.assert(
      fc.property(
        history,
        asOf,
        fc.array(fc.boolean(), { minLength: 41, maxLength: 41 }),
        (touchpoints, end, rests) => {
          const known = touchpoints.filter(({ occurredAt }) => occurredAt <= end);
          const atOnce = new Fold(program);
          atOnce.apply(known);
          atOnce.advance(end);
          let stepwise = new Fold(program);
          known.forEach((touchpoint, i) => {
            if (i > 0 && touchpoint.occurredAt === known[i - 1].occurredAt) return;
            stepwise.apply(known.filter(({ occurredAt }) => occurredAt === touchpoint.occurredAt));
            const next = known.find(({ occurredAt }) => occurredAt > touchpoint.occurredAt)?.occurredAt ?? end + 1;
            if (rests[i]) stepwise.advance(touchpoint.occurredAt + Math.floor((next - 1 - touchpoint.occurredAt) / 2));
            const restored = new Fold(program);
            restoreFold(restored, saveFold(stepwise));
            expect(restored.nextReviewAt()).toBe(stepwise.nextReviewAt());
            stepwise = restored;
          });
          stepwise.advance(end);
          expect(saveFold(stepwise)).toBe(saveFold(atOnce));
          expect(stepwise.nextReviewAt()).toBe(atOnce.nextReviewAt());
        },
      ),
      { numRuns: 300 },
    );
  });

  it('contributions add up to the score', () => {
    fc.assert(
      fc.property(history, asOf, (touchpoints, at) => {
        const evaluation = evaluate(program, touchpoints, { asOf: at });
        program.factors.forEach((_, i) => {
          const { base, rows } = contributionsOf(evaluation, i);
          const sum = rows.reduce((total, { points }) => total + points, base);
          expect(Math.abs(sum - evaluation.fold.factors[i].scoreAt(at))).toBeLessThan(1e-9);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('an answer as of a day does not change when later touchpoints arrive', () => {
    fc.assert(
      fc.property(history, asOf, (touchpoints, at) => {
        const before = touchpoints.filter(({ occurredAt }) => occurredAt <= at);
        expect(answer(touchpoints, { asOf: at })).toBe(answer(before, { asOf: at }));
        const known = touchpoints.filter(({ recordedAt }) => recordedAt <= at);
        expect(answer(touchpoints, { asOf: at, knownAt: at })).toBe(answer(known, { asOf: at }));
      }),
      { numRuns: 300 },
    );
  });

  it('the stage held is the one that the rules give at every millisecond around each change', () => {
    fc.assert(
      fc.property(history, asOf, (touchpoints, end) => {
        const { history: changes } = evaluate(program, touchpoints, { asOf: end });
        for (const { at, to, from } of changes) {
          expect(evaluate(program, touchpoints, { asOf: at }).fold.stageId).toBe(to);
          expect(evaluate(program, touchpoints, { asOf: at - 1 }).fold.stageId).toBe(from);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('looking every quarter of a day and in between finds no flip that the solved instants missed', () => {
    fc.assert(
      fc.property(history, (touchpoints) => {
        const fold = new Fold(program);
        fold.apply(touchpoints);
        if (fold.stage < 0) return;
        const end = fold.instant + 70 * DAY;
        for (let t = fold.instant + 1; t < end; t += DAY / 4 + 17) {
          fold.advance(t);
          const wrong = program.stages[fold.stage].watches.filter(
            (atom) => atomHolds(program.atoms[atom], fold.subjectOf(atom).value(t)) !== (fold.truth[atom] === 1),
          );
          if (wrong.length > 0) expect(wrong.map((atom) => program.atoms[atom])).toEqual([]);
        }
        expect(fold.instant).toBeLessThan(end);
      }),
      { numRuns: 100 },
    );
  });
});
