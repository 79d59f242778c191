import fc from 'fast-check';
import type { Ruleset } from '../ruleset/ruleset';
import { differences } from '../testing/differences';
import { evaluate, toDocument } from './evaluate';
import { Fold, type FoldRecorder } from './fold';
import { restoreFold, saveFold } from './fold-state';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { compileRuleset } from './program';
import { bruteForce } from './testing/brute-force';
import { tinyHistories, tinyInstants, tinyRulesets } from './testing/tiny-relationships';

/** More of them (`EVERY_MILLISECOND_RUNS=20000`) take their time: some five milliseconds each. */
const RUNS = Number(process.env.EVERY_MILLISECOND_RUNS ?? 200);

/** Where the fold and a walk through every millisecond differ, on whatever side of a knife-edge the fold fell. */
const disagreement = (ruleset: Ruleset, touchpoints: readonly FoldedTouchpoint[], asOf: number): readonly string[] => {
  const document = toDocument(evaluate(compileRuleset(ruleset), touchpoints, { asOf }));
  const expected = bruteForce(ruleset, touchpoints, asOf);
  const found = differences(document, expected.document, '', 0);
  if (found.length === 0 || !expected.knifeEdge) return found;
  const sides = [0, 1e-12, -1e-12];
  return sides.some((metrics) =>
    sides.some((factors) => {
      const { document: nudged } = bruteForce(ruleset, touchpoints, asOf, { metrics, factors });
      return differences(document, nudged, '', 2).length === 0;
    }),
  )
    ? []
    : found;
};

describe('the fold and a walk through every millisecond', () => {
  it('agree on any ruleset and any history', () => {
    fc.assert(
      fc.property(tinyRulesets, tinyHistories, tinyInstants, (ruleset, touchpoints, asOf) => {
        expect(disagreement(ruleset, touchpoints, asOf)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('agree however often the fold is asked, rested, saved and restored in between', () => {
    const pokes = fc.array(fc.tuple(tinyInstants, fc.integer({ min: 0, max: 60 }), fc.boolean()), { maxLength: 12 });
    fc.assert(
      fc.property(tinyRulesets, tinyHistories, tinyInstants, pokes, (ruleset, touchpoints, asOf, stops) => {
        const program = compileRuleset(ruleset);
        const known = touchpoints.filter(({ occurredAt }) => occurredAt <= asOf);
        const listening = () => {
          const heard: unknown[] = [];
          return {
            heard,
            recorder: {
              stageChanged: (_fold, from, to, at, touchpoint) => heard.push([from, to, at, touchpoint?.id]),
              signalChanged: (signal, raised, at) => heard.push([signal, raised, at]),
              promiseSettled: (promise) => heard.push(promise),
            } satisfies FoldRecorder,
          };
        };
        const atOnce = listening();
        const expected = new Fold(program, atOnce.recorder);
        expected.apply(known);
        expected.advance(asOf);

        const stepwise = listening();
        let fold = new Fold(program, stepwise.recorder);
        let from = Number.NEGATIVE_INFINITY;
        const applyUpTo = (until: number) => {
          fold.apply(known.filter(({ occurredAt }) => from < occurredAt && occurredAt <= until));
          fold.advance(until);
          from = until;
        };
        for (const [at, ahead, saved] of stops.filter((stop) => stop[0] < asOf).sort((a, b) => a[0] - b[0])) {
          applyUpTo(at);
          const next = fold.nextReviewAt();
          if (!fold.isEmpty) fold.wouldChange(at + ahead);
          expect(fold.nextReviewAt()).toBe(next);
          if (!saved) continue;
          const restored = new Fold(program, stepwise.recorder);
          restoreFold(restored, saveFold(fold));
          expect(restored.nextReviewAt()).toBe(next);
          fold = restored;
        }
        applyUpTo(asOf);
        expect(stepwise.heard).toEqual(atOnce.heard);
        expect(saveFold(fold)).toEqual(saveFold(expected));
      }),
      { numRuns: RUNS },
    );
  });
});
