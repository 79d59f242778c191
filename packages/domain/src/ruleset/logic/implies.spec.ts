import fc from 'fast-check';
import * as E from 'fp-ts/Either';
import type { Ruleset, StateCondition } from '../ruleset';
import { formulaOf } from './formula';
import { notImplied } from './implies';
import { satisfy } from './satisfy';
import { stateDomainOf } from './state-domain';

const RULES: Ruleset = {
  ruleset: 'logic',
  version: 1,
  factors: { trust: { halfLife: 'P1D' } },
  metrics: { orders: { count: '*' }, activity: { count: '*', halfLife: 'P1D' }, balance: { sum: 'data.x', of: '*' } },
  stages: [{ id: 'a' }, { id: 'b', enter: { consent: 'x' } }, { id: 'c', enter: { consent: 'x' } }],
};
const DOMAIN = stateDomainOf(RULES);

interface State {
  readonly numbers: Readonly<Record<string, number>>;
  readonly stage: string;
  readonly consents: readonly string[];
}

const subjectOf = (condition: StateCondition): string =>
  'metric' in condition
    ? `metric.${condition.metric}`
    : 'factor' in condition
      ? `factor.${condition.factor}`
      : 'confidence.trust';

/** The model, word by word. */
const holds = (condition: StateCondition, state: State): boolean => {
  if ('all' in condition) return condition.all.every((inner) => holds(inner, state));
  if ('any' in condition) return condition.any.some((inner) => holds(inner, state));
  if ('not' in condition) return !holds(condition.not, state);
  if ('stage' in condition) return [condition.stage].flat().includes(state.stage);
  if ('consent' in condition) return state.consents.includes(condition.consent);
  const value = state.numbers[subjectOf(condition)];
  return (
    (condition.atLeast === undefined || value >= condition.atLeast) &&
    (condition.above === undefined || value > condition.above) &&
    (condition.atMost === undefined || value <= condition.atMost) &&
    (condition.below === undefined || value < condition.below)
  );
};

/** Thresholds are whole and half numbers up to 3; states lie on, between and beyond them. */
const quarters = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => from + i * step);
const VALUES: Readonly<Record<string, readonly number[]>> = {
  'metric.orders': [0, 1, 2, 3, 4],
  'metric.activity': quarters(0, 3.5, 0.25),
  'metric.balance': quarters(-1.5, 3.5, 0.25),
  'factor.trust': quarters(0, 3.5, 0.25),
};

const threshold = fc.integer({ min: -2, max: 6 }).map((n) => n / 2);
const comparisons = fc
  .record({ atLeast: threshold, above: threshold, atMost: threshold, below: threshold }, { requiredKeys: [] })
  .filter((some) => Object.keys(some).length > 0 && Object.keys(some).length < 3);
const numeric = (subjects: readonly string[]): fc.Arbitrary<StateCondition> =>
  fc.tuple(fc.constantFrom(...subjects), comparisons).map(([subject, compared]) => {
    const [kind, id] = subject.split('.');
    return (kind === 'metric' ? { metric: id, ...compared } : { factor: id, ...compared }) as StateCondition;
  });
const conditionOver = (subjects: readonly string[]): fc.Arbitrary<StateCondition> =>
  fc.letrec<{ condition: StateCondition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      numeric(subjects),
      fc.record({ consent: fc.constantFrom('x', 'y') }),
      fc.record({ stage: fc.subarray(['a', 'b', 'c'], { minLength: 1 }) }),
      fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('condition') }),
    ),
  })).condition;

const subjects = fc.subarray(Object.keys(VALUES), { minLength: 1, maxLength: 2 });
const pair = subjects.chain((names) => fc.tuple(fc.constant(names), conditionOver(names), conditionOver(names)));

function* states(names: readonly string[]): Generator<State> {
  const [first, second] = names;
  for (const stage of ['a', 'b', 'c'])
    for (const consents of [[], ['x'], ['y'], ['x', 'y']])
      for (const a of VALUES[first])
        for (const b of second === undefined ? [0] : VALUES[second])
          yield { stage, consents, numbers: second === undefined ? { [first]: a } : { [first]: a, [second]: b } };
}

test('a condition is satisfiable exactly when some state of the grid satisfies it', () => {
  fc.assert(
    fc.property(pair, ([names, one, other]) => {
      const found = satisfy([formulaOf(one), formulaOf(other, false)], DOMAIN);
      const exists = [...states(names)].some((state) => holds(one, state) && !holds(other, state));
      expect(E.isRight(found) && found.right !== undefined).toBe(exists);
    }),
    { numRuns: 500 },
  );
});

test('enter implies stay exactly when no state of the grid enters and leaves at once', () => {
  fc.assert(
    fc.property(pair, ([names, enter, stay]) => {
      const found = notImplied(enter, stay, 'b', DOMAIN);
      // The stage of `enter` is where one comes from, the stage of `stay` is the stage itself.
      const leaves = [...states(names)].some((state) => holds(enter, state) && !holds(stay, { ...state, stage: 'b' }));
      expect(E.isRight(found) && found.right.length > 0).toBe(leaves);
    }),
    { numRuns: 500 },
  );
});

const implied = (enter: StateCondition, stay: StateCondition): boolean => {
  const found = notImplied(enter, stay, 'b', DOMAIN);
  return E.isRight(found) && found.right.length === 0;
};

test('counts are whole: above 0 implies at least 1', () => {
  expect(implied({ metric: 'orders', above: 0 }, { metric: 'orders', atLeast: 1 })).toBe(true);
  expect(implied({ metric: 'activity', above: 0 }, { metric: 'activity', atLeast: 1 })).toBe(false);
});

test('counts are never negative, sums may be', () => {
  expect(implied({ consent: 'x' }, { metric: 'orders', atLeast: 0 })).toBe(true);
  expect(implied({ consent: 'x' }, { metric: 'balance', atLeast: 0 })).toBe(false);
});

test('a choice with no way out ends the search, however many others there are', () => {
  const many: StateCondition[] = Array.from({ length: 30 }, (_, i) => ({
    any: [{ consent: `a${i}` }, { consent: `b${i}` }],
  }));
  const never: StateCondition = { any: Array.from({ length: 20 }, (_, i) => ({ metric: 'orders', below: i - 20 })) };
  expect(satisfy([formulaOf({ all: [...many, never] })], DOMAIN)).toEqual(E.right(undefined));
});

test('what takes too long to decide is not claimed to be decided', () => {
  // Eleven pigeons in ten holes: no assignment, and no short way to see it.
  const holes = Array.from({ length: 10 }, (_, hole) => hole);
  const pigeons = [...holes, 10];
  const sits = (pigeon: number, hole: number): StateCondition => ({ consent: `${pigeon} in ${hole}` });
  const everyOneSits = pigeons.map((pigeon) => ({ any: holes.map((hole) => sits(pigeon, hole)) }));
  const noTwoTogether = holes.flatMap((hole) =>
    pigeons.flatMap((one) =>
      pigeons
        .filter((other) => other > one)
        .map((other) => ({ any: [{ not: sits(one, hole) }, { not: sits(other, hole) }] })),
    ),
  );
  expect(satisfy([formulaOf({ all: [...everyOneSits, ...noTwoTogether] })], DOMAIN)).toEqual(E.left('too-complex'));
});
