/** The customer that a request asks about, folded from the log. */
import {
  createIdentityIndex,
  type EvaluatedCustomer,
  evaluateCustomer,
  type IdentityIndex,
  type UnfoldableCustomer,
} from '@rapport/engine';
import type { FastifyRequest } from 'fastify';
import { match } from 'ts-pattern';
import type { ApiEngine } from '../api-engine';
import { Refusal } from '../problem';
import type { InstantView } from './parameters';
import { usedRulesOf } from './used-rules';

/** A request about the customer whose id is in its path. */
type Asking = Pick<FastifyRequest, 'shown'> & { readonly params: { readonly id: string } };

export interface Customers {
  /**
   * Says in the request whose data will be shown.
   *
   * @throws Refusal `not-found` for a customer of whom the log holds nothing
   */
  find(request: Asking, view: InstantView): Promise<EvaluatedCustomer | UnfoldableCustomer>;
  /** The same. @throws Refusal `unprocessable` for a customer whose touchpoints cannot be folded too */
  evaluate(request: Asking, view: InstantView): Promise<EvaluatedCustomer>;
}

const unknown = (id: string): Refusal =>
  new Refusal(
    'not-found',
    `No touchpoint of a customer "${id.slice(0, 100)}" is recorded. Ids are compared as they are written; GET /v1/customers?q= looks for parts of them.`,
  );

const cannotBeFolded = (id: string, { unfoldable }: UnfoldableCustomer): Refusal => {
  const { source, id: touchpoint } = unfoldable.touchpoint;
  return new Refusal(
    'unprocessable',
    `Customer "${id.slice(0, 100)}" is parked: touchpoint ${touchpoint} of ${source} cannot be folded (${unfoldable.message}). Once this is repaired: POST /v1/parked/retry.`,
  );
};

export const customersOf = (engine: ApiEngine): Customers => {
  const identity: IdentityIndex = createIdentityIndex(engine.log);
  const usedRules = usedRulesOf(engine);
  const find: Customers['find'] = async (request, view) => {
    const { id } = request.params;
    const rules = await usedRules(view.knownAt);
    const found = await evaluateCustomer(engine.log, { customer: id, view, rules }, identity);
    request.shown = [found.customer, ...found.mergedCustomers];
    if (found.kind === 'unknown') throw unknown(id);
    return found;
  };
  return {
    find,
    evaluate: async (request, view) =>
      match(await find(request, view))
        .with({ kind: 'evaluated' }, (found) => found)
        .with({ kind: 'unfoldable' }, (found) => {
          throw cannotBeFolded(request.params.id, found);
        })
        .exhaustive(),
  };
};
