import * as E from 'fp-ts/Either';
import type { Formula, Literal } from './formula';
import { type Interval, isEmpty, narrowed } from './interval';

/** What is known about the state on one branch of the search. */
export interface Region {
  readonly numbers: ReadonlyMap<string, Interval>;
  /** Stages it may be in. */
  readonly stages: readonly string[];
  readonly consents: ReadonlyMap<string, boolean>;
}

/** What the state can be at all: the values each number can take, and the stages there are. */
export interface StateDomain {
  readonly valuesOf: (subject: string) => Interval;
  readonly stages: readonly string[];
}

/** Formulas that need more steps than this are not decided. Honest conditions take some dozens. */
const MAX_STEPS = 50_000;

const withLiteral = (region: Region, literal: Literal, domain: StateDomain): Region | undefined => {
  if (literal.kind === 'number') {
    const known = region.numbers.get(literal.subject) ?? domain.valuesOf(literal.subject);
    const values = narrowed(known, literal.comparison, literal.threshold);
    return isEmpty(values) ? undefined : { ...region, numbers: new Map(region.numbers).set(literal.subject, values) };
  }
  if (literal.kind === 'stage') {
    const stages = region.stages.filter((id) => literal.ids.includes(id) === literal.holds);
    return stages.length === 0 ? undefined : { ...region, stages };
  }
  const known = region.consents.get(literal.purpose);
  if (known !== undefined) return known === literal.holds ? region : undefined;
  return { ...region, consents: new Map(region.consents).set(literal.purpose, literal.holds) };
};

/**
 * Looks for a state in which all formulas hold. Right: the part of the state space of one solution, or undefined when
 * there is none; Left when that took too long to decide.
 *
 * Every subject (a metric, a factor, a consent, the stage) is taken to vary on its own, and then a conjunction of
 * literals is satisfiable exactly when each subject has a value left. So the search, which walks the disjunctive normal
 * form branch by branch and leaves a branch at the first contradiction, is sound and complete but for relations between
 * different subjects (that spending needs an order, say).
 */
export const satisfy = (
  formulas: readonly Formula[],
  domain: StateDomain,
): E.Either<'too-complex', Region | undefined> => {
  let steps = 0;
  const search = (
    pending: readonly Formula[],
    choices: readonly Formula[],
    region: Region,
  ): Region | undefined | null => {
    if (++steps > MAX_STEPS) return null;
    let known = region;
    const open = [...choices];
    const todo = [...pending];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      if (next.kind === 'all') todo.push(...next.of);
      else if (next.kind === 'any') open.push(next);
      else {
        const smaller = withLiteral(known, next, domain);
        if (smaller === undefined) return undefined;
        known = smaller;
      }
    }
    const choice = open.pop();
    if (choice === undefined) return known;
    if (choice.kind !== 'any') return undefined;
    for (const branch of choice.of) {
      const found = search([branch], open, known);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const found = search(formulas, [], { numbers: new Map(), stages: domain.stages, consents: new Map() });
  return found === null ? E.left('too-complex') : E.right(found);
};
