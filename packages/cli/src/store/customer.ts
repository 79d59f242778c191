import { type ReadingStore, unusableProjection } from '@rapport/data-directory';
import { type Evaluation, evaluate, type View } from '@rapport/domain';
import { nothingKnown, type Subject, UnfoldableTouchpoint, type UnitedHistory, unitedHistory } from '@rapport/engine';
import type { Cli } from '../cli';
import { CommandError, EXIT } from '../exit';
import { type ViewOptions, viewFrom } from '../instant-options';
import { type Rules, rulesFor } from './rules';

/** A customer's touchpoints, with those of whoever is one with her, and what they come to at the instants asked about. */
export interface EvaluatedCustomer extends UnitedHistory {
  readonly evaluation: Evaluation;
  readonly knownAt: number | undefined;
  readonly rules: Rules;
  /** Whom, by which rules and under which view, for documents. */
  readonly subject: Subject;
}

/** A question about a customer: at which instants, and, where one is named, by which ruleset. */
export interface CustomerOptions extends ViewOptions {
  readonly ruleset?: string;
}

const NEAR = 5;

/** Ids that contain what was asked for, or share its beginning. */
const nearIds = async (store: ReadingStore, customer: string): Promise<readonly string[]> => {
  if (!store.hasReadModel) return [];
  try {
    const readModel = await store.readModel();
    for (const text of [customer, customer.slice(0, Math.max(3, customer.length - 2))]) {
      const { customers } = await readModel.customers({ text, limit: NEAR });
      if (customers.length > 0) return customers.map((one) => one.customer);
    }
  } catch (error) {
    // The answer needs no read model, only the hint does.
    if (unusableProjection(error, store.files) === undefined) throw error;
  }
  return [];
};

/**
 * The history that a customer is part of under a view.
 *
 * @throws CommandError (exit 1) for a customer of whom the log holds nothing, (exit 2) for one whose touchpoints this
 * build cannot fold
 */
export const findCustomer = async (store: ReadingStore, customer: string, view: View): Promise<UnitedHistory> => {
  const history = await unitedHistory(store.log, customer, view).catch((error: unknown) => {
    if (!(error instanceof UnfoldableTouchpoint)) throw error;
    const { source, id } = error.touchpoint;
    throw new CommandError(
      `${customer} is parked: touchpoint ${id} of ${source} cannot be folded (${error.message}). What is recorded of her stays: rapport export --what touchpoints. Once this Rapport is updated: rapport parked retry`,
    );
  });
  if (history.touchpoints.length > 0) return history;
  const near = await nearIds(store, customer);
  const hint = near.length > 0 ? `Near it: ${near.join(', ')}.` : 'Ids are compared as they are written.';
  throw new CommandError(`No touchpoint of a customer "${customer.slice(0, 100)}" is recorded. ${hint}`, EXIT.no);
};

/** Folds one customer from the log: the answer needs no read model and is right however far it lags behind. */
export const evaluateCustomer = async (
  cli: Cli,
  store: ReadingStore,
  customer: string,
  options: CustomerOptions,
): Promise<EvaluatedCustomer> => {
  const { asOf = store.now, knownAt } = viewFrom(options);
  const view = { asOf, knownAt };
  const rules = await rulesFor(cli, store, { knownAt, ruleset: options.ruleset });
  const { touchpoints, ...united } = await findCustomer(store, customer, view);
  const evaluation = evaluate(rules.program, touchpoints, view);
  const nothing = evaluation.fold.stageId === null ? nothingKnown(touchpoints, view) : undefined;
  const subject: Subject = { ...united, knownAt, ruleset: rules.used, nothing };
  return { ...united, touchpoints, evaluation, knownAt, rules, subject };
};
