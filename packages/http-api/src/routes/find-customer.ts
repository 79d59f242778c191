/** One customer, folded from the log: the answer needs no read model and is right however far that lags behind. */
import { type Evaluation, evaluate, type Program } from '@rapport/domain';
import {
  createIdentityIndex,
  type IdentityIndex,
  nothingKnown,
  type RecordedTouchpoint,
  type Subject,
  UnfoldableTouchpoint,
  type UnitedCustomer,
  type UsedRuleset,
  unitedCustomer,
  unitedHistory,
} from '@rapport/engine';
import type { FastifyRequest } from 'fastify';
import type { ApiEngine } from '../api-engine';
import { Refusal } from '../problem';
import type { InstantView } from './parameters';
import { usedRulesOf } from './used-rules';

export interface FoundCustomer {
  readonly subject: Subject;
  readonly program: Program;
  /** All that the log holds of her and of those merged into her, whatever the instants; in order of recording. */
  readonly touchpoints: readonly RecordedTouchpoint[];
}

/** One who was found, folded; where there is nothing to say at that instant, it says why. */
export const evaluated = (
  found: FoundCustomer,
  view: InstantView,
): FoundCustomer & { readonly evaluation: Evaluation } => {
  const evaluation = evaluate(found.program, found.touchpoints, view);
  if (evaluation.fold.stageId !== null) return { ...found, evaluation };
  return { ...found, evaluation, subject: { ...found.subject, nothing: nothingKnown(found.touchpoints, view) } };
};

/** A customer whose touchpoints this build cannot fold. */
export interface UnfoldableCustomer {
  readonly customer: string;
  readonly ruleset: UsedRuleset;
  readonly unfoldable: UnfoldableTouchpoint;
}

/** A request about the customer whose id is in its path. */
type Asking = Pick<FastifyRequest, 'shown'> & { readonly params: { readonly id: string } };

export interface Customers {
  /**
   * Says in the request whose data will be shown.
   *
   * @throws Refusal `not-found` for a customer of whom the log holds nothing
   */
  find(request: Asking, view: InstantView): Promise<FoundCustomer | UnfoldableCustomer>;
  /** The same folded. @throws Refusal `unprocessable` for one who cannot be folded too */
  evaluate(request: Asking, view: InstantView): Promise<FoundCustomer & { readonly evaluation: Evaluation }>;
}

export const isUnfoldable = (found: FoundCustomer | UnfoldableCustomer): found is UnfoldableCustomer =>
  'unfoldable' in found;

const unknown = (id: string): Refusal =>
  new Refusal(
    'not-found',
    `No touchpoint of a customer "${id.slice(0, 100)}" is recorded. Ids are compared as they are written; GET /v1/customers?q= looks for parts of them.`,
  );

const cannotBeFolded = ({ customer, unfoldable }: UnfoldableCustomer): Refusal => {
  const { source, id } = unfoldable.touchpoint;
  return new Refusal(
    'unprocessable',
    `Customer "${customer.slice(0, 100)}" is parked: touchpoint ${id} of ${source} cannot be folded (${unfoldable.message}). Once this is repaired: POST /v1/parked/retry.`,
  );
};

export const customersOf = (engine: ApiEngine): Customers => {
  const identity: IdentityIndex = createIdentityIndex(engine.log);
  const usedRules = usedRulesOf(engine);
  const find = async (request: Asking, view: InstantView): Promise<FoundCustomer | UnfoldableCustomer> => {
    const { id } = request.params;
    const shows = ({ customer, mergedCustomers }: UnitedCustomer): void => {
      request.shown = [customer, ...mergedCustomers];
    };
    const { program, ruleset } = await usedRules(view.knownAt);
    try {
      const { touchpoints, ...united } = await unitedHistory(engine.log, id, view, identity);
      shows(united);
      if (touchpoints.length === 0) throw unknown(id);
      return {
        subject: { ...united, knownAt: view.knownAt, ruleset },
        program,
        touchpoints,
      };
    } catch (error) {
      if (!(error instanceof UnfoldableTouchpoint)) throw error;
      // The touchpoint that is named may be of any of them.
      shows(unitedCustomer(identity, id, view));
      return { customer: id, ruleset, unfoldable: error };
    }
  };
  return {
    find,
    evaluate: async (request, view) => {
      const found = await find(request, view);
      if (isUnfoldable(found)) throw cannotBeFolded(found);
      return evaluated(found, view);
    },
  };
};
