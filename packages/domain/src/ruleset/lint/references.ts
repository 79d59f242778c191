import { readMetric } from '../../metric';
import type { RulesetProblem } from '../problem';
import type { EventCondition, Ruleset, StateCondition } from '../ruleset';
import { eventConditions, namedFields } from './event-parts';
import { fieldProblems } from './fields';
import { type Names, reference } from './names';
import { atomsOf, type Located, ownersOfFactors, type Path, stateConditions } from './ruleset-parts';

const stagesNamed = (path: Path, key: string, value: unknown, names: Names): readonly RulesetProblem[] => {
  if (Array.isArray(value))
    return value.flatMap((id, i) => (typeof id === 'string' ? reference(names, 'stage', id, [...path, key, i]) : []));
  return typeof value === 'string' ? reference(names, 'stage', value, [...path, key]) : [];
};

const ofStateAtom = ([path, atom]: Located<StateCondition>, names: Names): readonly RulesetProblem[] => {
  if ('metric' in atom) return reference(names, 'metric', atom.metric, [...path, 'metric']);
  if ('factor' in atom) return reference(names, 'factor', atom.factor, [...path, 'factor']);
  if ('confidence' in atom) return reference(names, 'factor', atom.confidence, [...path, 'confidence']);
  return 'stage' in atom ? stagesNamed(path, 'stage', atom.stage, names) : [];
};

const ofEventAtom = ([path, atom]: Located<EventCondition>, names: Names): readonly RulesetProblem[] => {
  if (!('field' in atom)) return [];
  return [
    ...fieldProblems(atom.field, names, [...path, 'field']),
    ...(atom.field === 'stage'
      ? [...stagesNamed(path, 'is', atom.is, names), ...stagesNamed(path, 'in', atom.in, names)]
      : []),
  ];
};

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
    .flatMap(atomsOf)
    .flatMap((atom) => ofEventAtom(atom, names)),
  ...stateConditions(ruleset)
    .flatMap(atomsOf)
    .flatMap((atom) => ofStateAtom(atom, names)),
];
