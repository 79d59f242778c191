import { comparisonsOf } from '../comparison';
import type { EventCondition, Scalar } from '../condition';
import { type FieldCondition, matchCondition } from '../fold-condition';
import { type Interval, interval, isEmpty, narrowed } from './interval';

/** What a field must be: a number of an interval, or one of some values. */
interface Demand {
  readonly numbers: Interval;
  /** Undefined: any value. */
  readonly values: readonly Scalar[] | undefined;
  readonly compared: boolean;
  readonly missing: boolean | undefined;
}

const FREE: Demand = {
  numbers: interval(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
  values: undefined,
  compared: false,
  missing: undefined,
};

const common = (a: readonly Scalar[] | undefined, b: readonly Scalar[]): readonly Scalar[] =>
  a === undefined ? b : a.filter((value) => b.includes(value));

/** The demand with one more condition, or undefined when nothing meets both. */
const demanding = (demand: Demand, atom: FieldCondition): Demand | undefined => {
  const comparisons = comparisonsOf(atom);
  const present = comparisons.length > 0 || atom.is !== undefined || atom.in !== undefined || atom.exists === true;
  const absent = atom.exists === false;
  if ((present && absent) || (present && demand.missing === true) || (absent && demand.missing === false))
    return undefined;
  let { numbers, values } = demand;
  for (const [comparison, threshold] of comparisons) numbers = narrowed(numbers, comparison, threshold);
  if (atom.is !== undefined) values = common(values, [atom.is]);
  if (atom.in !== undefined) values = common(values, atom.in);
  const compared = demand.compared || comparisons.length > 0;
  if (isEmpty(numbers)) return undefined;
  const meets = (value: Scalar): boolean =>
    !compared ||
    (typeof value === 'number' && !isEmpty(narrowed(narrowed(numbers, 'atLeast', value), 'atMost', value)));
  if (values !== undefined && !values.some(meets)) return undefined;
  return { numbers, values, compared, missing: absent ? true : present ? false : demand.missing };
};

/** Fields with one value at most; a `data` field may be an array, whose values can meet different conditions. */
const isSingle = (field: string): boolean => !field.startsWith('data.');

/**
 * False only when it is certain that the condition never holds. What stands under `not` is taken to be possible: a
 * missing field makes it so.
 */
export const maySatisfy = (condition: EventCondition): boolean => {
  const search = (pending: readonly EventCondition[], demands: ReadonlyMap<string, Demand>): boolean => {
    const [next, ...rest] = pending;
    if (next === undefined) return true;
    return matchCondition<EventCondition, boolean>(next, {
      all: (parts) => search([...parts, ...rest], demands),
      any: (parts) => parts.some((branch) => search([branch, ...rest], demands)),
      not: () => search(rest, demands),
      leaf: (leaf) => {
        const known = isSingle(leaf.field) ? (demands.get(leaf.field) ?? FREE) : FREE;
        const demand = demanding(known, leaf);
        return demand !== undefined && search(rest, new Map(demands).set(leaf.field, demand));
      },
    });
  };
  return search([condition], new Map());
};
