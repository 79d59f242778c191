import { CommandError } from '../exit';

/** @throws CommandError for a name that the ruleset in force does not have */
export const refuseUnknown = (
  what: string,
  asked: readonly string[] | undefined,
  known: readonly { readonly id: string }[],
): void => {
  const ids = known.map(({ id }) => id);
  const unknown = asked?.find((id) => !ids.includes(id));
  if (unknown !== undefined)
    throw new CommandError(`--${what} ${unknown}: the ruleset in force has no such ${what}; it has ${ids.join(', ')}.`);
};
