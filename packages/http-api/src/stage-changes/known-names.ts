/** Stages and signals that a filter names: a reader with a misspelt one would wait in vain, without a word. */
import type { Ruleset } from '@rapport/domain';
import { CHANGE_FILTER_LIST, type ChangeFilter, type ChangeFilterName, rulesetOf } from '@rapport/engine';
import type { ApiEngine } from '../api-engine';

export interface UnknownName {
  readonly filter: ChangeFilterName;
  readonly message: string;
}

/** The first name of each list that none of these rulesets has. */
const missingIn = (filter: ChangeFilter, rulesets: readonly Ruleset[]): readonly UnknownName[] =>
  CHANGE_FILTER_LIST.flatMap(([name, { parameter, namesIn }]) => {
    const given: readonly string[] = filter[name] ?? [];
    if (namesIn === undefined || given.length === 0) return [];
    const known = new Set(rulesets.flatMap(namesIn));
    const unknown = given.find((one) => !known.has(one));
    if (unknown === undefined) return [];
    const there = known.size === 0 ? 'there are none' : `there are ${[...known].join(', ')}`;
    return [{ filter: name, message: `There is no ${parameter} "${unknown.slice(0, 60)}"; ${there}.` }];
  });

/**
 * The first stage and the first signal of a filter that no ruleset has. Every ruleset that was ever in force counts:
 * changes that an older one brought about can still be read.
 */
export const unknownNames = async (
  filter: ChangeFilter,
  { rules, rulesetHistory }: Pick<ApiEngine, 'rules' | 'rulesetHistory'>,
): Promise<readonly UnknownName[]> => {
  const inForce = rules().ruleset;
  if (missingIn(filter, [inForce]).length === 0) return [];
  const earlier = (await rulesetHistory.publications()).flatMap((publication) => rulesetOf(publication) ?? []);
  return missingIn(filter, [inForce, ...earlier]);
};
