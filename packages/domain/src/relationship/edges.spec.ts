import type { JsonObject } from '../json';
import { WindowSum } from '../metric/accumulators/window';
import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { evaluate, toDocument } from './evaluate';
import { Fold } from './fold';
import { restoreFold, saveFold } from './fold-state';
import type { FoldedTouchpoint } from './folded-touchpoint';
import { compileRuleset } from './program';

const START = Date.UTC(2026, 0, 1);
const minimal: Ruleset = {
  ruleset: 'edges',
  version: 1,
  factors: { trust: { halfLife: 'P10D' } },
  stages: [{ id: 's0' }],
};
const touchpoint = (id: string, occurredAt: number, data: JsonObject = {}): FoldedTouchpoint => ({
  id,
  source: 'shop',
  type: 'order.completed',
  occurredAt,
  recordedAt: occurredAt,
  data,
});
const documentOf = (ruleset: Partial<Ruleset>, touchpoints: readonly FoldedTouchpoint[], asOf = START + 1) =>
  toDocument(evaluate(compileRuleset({ ...minimal, ...ruleset }), touchpoints, { asOf }));

describe('at the edges of the model', () => {
  it('a stage that waits for another stage follows it a millisecond later', () => {
    const stages: Ruleset['stages'] = [
      { id: 's0' },
      { id: 's1', enter: { metric: 'n', atLeast: 1 } },
      { id: 's2', enter: { all: [{ metric: 'n', atLeast: 1 }, { stage: 's1' }] }, stay: { metric: 'n', atLeast: 1 } },
    ];
    const program = compileRuleset({ ...minimal, stages, metrics: { n: { count: '*' } } });
    const { history } = evaluate(program, [touchpoint('a', START)], { asOf: START + 1 });
    expect(history.map(({ at, to, cause }) => ({ at, to, cause }))).toEqual([
      { at: START, to: 's1', cause: 'touchpoint' },
      { at: START + 1, to: 's2', cause: 'time' },
    ]);
  });

  it('objects are not counted as distinct values', () => {
    const { metrics } = documentOf({ metrics: { n: { distinct: 'data.items', of: '*' } } }, [
      touchpoint('a', START, { items: [{ sku: 'p' }, 'q'] }),
    ]);
    expect(metrics).toEqual({ n: 1 });
  });

  it('a missing field fails a comparison even where its absence is asked for besides', () => {
    const where = { field: 'data.total', exists: false, atLeast: 1 };
    expect(documentOf({ metrics: { n: { count: '*', where } } }, [touchpoint('a', START)]).metrics).toEqual({ n: 0 });
  });

  it('a missing field takes the default of a map, not its entry "undefined"', () => {
    const evidence = [
      { id: 'e', on: '*', gives: { trust: 1 }, scale: { field: 'data.x', map: { undefined: 5 }, default: 0 } },
    ];
    expect(documentOf({ evidence }, [touchpoint('a', START)], START).factors?.trust.confidence).toBe(0);
  });

  it('a case has no field that only every object has', () => {
    const evidence = [{ id: 'e', on: '*', gives: { trust: 1 }, when: { field: 'case.constructor', exists: true } }];
    expect(() => compileRuleset({ ...minimal, evidence }).programFor('call.made')).toThrow(
      'unknown field "case.constructor"',
    );
  });

  it('a customer of whom nothing is known is saved and restored', () => {
    const program = compileRuleset(minimal);
    const fold = new Fold(program);
    restoreFold(fold, saveFold(new Fold(program)));
    expect(fold.nextReviewAt()).toBe(Number.POSITIVE_INFINITY);
    fold.apply([touchpoint('a', START)]);
    expect(fold.stageId).toBe('s0');
  });

  it('evidence before 1970 counts as any other', () => {
    const evidence = [{ id: 'e', on: '*', gives: { trust: 4 } }];
    const at = Date.UTC(1930, 0, 1);
    expect(documentOf({ evidence }, [touchpoint('a', at)], at).factors?.trust.score).toBeCloseTo(75, 9);
    expect(documentOf({ evidence }, [touchpoint('a', at)], at + 10 * DAY).factors?.trust.score).toBeCloseTo(
      66.666667,
      6,
    );
  });

  it('a sum over a window names its next flip after few looks, however many values are to leave', () => {
    const sum = new WindowSum(100 * DAY);
    for (let i = 0; i < 10_000; i++) sum.add(1, START + i);
    let looks = 0;
    let at = START + 10_000;
    for (; sum.value(at) >= 5; looks++) at = sum.crossing(5, at);
    expect(at).toBe(START + 9_995 + 100 * DAY);
    expect(looks).toBeLessThan(30);
  });
});
