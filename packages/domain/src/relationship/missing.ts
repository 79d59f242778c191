import { OPPOSITE } from '../ruleset/comparison';
import { type ConditionNow, conditionNow } from './conditions-now';
import type { Evaluation } from './evaluate';
import { implies } from './implied';
import type { DecidingCondition } from './relationship';

/** What does not hold yet, as a tree: all of `all`, one of `any`, or one comparison. */
export type Missing =
  | { readonly all: readonly Missing[] }
  | { readonly any: readonly Missing[] }
  | { readonly condition: DecidingCondition };

const NEGATED = { ...OPPOSITE, is: 'is' } as const;

/** Whether doing what `one` asks for also does what `other` asks for. */
const leavesNothingOf = (one: Missing, other: Missing): boolean => {
  if ('any' in one) return one.any.every((part) => leavesNothingOf(part, other));
  if ('all' in other) return other.all.every((part) => leavesNothingOf(one, part));
  if ('any' in other && other.any.some((part) => leavesNothingOf(one, part))) return true;
  if ('all' in one) return one.all.some((part) => leavesNothingOf(part, other));
  return 'condition' in other && implies({ ...one.condition, holds: true }, { ...other.condition, holds: true });
};

/** Without the parts that another one makes unnecessary: of `all` the looser ones, of alternatives those that ask for more. */
const needed = (parts: readonly Missing[], all: boolean): readonly Missing[] => {
  const makesNeedless = (other: Missing, one: Missing): boolean =>
    all ? leavesNothingOf(other, one) : leavesNothingOf(one, other);
  return parts.filter(
    (one, i) =>
      !parts.some((other, j) => i !== j && makesNeedless(other, one) && (j < i || !makesNeedless(one, other))),
  );
};

const missingOf = (now: ConditionNow, wanted: boolean): Missing | null => {
  if (now.holds === wanted) return null;
  if ('not' in now) return missingOf(now.not, !wanted);
  if ('all' in now || 'any' in now) {
    const all = 'all' in now === wanted;
    const missing = ('all' in now ? now.all : now.any).map((one) => missingOf(one, wanted));
    const parts = needed(
      missing.filter((one) => one !== null),
      all,
    );
    const [only, ...others] = parts;
    if (only !== undefined && others.length === 0) return only;
    return all ? { all: parts } : { any: parts };
  }
  return { condition: wanted ? now : { ...now, comparison: NEGATED[now.comparison], holds: !now.holds } };
};

/** The next stage and what is missing for it; null on the last stage and before the first touchpoint. */
export const missingForNextStage = ({
  fold,
  asOf,
}: Evaluation): { readonly stage: string; readonly missing: Missing | null } | null => {
  const next = fold.program.stages[fold.stage + 1];
  if (fold.isEmpty || next?.enterCondition === undefined) return null;
  return { stage: next.id, missing: missingOf(conditionNow(fold, next.enterCondition, asOf), true) };
};
