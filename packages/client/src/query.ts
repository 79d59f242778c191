import type { ChangeFilter } from './change-event';

/** A filter and where to begin as the query that the server reads. */
export const changeQuery = (
  { kinds, stages, directions, signals, causes }: ChangeFilter = {},
  rest: Readonly<Record<string, string | number | undefined>> = {},
): string => {
  const query = new URLSearchParams();
  const lists = { kind: kinds, stage: stages, direction: directions, signal: signals, cause: causes };
  for (const [name, values] of Object.entries(lists)) for (const value of values ?? []) query.append(name, value);
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) query.append(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
};
