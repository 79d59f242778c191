import type { ChangeFilter } from './change-event';

/** The parameter of each filter. */
export const PARAMETERS: Readonly<Record<keyof ChangeFilter, string>> = {
  kinds: 'kind',
  stages: 'stage',
  directions: 'direction',
  signals: 'signal',
  causes: 'cause',
};

/** A filter and where to begin as the query that the server reads. */
export const changeQuery = (
  filter: ChangeFilter = {},
  rest: Readonly<Record<string, string | number | undefined>> = {},
): string => {
  const query = new URLSearchParams();
  for (const [name, parameter] of Object.entries(PARAMETERS))
    for (const value of filter[name as keyof ChangeFilter] ?? []) query.append(parameter, value);
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.append(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};
