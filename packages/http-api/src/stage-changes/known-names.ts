/** Stages and signals that a filter names: a misspelt one would wait for ever, in silence. */
import type { Ruleset } from '@rapport/domain';
import type { ChangeFilter } from '@rapport/engine';
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
 * The first stage and the first signal of a filter that no ruleset has. Every ruleset of the store counts: changes
 * that an older one brought about can still be read, and one that was published may come into force.
 */
export const unknownNames = async (
  { stages = [], signals = [] }: ChangeFilter,
  { rules, rulesets }: Pick<ApiEngine, 'rules' | 'rulesets'>,
): Promise<readonly UnknownName[]> => {
  const missing = (all: readonly Ruleset[]): readonly UnknownName[] =>
    (['stage', 'signal'] as const).flatMap((of) => {
      const known = new Set(all.flatMap(NAMES[of]));
      const unknown = (of === 'stage' ? stages : signals).find((name) => !known.has(name));
      if (unknown === undefined) return [];
      const there = known.size === 0 ? 'there are none' : `there are ${[...known].join(', ')}`;
      return [{ of, message: `There is no ${of} "${unknown.slice(0, 60)}"; ${there}.` }];
    });
  if (missing([rules().ruleset]).length === 0) return [];
  return missing((await rulesets()).map(({ ruleset }) => ruleset));
};
