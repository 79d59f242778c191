/** Filters of stage changes as a query and as a body, both from the one table of filters. */
import {
  CHANGE_FILTER_LIST,
  type CHANGE_FILTERS,
  type ChangeFilter,
  type ChangeFilterDefinition,
  type ChangeFilterName,
} from '@rapport/engine';
import { type Codec, list, object, oneOf, text } from '../codec';

/** Values of one list: more than a ruleset has names. */
export const MOST_VALUES = 100;
/** Characters of the id of a stage or signal. */
export const LONGEST_ID = 200;

const describe = ({ only, values, restricts, whenAbsent }: ChangeFilterDefinition): string =>
  [
    `Only changes ${only}${values === undefined ? '' : `: ${values.join(', ')}`}.`,
    restricts === undefined ? '' : `Does not restrict ${restricts === 'signals' ? 'stage changes' : 'signals'}.`,
    whenAbsent === undefined ? '' : `Absent: ${whenAbsent}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');

type Parameter = (typeof CHANGE_FILTERS)[ChangeFilterName]['parameter'];

/** The parameters of a query; which values they take is checked by the decoder of the query. */
export const FILTER_PARAMETERS = Object.fromEntries(
  CHANGE_FILTER_LIST.map(([, definition]) => [
    definition.parameter,
    list(text('One, or several with commas.'), `${describe(definition)} Repeat it, or give a list with commas.`),
  ]),
) as Readonly<Record<Parameter, Codec<readonly string[]>>>;

const valuesOf = (definition: ChangeFilterDefinition): Codec<readonly string[]> =>
  definition.values === undefined
    ? list(text('An id.', { minLength: 1, maxLength: LONGEST_ID }), describe(definition), {
        minItems: 1,
        maxItems: MOST_VALUES,
        uniqueItems: true,
      })
    : list(oneOf(definition.values, 'One of them.'), describe(definition), { minItems: 1, uniqueItems: true });

/** The filter of a subscription. */
export const FILTER = object(
  {},
  Object.fromEntries(CHANGE_FILTER_LIST.map(([name, definition]) => [name, valuesOf(definition)])),
  { description: 'The changes that are sent. Every list that is given must contain the value of the change.' },
) as Codec<ChangeFilter>;
