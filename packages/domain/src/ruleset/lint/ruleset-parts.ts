import { readMetric } from '../../metric';
import type { EventCondition, Gives, Ruleset, StateCondition, TypePattern } from '../ruleset';

/** Every part of a ruleset of one kind, with its path: what the checks walk over. */
export type Path = readonly (string | number)[];
export type Located<A> = readonly [path: Path, part: A];

export const ownersOfFactors = (ruleset: Ruleset): readonly Located<Gives>[] => [
  ...(ruleset.evidence ?? []).map((rule, i): Located<Gives> => [['evidence', i, 'gives'], rule.gives]),
  ...(ruleset.promises ?? []).flatMap((rule, i): Located<Gives>[] => [
    [['promises', i, 'whenKept'], rule.whenKept ?? {}],
    [['promises', i, 'whenBroken'], rule.whenBroken ?? {}],
  ]),
];

const given = <A>(path: Path, part: A | undefined): Located<A>[] => (part === undefined ? [] : [[path, part]]);

export const stateConditions = (ruleset: Ruleset): readonly Located<StateCondition>[] => [
  ...ruleset.stages.flatMap((stage, i) => [
    ...given(['stages', i, 'enter'], stage.enter),
    ...given(['stages', i, 'stay'], stage.stay),
  ]),
  ...(ruleset.signals ?? []).flatMap((signal, i) => [
    ...given(['signals', i, 'raise'], signal.raise),
    ...given(['signals', i, 'clear'], signal.clear),
  ]),
  ...given(['crossSell', 'when'], ruleset.crossSell?.when),
];

const inner = <C>(condition: C): readonly Located<C>[] => {
  if (typeof condition !== 'object' || condition === null) return [];
  if ('all' in condition) return (condition.all as readonly C[]).map((part, i) => [['all', i], part]);
  if ('any' in condition) return (condition.any as readonly C[]).map((part, i) => [['any', i], part]);
  return 'not' in condition ? [[['not'], condition.not as C]] : [];
};

/** The atoms of a condition: what stands at the ends of all, any and not. */
export const atomsOf = <C extends EventCondition | StateCondition>([
  path,
  condition,
]: Located<C>): readonly Located<C>[] => {
  const parts = inner(condition);
  const isAtom = parts.length === 0 && !('all' in condition || 'any' in condition);
  return isAtom ? [[path, condition]] : parts.flatMap(([below, part]) => atomsOf([[...path, ...below], part]));
};

const patterns = (path: Path, pattern: TypePattern | undefined): Located<string>[] => {
  if (pattern === undefined) return [];
  return typeof pattern === 'string' ? [[path, pattern]] : pattern.map((one, i) => [[...path, i], one]);
};

export const typePatternsOf = (ruleset: Ruleset): readonly Located<string>[] => [
  ...Object.entries(ruleset.metrics ?? {}).flatMap(([id, metric]) =>
    readMetric(metric).intakes.flatMap(({ key, types }) => patterns(['metrics', id, key], types)),
  ),
  ...(ruleset.evidence ?? []).flatMap((rule, i) => patterns(['evidence', i, 'on'], rule.on)),
  ...(ruleset.promises ?? []).flatMap((rule, i) => [
    ...patterns(['promises', i, 'made'], rule.made),
    ...patterns(['promises', i, 'kept'], rule.kept),
    ...patterns(['promises', i, 'released'], rule.released),
  ]),
];
