import type { Ruleset } from '@rapport/domain';
import { CHANGE_FILTER_LIST, type ChangeFilter } from '@rapport/engine/change-filters';
import { CommandError } from '../exit';

/** @throws CommandError for a name that the ruleset in force does not have */
export const refuseUnknown = (what: string, asked: readonly string[] | undefined, known: readonly string[]): void => {
  const unknown = asked?.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new CommandError(
      `--${what} ${unknown}: the ruleset in force has no such ${what}; it has ${known.join(', ')}.`,
    );
};

/** @throws CommandError for a stage or signal of a filter that the ruleset in force does not have */
export const refuseUnknownInFilter = (filter: ChangeFilter, ruleset: Ruleset): void => {
  for (const [name, { parameter, namesIn }] of CHANGE_FILTER_LIST)
    if (namesIn !== undefined) refuseUnknown(parameter, filter[name], namesIn(ruleset));
};
