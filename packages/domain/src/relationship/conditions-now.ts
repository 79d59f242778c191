import type { StateCondition } from '../ruleset/condition';
import { foldCondition, matchStateLeaf } from '../ruleset/fold-condition';
import type { Fold } from './fold';
import { implies } from './implied';
import { thresholdOf } from './program';
import type { DecidingCondition } from './relationship';
import { type Atom, atomsOf, holdsOn } from './state-condition';

/** A condition with the values it met, as a tree of the same form. */
export type ConditionNow =
  | { readonly all: readonly ConditionNow[]; readonly holds: boolean }
  | { readonly any: readonly ConditionNow[]; readonly holds: boolean }
  | { readonly not: ConditionNow; readonly holds: boolean }
  | DecidingCondition;

/** The nearest double below (-1) or above (1) another. */
const beside = (value: number, direction: number): number => {
  if (value === 0) return direction * Number.MIN_VALUE;
  // Read as an integer, the bits of a double count the doubles of its sign.
  const bits = new DataView(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(Math.sign(value) * direction));
  return bits.getFloat64(0);
};

/**
 * A value with the side of the threshold on which it lies. Where a score is at its prior, rounding may have lost evidence
 * that remains. The value is then the nearest double on its side, so that value and outcome agree.
 */
const valueAndSide = (fold: Fold, atom: Atom, t: number): { readonly value: number; readonly side: number } => {
  const { threshold } = atom;
  const value = subjectValue(fold, atom.subject, atom.id, t);
  if (atom.subject === 'metric') return { value, side: value - threshold };
  const index = fold.program.factors.findIndex(({ id }) => id === atom.id);
  const side = fold.factorSide(index, thresholdOf(atom, fold.program.factors), t);
  if (side === 0) return { value: threshold, side };
  return { value: Math.sign(value - threshold) === Math.sign(side) ? value : beside(threshold, Math.sign(side)), side };
};

const subjectValue = (fold: Fold, subject: 'metric' | 'factor' | 'confidence', id: string, t: number): number => {
  if (subject === 'metric') return fold.metricValue(fold.program.metricIds.indexOf(id), t);
  const factor = fold.factorOf(id);
  return subject === 'factor' ? factor.scoreAt(t) : factor.confidenceAt(t);
};

const allNow = (all: readonly ConditionNow[]): ConditionNow => ({ all, holds: all.every(({ holds }) => holds) });

/**
 * A condition as it stands at `t`, at or after the fold's instant.
 *
 * @param stage the stage that conditions on the stage compare with
 */
export const conditionNow = (
  fold: Fold,
  condition: StateCondition,
  t: number,
  stage: string | null = fold.stageId,
): ConditionNow => {
  return foldCondition<StateCondition, ConditionNow>(condition, {
    all: allNow,
    any: (any) => ({ any, holds: any.some(({ holds }) => holds) }),
    not: (not) => ({ not, holds: !not.holds }),
    leaf: (leaf) =>
      matchStateLeaf<ConditionNow>(leaf, {
        number: (subject, id, comparisons) => {
          const all = atomsOf(subject, id, comparisons).map((atom): DecidingCondition => {
            const { value, side } = valueAndSide(fold, atom, t);
            return { ...atom, value: Number.isFinite(value) ? value : null, holds: holdsOn(side, atom.comparison) };
          });
          const [only, ...others] = all;
          return only !== undefined && others.length === 0 ? only : allNow(all);
        },
        stage: (stages) => {
          const holds = stage !== null && stages.includes(stage);
          return { subject: 'stage', id: stages.join(', '), comparison: 'is', value: stage, holds };
        },
        consent: (purpose) => {
          const holds = fold.hasConsent(purpose);
          return { subject: 'consent', id: purpose, comparison: 'is', value: holds, holds };
        },
      }),
  });
};

/** Sets of which each is enough by itself, without those that ask for all that another one does, or more. */
const withoutStricter = (
  sets: readonly (readonly DecidingCondition[])[],
): readonly (readonly DecidingCondition[])[] => {
  const asksForAllOf = (one: readonly DecidingCondition[], other: readonly DecidingCondition[]): boolean =>
    other.every((wanted) => one.some((condition) => implies(condition, wanted)));
  return sets.filter(
    (one, i) => !sets.some((other, j) => i !== j && asksForAllOf(one, other) && (j < i || !asksForAllOf(other, one))),
  );
};

/** The comparisons that make a condition hold, or fail. Of alternatives, all that did, but none that asks for more. */
export const decidingOf = (now: ConditionNow): readonly DecidingCondition[] => {
  if ('not' in now) return decidingOf(now.not);
  if (!('all' in now || 'any' in now)) return [now];
  const parts = ('all' in now ? now.all : now.any).filter(({ holds }) => holds === now.holds).map(decidingOf);
  const needsEvery = 'all' in now === now.holds;
  return (needsEvery ? parts : withoutStricter(parts)).flat();
};

/**
 * Why a fold that stands at `t` moved. Going up: what was met for each stage entered. Going down, from the top: what
 * failed. Conditions on the stage compare with the stage before the move.
 */
export const decidingConditions = (fold: Fold, from: number, to: number, t: number): readonly DecidingCondition[] => {
  const { stages } = fold.program;
  const conditions =
    to > from
      ? stages.slice(Math.max(from, 0) + 1, to + 1).map(({ enterCondition }) => enterCondition)
      : stages.slice(to + 1, from + 1).map(({ stayCondition }) => stayCondition).reverse(); // biome-ignore format: short
  const held = stages[from]?.id ?? null;
  const deciding = conditions.flatMap((condition) =>
    condition === undefined ? [] : decidingOf(conditionNow(fold, condition, t, held)),
  );
  return [...new Map(deciding.map((one) => [JSON.stringify(one), one])).values()];
};
