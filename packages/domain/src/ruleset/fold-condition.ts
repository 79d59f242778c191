import type { Comparisons, EventCondition, StateCondition } from './condition';

type Logic = { readonly all: unknown } | { readonly any: unknown } | { readonly not: unknown };

/** What stands at the ends of `all`, `any` and `not`: of an event condition a field, of a state condition a comparison. */
export type Leaf<Condition> = Exclude<Condition, Logic>;
export type FieldCondition = Leaf<EventCondition>;
export type StateLeaf = Leaf<StateCondition>;

/** What to make of each form a condition can have. `self` is the condition itself. */
export interface ConditionCases<Condition, Part, Result> {
  all(parts: readonly Part[], self: Condition): Result;
  any(parts: readonly Part[], self: Condition): Result;
  not(part: Part, self: Condition): Result;
  leaf(leaf: Leaf<Condition>): Result;
}

/** Looks at the outermost form of a condition only; its parts are conditions. */
export const matchCondition = <Condition extends EventCondition | StateCondition, Result>(
  condition: Condition,
  cases: ConditionCases<Condition, Condition, Result>,
): Result => {
  // The parts of a condition are of its own type; the compiler does not know that of a type parameter.
  if ('all' in condition) return cases.all(condition.all as readonly Condition[], condition);
  if ('any' in condition) return cases.any(condition.any as readonly Condition[], condition);
  if ('not' in condition) return cases.not(condition.not as Condition, condition);
  return cases.leaf(condition as Leaf<Condition>);
};

/**
 * Computes something of a condition from the inside out: of its leaves first, then of what holds them together.
 *
 * @example foldCondition(condition, { all: sum, any: sum, not: (one) => one, leaf: () => 1 }) // how many leaves it has
 */
export const foldCondition = <Condition extends EventCondition | StateCondition, Result>(
  condition: Condition,
  cases: ConditionCases<Condition, Result, Result>,
): Result => {
  const fold = (one: Condition): Result =>
    matchCondition(one, {
      all: (parts, self) => cases.all(parts.map(fold), self),
      any: (parts, self) => cases.any(parts.map(fold), self),
      not: (part, self) => cases.not(fold(part), self),
      leaf: (leaf) => cases.leaf(leaf),
    });
  return fold(condition);
};

/** What to make of each comparison of a state condition. */
export interface StateLeafCases<Result> {
  /** A metric, the score of a factor, or its confidence. */
  number(subject: 'metric' | 'factor' | 'confidence', id: string, comparisons: Comparisons): Result;
  /** `written` is one id or a list, as in the document. */
  stage(ids: readonly string[], written: string | readonly string[]): Result;
  consent(purpose: string): Result;
}

export const matchStateLeaf = <Result>(leaf: StateLeaf, cases: StateLeafCases<Result>): Result => {
  if ('metric' in leaf) return cases.number('metric', leaf.metric, leaf);
  if ('factor' in leaf) return cases.number('factor', leaf.factor, leaf);
  if ('confidence' in leaf) return cases.number('confidence', leaf.confidence, leaf);
  if ('stage' in leaf) return cases.stage(typeof leaf.stage === 'string' ? [leaf.stage] : leaf.stage, leaf.stage);
  return cases.consent(leaf.consent);
};

/** For folds that gather what leaves have. */
export const gathered = {
  all: <Item>(parts: readonly (readonly Item[])[]): readonly Item[] => parts.flat(),
  any: <Item>(parts: readonly (readonly Item[])[]): readonly Item[] => parts.flat(),
  not: <Item>(part: readonly Item[]): readonly Item[] => part,
};
