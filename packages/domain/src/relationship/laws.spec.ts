import fc from 'fast-check';
import { histories as history, lawRuleset, livelyHistories, START } from '../testing/histories';
import { DAY } from '../time/instant';
import type { Touchpoint } from '../touchpoint/touchpoint';
import { contributionsOf, evaluate, toDocument } from './evaluate';
import { Fold } from './fold';
import { restoreFold, saveFold } from './fold-state';
import { compileRuleset } from './program';

const program = compileRuleset(lawRuleset);
const asOf = fc.integer({ min: 0, max: 90 * DAY }).map((ms) => START + ms);
/** Mostly after the last touchpoint, where only time is left to change anything. */
const later = fc.integer({ min: 60 * DAY, max: 240 * DAY }).map((ms) => START + ms);

const answer = (touchpoints: readonly Touchpoint[], view: { asOf?: number; knownAt?: number }): string =>
  JSON.stringify(toDocument(evaluate(program, touchpoints, view)));

describe('the laws of the fold', () => {
  it('are tried on histories with several moves, by touchpoints and by time', () => {
    const tried = fc.sample(fc.tuple(livelyHistories, later), { numRuns: 200, seed: 1 });
    const moves = tried.map(([touchpoints, end]) => evaluate(program, touchpoints, { asOf: end }).history.slice(1));
    const all = moves.flat();
    expect(moves.filter(({ length }) => length >= 2).length).toBeGreaterThan(150);
    expect(all.filter(({ cause }) => cause === 'time').length).toBeGreaterThan(100);
    expect(all.filter(({ cause }) => cause === 'touchpoint').length).toBeGreaterThan(300);
  });

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
        fc.oneof(history, livelyHistories),
        fc.oneof(asOf, later),
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
          expect(saveFold(stepwise)).toEqual(saveFold(atOnce));
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

  it('each point can be computed again from what stands beside it', () => {
    fc.assert(
      fc.property(history, asOf, (touchpoints, at) => {
        const { contributions = {} } = toDocument(evaluate(program, touchpoints, { asOf: at }));
        for (const [id, { base, prior, halfLife, total, rows }] of Object.entries(contributions)) {
          const [a, b] = prior;
          expect({ halfLife, prior }).toEqual({ prior: [2, 2], ...lawRuleset.factors[id] });
          expect(base).toBeCloseTo((100 * a) / (a + b), 9);
          const days = Number(/^P(\d+)D$/.exec(halfLife)![1]);
          let evidence = 0;
          for (const row of rows) {
            const age = (at - Date.parse(row.at)) / DAY;
            expect(row.ageFactor).toBeCloseTo(2 ** (-age / days), 9);
            const weight = row.weight * row.scale;
            evidence += Math.abs(weight) * row.ageFactor;
            const share = weight > 0 ? b / (a + b) : -a / (a + b);
            expect(row.points).toBeCloseTo(((100 * Math.abs(weight) * row.ageFactor) / total) * share, 9);
            const rule = lawRuleset.evidence?.find((one) => one.id === row.rule);
            if (rule !== undefined) expect(row.weight).toBe(rule.gives[id]);
            if (rule?.scale === undefined) expect(row.scale).toBe(1);
          }
          expect(total).toBeCloseTo(a + b + evidence, 9);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('an answer as of a day does not change when later touchpoints arrive', () => {
    fc.assert(
      fc.property(fc.oneof(history, livelyHistories), fc.oneof(asOf, later), (touchpoints, at) => {
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
      fc.property(livelyHistories, later, (touchpoints, end) => {
        const { history: changes } = evaluate(program, touchpoints, { asOf: end });
        for (const { at, to, from } of changes) {
          expect(evaluate(program, touchpoints, { asOf: at }).fold.stageId).toBe(to);
          expect(evaluate(program, touchpoints, { asOf: at - 1 }).fold.stageId).toBe(from);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('looking every quarter of a day and in between finds no change that the solved instants missed', () => {
    fc.assert(
      fc.property(livelyHistories, (touchpoints) => {
        const fold = new Fold(program);
        fold.apply(touchpoints);
        if (fold.isEmpty) return;
        const end = fold.instant + 70 * DAY;
        for (let t = fold.instant + 1; t < end; t += DAY / 4 + 17) {
          fold.advance(t);
          const { stageId, instant } = fold;
          if (fold.wouldChange(t)) expect({ t, instant, stageId }).toBe('as it would be now');
        }
      }),
      { numRuns: 300 },
    );
  });
});
