import type { DecidingCondition } from './relationship';

/**
 * Of several conditions on one number in one direction, the strictest implies the others: 69 ≥ 50 implies 69 ≥ 30.
 * Reasons name only the strictest.
 */

/** A condition as a limit of the number: a failed `atLeast` is a `below`. */
interface Bound {
  readonly upper: boolean;
  readonly threshold: number;
  /** Whether the threshold itself is out. */
  readonly open: boolean;
}

const boundOf = ({ comparison, threshold = 0, holds }: DecidingCondition): Bound => ({
  upper: (comparison === 'atMost' || comparison === 'below') === holds,
  threshold,
  open: (comparison === 'above' || comparison === 'below') === holds,
});

/** The same for conditions of which one may imply the other: one subject and direction. */
const aspectOf = (condition: DecidingCondition): string => {
  const { subject, id, comparison, holds } = condition;
  return JSON.stringify([subject, id, comparison === 'is' ? holds : boundOf(condition).upper]);
};

/** Whether a limit is as strict as another one of its aspect. */
const asStrict = (one: Bound, other: Bound): boolean => {
  if (one.threshold === other.threshold) return one.open || !other.open;
  return one.upper ? one.threshold < other.threshold : one.threshold > other.threshold;
};

/** Whether `other` follows from `one`. */
export const implies = (one: DecidingCondition, other: DecidingCondition): boolean =>
  aspectOf(one) === aspectOf(other) && (one.comparison === 'is' || asStrict(boundOf(one), boundOf(other)));

/** Conditions that all were met, without those that another one implies. */
export const withoutImplied = (conditions: readonly DecidingCondition[]): readonly DecidingCondition[] => {
  const strictest = new Map<string, DecidingCondition>();
  for (const condition of conditions) {
    const aspect = aspectOf(condition);
    const known = strictest.get(aspect);
    if (known === undefined || !implies(known, condition)) strictest.set(aspect, condition);
  }
  return [...strictest.values()];
};
