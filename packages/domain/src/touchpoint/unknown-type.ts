import { closest, distance } from 'fastest-levenshtein';
import type { Catalogue } from './catalogue';
import { problem, type TouchpointProblem } from './problem';

/** Longer names are not typing mistakes, and comparing them would cost more than the hint is worth. */
const LONGEST_NAME = 100;

const nearest = (name: string, catalogue: Catalogue): string | undefined => {
  if (name.length > LONGEST_NAME) return undefined;
  const found = closest(name, [...catalogue.types.keys()]);
  return distance(name, found) <= Math.max(2, name.length / 3) ? found : undefined;
};

/** The problem of a type that the catalogue does not have: the nearest name it has, and how to add one. */
export const unknownType = (name: string, catalogue: Catalogue): TouchpointProblem => {
  const guess = nearest(name, catalogue);
  return problem(
    'type',
    'a known touchpoint type',
    name,
    `${guess === undefined ? '' : `Did you mean ${guess}? `}Types of your own go into the section touchpoints of the ruleset, with a JSON Schema of their data.`,
  );
};
