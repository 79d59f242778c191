import { type ReadingStore, unusableProjection } from '@rapport/data-directory';
import { type Evaluation, evaluate, type Touchpoint } from '@rapport/domain';
import { historyOf, UnfoldableTouchpoint } from '@rapport/engine';
import { CommandError, EXIT } from '../exit';
import { type ViewOptions, viewFrom } from '../instant-options';

/** A customer's touchpoints and what they come to at the instants asked about. */
export interface EvaluatedCustomer {
  readonly customer: string;
  /** All that the log holds of her, whatever the instants. */
  readonly touchpoints: readonly Touchpoint[];
  readonly evaluation: Evaluation;
  readonly knownAt: number | undefined;
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
 * @throws CommandError (exit 1) for a customer of whom the log holds nothing, (exit 2) for one whose touchpoints this
 * build cannot fold
 */
export const touchpointsOf = async (store: ReadingStore, customer: string): Promise<readonly Touchpoint[]> => {
  const touchpoints = await historyOf(store.log, customer).catch((error: unknown) => {
    if (!(error instanceof UnfoldableTouchpoint)) throw error;
    const { source, id } = error.touchpoint;
    throw new CommandError(
      `${customer} is parked: touchpoint ${id} of ${source} cannot be folded (${error.message}). What is recorded of her stays: rapport export --what touchpoints. Once this Rapport is updated: rapport parked retry`,
    );
  });
  if (touchpoints.length > 0) return touchpoints;
  const near = await nearIds(store, customer);
  const hint = near.length > 0 ? `Near it: ${near.join(', ')}.` : 'Ids are compared as they are written.';
  throw new CommandError(`No touchpoint of a customer "${customer.slice(0, 100)}" is recorded. ${hint}`, EXIT.no);
};

/** Folds one customer from the log: the answer needs no read model and is right however far it lags behind. */
export const evaluateCustomer = async (
  store: ReadingStore,
  customer: string,
  options: ViewOptions,
): Promise<EvaluatedCustomer> => {
  const { asOf = store.now, knownAt } = viewFrom(options);
  const touchpoints = await touchpointsOf(store, customer);
  return { customer, touchpoints, evaluation: evaluate(store.program, touchpoints, { asOf, knownAt }), knownAt };
};
