import type { StateCondition } from '../ruleset/ruleset';
import type { Fold } from './fold';
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
  const bits = new BigInt64Array(new Float64Array([value]).buffer);
  if (value === 0) return direction * Number.MIN_VALUE;
  bits[0] += BigInt(Math.sign(value) * direction);
  return new Float64Array(bits.buffer)[0];
};

/**
 * A value with the side on which it lies to the threshold. Of a score at its prior evidence may remain that rounding
 * has lost: it is told by the nearest double on its side, so that value and outcome agree.
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
  if (subject === 'metric') return fold.metrics[fold.program.metricIds.indexOf(id)].value(t);
  const factor = fold.factors[fold.program.factors.findIndex((one) => one.id === id)];
  return subject === 'factor' ? factor.scoreAt(t) : factor.confidenceAt(t);
};

/** A condition as it stands at `t`, at or after the fold's instant. */
export const conditionNow = (fold: Fold, condition: StateCondition, t: number): ConditionNow => {
  if ('all' in condition) {
    const all = condition.all.map((one) => conditionNow(fold, one, t));
    return { all, holds: all.every(({ holds }) => holds) };
  }
  if ('any' in condition) {
    const any = condition.any.map((one) => conditionNow(fold, one, t));
    return { any, holds: any.some(({ holds }) => holds) };
  }
  if ('not' in condition) {
    const not = conditionNow(fold, condition.not, t);
    return { not, holds: !not.holds };
  }
  if ('stage' in condition) {
    const stages: readonly string[] = typeof condition.stage === 'string' ? [condition.stage] : condition.stage;
    const holds = fold.stageId !== null && stages.includes(fold.stageId);
    return { subject: 'stage', id: stages.join(', '), comparison: 'is', value: fold.stageId, holds };
  }
  if ('consent' in condition) {
    const holds = fold.hasConsent(condition.consent);
    return { subject: 'consent', id: condition.consent, comparison: 'is', value: holds, holds };
  }
  const all = atomsOf(condition).map((atom): DecidingCondition => {
    const { value, side } = valueAndSide(fold, atom, t);
    return { ...atom, value: Number.isFinite(value) ? value : null, holds: holdsOn(side, atom.comparison) };
  });
  return all.length === 1 ? all[0] : { all, holds: all.every(({ holds }) => holds) };
};

/** The comparisons that make a condition hold, or fail: the smallest set that decides it. */
export const decidingOf = (now: ConditionNow): readonly DecidingCondition[] => {
  if ('all' in now) return now.all.filter(({ holds }) => holds === now.holds || now.holds).flatMap(decidingOf);
  if ('any' in now) return now.any.filter(({ holds }) => holds === now.holds || !now.holds).flatMap(decidingOf);
  if ('not' in now) return decidingOf(now.not);
  return [now];
};

/** Why a fold that stands at `t` moved: what let it in, going up; what it lost, going down. */
export const decidingConditions = (fold: Fold, from: number, to: number, t: number): readonly DecidingCondition[] => {
  const { stages } = fold.program;
  if (to > from) {
    const { enterCondition } = stages[to];
    return enterCondition === undefined ? [] : decidingOf(conditionNow(fold, enterCondition, t));
  }
  const lost = stages.slice(to + 1, from + 1).reverse();
  return lost.flatMap(({ stayCondition }) =>
    stayCondition === undefined ? [] : decidingOf(conditionNow(fold, stayCondition, t)).filter(({ holds }) => !holds),
  );
};
