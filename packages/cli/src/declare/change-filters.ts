/** Options by which commands say which stage changes are wanted: one for each filter there is. */
import {
  CHANGE_FILTER_LIST,
  type CHANGE_FILTERS,
  type ChangeFilter,
  type ChangeFilterName,
} from '@rapport/engine/change-filters';
import { among, collectIds, type Flags, option } from './options';

export type ChangeFilterOptions = {
  readonly [F in ChangeFilterName as (typeof CHANGE_FILTERS)[F]['parameter']]?: ChangeFilter[F];
};

export const changeFilterOptions = (): Flags<ChangeFilterOptions> =>
  Object.fromEntries(
    CHANGE_FILTER_LIST.map(([, { parameter, onlyOne, values }]) => [
      parameter,
      option(
        `--${parameter} <${parameter}>`,
        `only ${onlyOne}; may be repeated${values === undefined ? '' : `: ${values.join(', ')}`}`,
      ).argParser(values === undefined ? collectIds : among(values)),
    ]),
  ) as unknown as Flags<ChangeFilterOptions>;

/** The filter that such options ask for; undefined where none is given. */
export const changeFilterFrom = (options: ChangeFilterOptions): ChangeFilter | undefined => {
  const given = CHANGE_FILTER_LIST.flatMap(([name, { parameter }]) => {
    const values = options[parameter as keyof ChangeFilterOptions];
    return values === undefined ? [] : [[name, values] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
};

/** The meaning of absent options, for `--help`. */
export const changeFilterDefaults = (): string =>
  CHANGE_FILTER_LIST.flatMap(([, { parameter, whenAbsent }]) =>
    whenAbsent === undefined ? [] : [`Without --${parameter}: ${whenAbsent}.`],
  ).join('\n');
