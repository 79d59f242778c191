import * as E from 'fp-ts/Either';
import type { StateCondition } from '../condition';
import { foldCondition } from '../fold-condition';
import { formulaOf, whileStageIs } from './formula';
import { type Region, type StateDomain, satisfy } from './satisfy';

/** A part of a condition and where it stands below it (`['all', 1]`). */
export interface ConditionPart {
  readonly condition: StateCondition;
  readonly path: readonly (string | number)[];
}

/** The parts that must all hold for the condition to hold. */
const conjuncts = (condition: StateCondition): readonly ConditionPart[] => {
  const whole = (self: StateCondition): readonly ConditionPart[] => [{ condition: self, path: [] }];
  return foldCondition<StateCondition, readonly ConditionPart[]>(condition, {
    all: (parts) => parts.flatMap((inner, i) => inner.map((part) => ({ ...part, path: ['all', i, ...part.path] }))),
    any: (_, self) => whole(self),
    not: (_, self) => whole(self),
    leaf: whole,
  });
};

/** A part of the second condition that can fail while the first holds, and a state in which it does. */
export interface NotImplied {
  readonly part: ConditionPart;
  readonly counterexample: Region;
}

/**
 * Whether `enter` implies `stay` of one stage, part by part. Right: the parts that are not implied (none: it does).
 * A stage named in `stay` is compared with the stage itself, for in no other is `stay` asked.
 */
export const notImplied = (
  enter: StateCondition,
  stay: StateCondition,
  stage: string,
  domain: StateDomain,
): E.Either<'too-complex', readonly NotImplied[]> => {
  const found: NotImplied[] = [];
  const entered = formulaOf(enter);
  for (const part of conjuncts(stay)) {
    const result = satisfy([entered, whileStageIs(formulaOf(part.condition, false), stage)], domain);
    if (E.isLeft(result)) return result;
    if (result.right !== undefined) found.push({ part, counterexample: result.right });
  }
  return E.right(found);
};
