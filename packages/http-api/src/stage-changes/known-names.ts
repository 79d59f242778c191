/** Stages and signals that a filter names: a misspelt one would wait for ever, in silence. */
import type { Ruleset } from '@rapport/domain';
import { type ChangeFilter, rulesetOf } from '@rapport/engine';
import type { ApiEngine } from '../api-engine';

export interface UnknownName {
  readonly of: 'stage' | 'signal';
  readonly message: string;
}

const NAMES = {
  stage: ({ stages }: Ruleset) => stages.map(({ id }) => id),
  signal: ({ signals = [] }: Ruleset) => signals.map(({ id }) => id),
};

/**
 * The first stage and the first signal of a filter that no ruleset has. Every ruleset that was ever in force counts:
 * changes that an older one brought about can still be read.
 */
export const unknownNames = async (
  { stages = [], signals = [] }: ChangeFilter,
  { rules, rulesetHistory }: Pick<ApiEngine, 'rules' | 'rulesetHistory'>,
): Promise<readonly UnknownName[]> => {
  const missing = (all: readonly Ruleset[]): readonly UnknownName[] =>
    (['stage', 'signal'] as const).flatMap((of) => {
      const known = new Set(all.flatMap(NAMES[of]));
      const unknown = (of === 'stage' ? stages : signals).find((name) => !known.has(name));
      if (unknown === undefined) return [];
      const there = known.size === 0 ? 'there are none' : `there are ${[...known].join(', ')}`;
      return [{ of, message: `There is no ${of} "${unknown.slice(0, 60)}"; ${there}.` }];
    });
  const inForce = rules().ruleset;
  if (missing([inForce]).length === 0) return [];
  const earlier = (await rulesetHistory.publications()).flatMap((publication) => rulesetOf(publication) ?? []);
  return missing([inForce, ...earlier]);
};
