/** One customer, folded from the log: the answer needs no read model, and is right however far that lags behind. */
import { type Evaluation, evaluate, type Program, type View } from '@rapport/domain';
import type { EventLog } from '@rapport/event-log';
import { UnfoldableTouchpoint } from '../fold/foldable';
import { type IdentityIndex, openIdentityIndex } from '../identity/identity-index';
import { type UnitedCustomer, type UnitedHistory, unitedCustomer, unitedHistory } from '../identity/united-history';
import { nothingKnown } from './nothing-known';
import type { UsedRuleset } from './ruleset-document';
import type { Subject } from './subject';

/** A customer's touchpoints, with those of customers merged into them, and what they come to under a view. */
export interface EvaluatedCustomer extends UnitedHistory {
  readonly kind: 'evaluated';
  readonly evaluation: Evaluation;
  /** The customer, the rules and the view, for documents. Where the view is empty, it says why. */
  readonly subject: Subject;
}

/** Nothing of this customer is recorded. */
export interface UnknownCustomer extends UnitedCustomer {
  readonly kind: 'unknown';
}

/** A customer with a touchpoint that this build cannot fold. It may be of any of the customers merged. */
export interface UnfoldableCustomer extends UnitedCustomer {
  readonly kind: 'unfoldable';
  readonly ruleset: UsedRuleset;
  readonly unfoldable: UnfoldableTouchpoint;
}

export type CustomerFound = EvaluatedCustomer | UnknownCustomer | UnfoldableCustomer;

export interface CustomerQuestion {
  readonly customer: string;
  readonly view: View & { readonly asOf: number };
  /** The rules to answer by, and what documents say of them. */
  readonly rules: { readonly program: Program; readonly used: UsedRuleset };
}

const historyOrWhyNot = async (
  log: EventLog,
  { customer, view }: CustomerQuestion,
  identity: IdentityIndex,
): Promise<UnitedHistory | UnfoldableTouchpoint> => {
  try {
    return await unitedHistory(log, customer, view, identity);
  } catch (error) {
    if (error instanceof UnfoldableTouchpoint) return error;
    throw error;
  }
};

/**
 * Finds a customer in the log and folds them at the instants asked about.
 *
 * @param identity an index that is kept; without one, links are read from the log
 * @example
 * const found = await evaluateCustomer(log, { customer: 'c-17', view: { asOf }, rules });
 * if (found.kind === 'evaluated') return relationshipDocument(found.evaluation, found.subject);
 */
export const evaluateCustomer = async (
  log: EventLog,
  question: CustomerQuestion,
  identity?: IdentityIndex,
): Promise<CustomerFound> => {
  const { customer, view, rules } = question;
  const index = identity ?? (await openIdentityIndex(log));
  const history = await historyOrWhyNot(log, question, index);
  if (history instanceof UnfoldableTouchpoint)
    return { kind: 'unfoldable', ...unitedCustomer(index, customer, view), ruleset: rules.used, unfoldable: history };
  const { touchpoints, ...united } = history;
  if (touchpoints.length === 0) return { kind: 'unknown', ...united };
  const evaluation = evaluate(rules.program, touchpoints, view);
  const nothing = evaluation.fold.stageId === null ? nothingKnown(touchpoints, view) : undefined;
  const subject: Subject = { ...united, knownAt: view.knownAt, ruleset: rules.used, nothing };
  return { kind: 'evaluated', ...history, evaluation, subject };
};
