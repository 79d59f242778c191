import * as E from 'fp-ts/Either';
import type { Formula, Literal, NumberLiteral } from './formula';
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

/** Literals looked at before a question is given up. Real conditions take some hundreds. */
const MAX_WORK = 500_000;

/** The values a literal leaves to its number. */
const valuesUnder = (region: Region, literal: NumberLiteral, domain: StateDomain): Interval =>
  narrowed(
    region.numbers.get(literal.subject) ?? domain.valuesOf(literal.subject),
    literal.comparison,
    literal.threshold,
  );

const contradicts = (region: Region, literal: Literal, domain: StateDomain): boolean => {
  if (literal.kind === 'number') return isEmpty(valuesUnder(region, literal, domain));
  if (literal.kind === 'stage') return !region.stages.some((id) => literal.ids.includes(id) === literal.holds);
  return region.consents.get(literal.purpose) === !literal.holds;
};

/** The region with a literal that does not contradict it. */
const withLiteral = (region: Region, literal: Literal, domain: StateDomain): Region => {
  if (literal.kind === 'number')
    return {
      ...region,
      numbers: new Map(region.numbers).set(literal.subject, valuesUnder(region, literal, domain)),
    };
  if (literal.kind === 'stage')
    return { ...region, stages: region.stages.filter((id) => literal.ids.includes(id) === literal.holds) };
  return { ...region, consents: new Map(region.consents).set(literal.purpose, literal.holds) };
};

type Choice = Extract<Formula, { kind: 'any' }>;

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
  let work = 0;
  const isOpen = (way: Formula, region: Region): boolean => {
    work += 1;
    return way.kind === 'all' || way.kind === 'any' || !contradicts(region, way, domain);
  };

  const search = (
    pending: readonly Formula[],
    choices: readonly Choice[],
    region: Region,
  ): Region | undefined | 'gave-up' => {
    let known = region;
    const open = [...choices];
    const todo = [...pending];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      work += 1;
      if (next.kind === 'all') todo.push(...next.of);
      else if (next.kind === 'any') open.push(next);
      else if (contradicts(known, next, domain)) return undefined;
      else known = withLiteral(known, next, domain);
    }
    if (open.length === 0) return known;
    if (work > MAX_WORK) return 'gave-up';
    // The choice with the fewest ways out is tried first: one without any ends the branch, one with one leaves no choice.
    let choice = open[0];
    let ways: readonly Formula[] | undefined;
    for (const candidate of open) {
      const left = candidate.of.filter((way) => isOpen(way, known));
      if (ways !== undefined && left.length >= ways.length) continue;
      choice = candidate;
      ways = left;
    }
    const rest = open.filter((other) => other !== choice);
    for (const way of ways ?? []) {
      const found = search([way], rest, known);
      if (found !== undefined) return found;
    }
    return undefined;
  };

  const found = search(formulas, [], { numbers: new Map(), stages: domain.stages, consents: new Map() });
  return found === 'gave-up' ? E.left('too-complex') : E.right(found);
};
