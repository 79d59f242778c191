import { nearestName } from '../../nearest-name';
import type { RulesetProblem } from '../problem';
import type { Ruleset } from '../ruleset';
import { matchesType } from '../type-pattern';
import { problem } from './names';
import { typePatternsOf } from './ruleset-parts';

/** The touchpoint types there are: the catalogue as the checks see it. */
export interface TouchpointTypes {
  readonly isKnownType: (type: string) => boolean;
  /** Known types that a pattern (`order.completed`, `order.*`, `*`) matches. */
  readonly typesMatching: (pattern: string) => readonly string[];
}

/** The catalogue and the types that the ruleset itself declares. */
export const typesOf = (ruleset: Ruleset, catalogue: TouchpointTypes): TouchpointTypes => {
  const own = Object.keys(ruleset.touchpoints ?? {});
  if (own.length === 0) return catalogue;
  return {
    isKnownType: (type) => own.includes(type) || catalogue.isKnownType(type),
    typesMatching: (pattern) => [
      ...catalogue.typesMatching(pattern),
      ...own.filter((type) => matchesType(pattern, type)),
    ],
  };
};

const meant = (name: string, known: readonly string[]): string => {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
};

/** Warnings: touchpoint types and families that do not exist. They may be registered later, so they are not errors. */
export const lintTypes = (ruleset: Ruleset, types: TouchpointTypes): readonly RulesetProblem[] =>
  typePatternsOf(ruleset).flatMap(([path, pattern]) => {
    if (pattern.endsWith('*')) {
      if (types.typesMatching(pattern).length > 0) return [];
      const families = [...new Set(types.typesMatching('*').map((type) => `${type.split('.')[0]}.*`))];
      return [
        problem(
          'warning',
          'unknown-type',
          path,
          `no known touchpoint type matches "${pattern}"${meant(pattern, families)}`,
        ),
      ];
    }
    return types.isKnownType(pattern)
      ? []
      : [
          problem(
            'warning',
            'unknown-type',
            path,
            `unknown touchpoint type "${pattern}"${meant(pattern, types.typesMatching('*'))}`,
          ),
        ];
  });
