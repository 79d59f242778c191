import { readMetric } from '../../metric';
import { type FieldCondition, matchStateLeaf, type StateLeaf } from '../fold-condition';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { eventConditions, namedFields } from './event-parts';
import { fieldProblems } from './fields';
import { type Names, reference } from './names';
import { type Located, leavesOf, ownersOfFactors, type Path, stateConditions } from './ruleset-parts';

const stagesNamed = (path: Path, key: string, value: unknown, names: Names): readonly RulesetProblem[] => {
  if (Array.isArray(value))
    return value.flatMap((id, i) => (typeof id === 'string' ? reference(names, 'stage', id, [...path, key, i]) : []));
  return typeof value === 'string' ? reference(names, 'stage', value, [...path, key]) : [];
};

const ofStateLeaf = ([path, leaf]: Located<StateLeaf>, names: Names): readonly RulesetProblem[] =>
  matchStateLeaf(leaf, {
    number: (subject, id) => reference(names, subject === 'metric' ? 'metric' : 'factor', id, [...path, subject]),
    stage: (_, written) => stagesNamed(path, 'stage', written, names),
    consent: () => [],
  });

const ofFieldCondition = (
  [path, { field, is, in: among }]: Located<FieldCondition>,
  names: Names,
): readonly RulesetProblem[] => [
  ...fieldProblems(field, names, [...path, 'field']),
  ...(field === 'stage' ? [...stagesNamed(path, 'is', is, names), ...stagesNamed(path, 'in', among, names)] : []),
];

/** Errors: references to metrics, factors, stages, promises and fields that do not exist. */
export const lintReferences = (ruleset: Ruleset, names: Names): readonly RulesetProblem[] => [
  ...Object.entries(ruleset.metrics ?? {}).flatMap(([id, metric]) => {
    const { elsewhere } = readMetric(metric);
    return elsewhere?.what === 'openPromises'
      ? reference(names, 'promise', elsewhere.promise, ['metrics', id, 'openPromises'])
      : [];
  }),
  ...ownersOfFactors(ruleset).flatMap(([path, gives]) =>
    Object.keys(gives).flatMap((factor) => reference(names, 'factor', factor, [...path, factor])),
  ),
  ...namedFields(ruleset).flatMap(([path, field]) => fieldProblems(field, names, path)),
  ...eventConditions(ruleset)
    .flatMap(leavesOf)
    .flatMap((leaf) => ofFieldCondition(leaf, names)),
  ...stateConditions(ruleset)
    .flatMap(leavesOf)
    .flatMap((leaf) => ofStateLeaf(leaf, names)),
];
