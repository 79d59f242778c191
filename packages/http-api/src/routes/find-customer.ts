/** One customer, folded from the log: the answer needs no read model and is right however far that lags behind. */
import { type Evaluation, evaluate, type Program } from '@rapport/domain';
import {
  createIdentityIndex,
  type IdentityIndex,
  type RecordedTouchpoint,
  rulesetName,
  type Subject,
  UnfoldableTouchpoint,
  unitedHistory,
} from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { Refusal } from '../problem';
import type { InstantView } from './parameters';

export interface FoundCustomer {
  readonly subject: Subject;
  readonly program: Program;
  /** All that the log holds of her and of those merged into her, whatever the instants; in order of recording. */
  readonly touchpoints: readonly RecordedTouchpoint[];
}

/** A customer whose touchpoints this build cannot fold. */
export interface UnfoldableCustomer {
  readonly customer: string;
  readonly unfoldable: UnfoldableTouchpoint;
}

export interface Customers {
  /** @throws Refusal `not-found` for a customer of whom the log holds nothing */
  find(id: string, view: InstantView): Promise<FoundCustomer | UnfoldableCustomer>;
  /** The same folded. @throws Refusal `unprocessable` for one who cannot be folded too */
  evaluate(id: string, view: InstantView): Promise<FoundCustomer & { readonly evaluation: Evaluation }>;
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
  const find = async (id: string, view: InstantView): Promise<FoundCustomer | UnfoldableCustomer> => {
    const { program, ruleset, hash } = engine.rules();
    try {
      const { touchpoints, ...united } = await unitedHistory(engine.log, id, view, identity);
      if (touchpoints.length === 0) throw unknown(id);
      return {
        subject: { ...united, knownAt: view.knownAt, ruleset: rulesetName(ruleset, hash) },
        program,
        touchpoints,
      };
    } catch (error) {
      if (error instanceof UnfoldableTouchpoint) return { customer: id, unfoldable: error };
      throw error;
    }
  };
  return {
    find,
    evaluate: async (id, view) => {
      const found = await find(id, view);
      if (isUnfoldable(found)) throw cannotBeFolded(found);
      return { ...found, evaluation: evaluate(found.program, found.touchpoints, view) };
    },
  };
};
