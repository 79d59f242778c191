import { readMetric } from '../../metric';
import { foldCondition, type Leaf } from '../fold-condition';
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

/** The leaves of a condition: what stands at the ends of all, any and not. */
export const leavesOf = <C extends EventCondition | StateCondition>([path, condition]: Located<C>): readonly Located<
  Leaf<C>
>[] => {
  type Leaves = readonly Located<Leaf<C>>[];
  const under = (above: Path, leaves: Leaves): Leaves => leaves.map(([below, leaf]) => [[...above, ...below], leaf]);
  const leaves = foldCondition<C, Leaves>(condition, {
    all: (parts) => parts.flatMap((part, i) => under(['all', i], part)),
    any: (parts) => parts.flatMap((part, i) => under(['any', i], part)),
    not: (part) => under(['not'], part),
    leaf: (leaf) => [[[], leaf]],
  });
  return under(path, leaves);
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
