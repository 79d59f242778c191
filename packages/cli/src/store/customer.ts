import { type ReadingStore, unusableProjection } from '@rapport/data-directory';
import { type EvaluatedCustomer as Evaluated, evaluateCustomer as evaluateIn } from '@rapport/engine';
import { match } from 'ts-pattern';
import type { Cli } from '../cli';
import { CommandError, EXIT } from '../exit';
import { type ViewOptions, viewFrom } from '../instant-options';
import { type Rules, rulesFor } from './rules';

/** A customer, folded at the instants asked about, and the rules that were asked for. */
export interface EvaluatedCustomer extends Evaluated {
  readonly knownAt: number | undefined;
  readonly rules: Rules;
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

/** Exit 1: the answer is no. */
const unknown = async (store: ReadingStore, customer: string): Promise<CommandError> => {
  const near = await nearIds(store, customer);
  const hint = near.length > 0 ? `Near it: ${near.join(', ')}.` : 'Ids are compared as they are written.';
  return new CommandError(`No touchpoint of a customer "${customer.slice(0, 100)}" is recorded. ${hint}`, EXIT.no);
};

/**
 * Folds one customer from the log: the answer needs no read model, and is right however far it lags behind.
 *
 * @throws CommandError (exit 1) for a customer of whom the log holds nothing, (exit 2) for one whose touchpoints this
 * build cannot fold
 */
export const evaluateCustomer = async (
  cli: Cli,
  store: ReadingStore,
  customer: string,
  options: CustomerOptions,
): Promise<EvaluatedCustomer> => {
  const { asOf = store.now, knownAt } = viewFrom(options);
  const rules = await rulesFor(cli, store, { knownAt, ruleset: options.ruleset });
  return match(await evaluateIn(store.log, { customer, view: { asOf, knownAt }, rules }))
    .with({ kind: 'evaluated' }, async (found) => ({ ...found, knownAt, rules }))
    .with({ kind: 'unknown' }, async () => {
      throw await unknown(store, customer);
    })
    .with({ kind: 'unfoldable' }, ({ unfoldable }) => {
      const { source, id } = unfoldable.touchpoint;
      throw new CommandError(
        `${customer} is parked: touchpoint ${id} of ${source} cannot be folded (${unfoldable.message}). What is recorded of them stays: rapport export --what touchpoints. Once this Rapport is updated: rapport parked retry`,
      );
    })
    .exhaustive();
};
