import { type Evaluation, formatInstant } from '@rapport/domain';
import type { NothingKnown } from './nothing-known';
import type { UsedRuleset } from './ruleset-document';

/** The customer of a document, and the view and rules of the answer. */
export interface Subject {
  /** The survivor, where customers are merged. */
  readonly customer: string;
  /** The id that was asked for, where it is merged into `customer`. */
  readonly askedFor?: string;
  /** The customers whose histories are part of this one; absent or empty without merges. */
  readonly mergedCustomers?: readonly string[];
  readonly knownAt?: number;
  readonly ruleset: UsedRuleset;
  /** Why the view is empty, where it is. */
  readonly nothing?: NothingKnown;
}

/** An instant as documents have it; undefined stays so, and is left out of JSON. */
export const instantText = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : formatInstant(instant);

/** How every document about a customer begins. */
export const subjectDocument = (
  { customer, askedFor, mergedCustomers = [], knownAt, ruleset, nothing }: Subject,
  { asOf }: Pick<Evaluation, 'asOf'>,
) => ({
  customer,
  askedFor,
  mergedCustomers: mergedCustomers.length === 0 ? undefined : mergedCustomers,
  asOf: formatInstant(asOf),
  knownAt: instantText(knownAt),
  ruleset,
  nothing,
});
