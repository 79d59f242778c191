/** `/v1/customers/{id}` and its answers: explanation, history, candidates. */

import { formatInstant, type Touchpoint } from '@rapport/domain';
import {
  candidatesFor,
  explain,
  explanationDocument,
  historyDocument,
  relationshipDocument,
  subjectDocument,
  type UnfoldableCustomer,
} from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { integer, object, type Routes, type TypeOf } from '../codec';
import { Refusal } from '../problem';
import { answers } from './answers';
import { CANDIDATES } from './candidates-shape';
import { EXPLANATION } from './explanation-shape';
import type { Customers } from './find-customer';
import { HISTORY } from './history-shape';
import { CUSTOMER_ID, type InstantView, LANGUAGE, languageIn, VIEW, viewIn } from './parameters';
import { RELATIONSHIP } from './relationship-shape';

const VIEWED = object({}, VIEW);
const IN_WORDS = object({}, { ...VIEW, lang: LANGUAGE });
const TOP_CANDIDATES = 3;
const DEFAULT_CANDIDATES = 10;
const OFFERED = object(
  {},
  {
    ...VIEW,
    lang: LANGUAGE,
    limit: integer(`How many, 1 to 100; ${DEFAULT_CANDIDATES} when absent.`, { minimum: 1, maximum: 100 }),
  },
);

const NOT_FOUND = { 404: 'No touchpoint of this customer is recorded.' };
const PARKED = { ...NOT_FOUND, 422: 'This customer is parked: their touchpoints cannot be folded.' };

/** The orders of the customer as known under a view. */
const knownOf = (touchpoints: readonly Touchpoint[], { knownAt }: InstantView): readonly Touchpoint[] =>
  knownAt === undefined ? touchpoints : touchpoints.filter(({ recordedAt }) => recordedAt <= knownAt);

/** The last known relationship of a parked customer, and why they are parked. */
const parkedDocument = async (
  engine: ApiEngine,
  customer: string,
  { ruleset, unfoldable }: UnfoldableCustomer,
  { asOf, knownAt }: InstantView,
) => {
  const readModel = engine.readModel();
  const [stored] = await readModel.load([customer]);
  const parked = (await readModel.parked()).find((one) => one.customer === customer);
  return {
    customer,
    asOf: formatInstant(asOf),
    ...(knownAt === undefined ? undefined : { knownAt: formatInstant(knownAt) }),
    ruleset,
    parked: {
      reason: unfoldable.message,
      touchpoint: unfoldable.touchpoint,
      ...(parked === undefined ? undefined : { parkedAt: formatInstant(parked.parkedAt) }),
    },
    ...(stored === undefined
      ? undefined
      : {
          lastFolded: {
            stage: stored.stage,
            since: formatInstant(stored.since),
            at: formatInstant(stored.instant),
          },
        }),
  };
};

const relationshipRoute = (app: Routes, engine: ApiEngine, customers: Customers): void => {
  app.get(
    '/v1/customers/:id',
    {
      schema: {
        operationId: 'customer',
        tags: ['customers'],
        summary: 'The relationship with a customer',
        description:
          'Folded from the log, so it is never behind. A customer whose touchpoints cannot be folded is answered with `parked` and their last known stage.',
        params: CUSTOMER_ID,
        querystring: VIEWED,
        response: answers(RELATIONSHIP, 'The relationship at the instant asked for.', {
          ...NOT_FOUND,
          422: 'The rules of that time are lost.',
        }),
      },
    },
    async (request) => {
      const view = viewIn(request.query, engine.now());
      const found = await customers.find(request, view);
      if (found.kind === 'unfoldable') return parkedDocument(engine, request.params.id, found, view);
      const { evaluation, subject, touchpoints } = found;
      const document = relationshipDocument(evaluation, subject);
      if (document.stage === null) return document;
      const offered = await candidatesFor(() => engine.crossSell(), evaluation, knownOf(touchpoints, view), {
        limit: TOP_CANDIDATES,
        language: 'en',
      });
      return { ...document, crossSell: offered };
    },
  );
};

const explanationRoutes = (app: Routes, engine: ApiEngine, customers: Customers): void => {
  const explained = async (request: Parameters<Customers['find']>[0] & { readonly query: TypeOf<typeof IN_WORDS> }) => {
    const found = await customers.evaluate(request, viewIn(request.query, engine.now()));
    return explain(found.evaluation, found.subject, found.touchpoints, languageIn(request.query));
  };
  app.get(
    '/v1/customers/:id/explanation',
    {
      schema: {
        operationId: 'explanation',
        tags: ['customers'],
        summary: 'Why a customer is classified so',
        description:
          'The points of each touchpoint and rule (they add up to the scores), the conditions that decided each stage, and what is missing for the next.',
        params: CUSTOMER_ID,
        querystring: IN_WORDS,
        response: answers(EXPLANATION, 'The explanation at the instant asked for.', PARKED),
      },
    },
    async (request) => explanationDocument(await explained(request)),
  );
  app.get(
    '/v1/customers/:id/history',
    {
      schema: {
        operationId: 'history',
        tags: ['customers'],
        summary: 'The stages of a customer',
        params: CUSTOMER_ID,
        querystring: IN_WORDS,
        response: answers(HISTORY, 'The stages, oldest first, each with its reason.', PARKED),
      },
    },
    async (request) => historyDocument(await explained(request)),
  );
};

const candidatesRoute = (app: Routes, engine: ApiEngine, customers: Customers): void => {
  app.get(
    '/v1/customers/:id/candidates',
    {
      schema: {
        operationId: 'candidates',
        tags: ['customers'],
        summary: 'Products to offer a customer',
        description:
          'Products the customer has never ordered, with reasons; or `withheld`, and the conditions that withhold them. `knownAt` applies to this customer only; orders of others count by when they were made.',
        params: CUSTOMER_ID,
        querystring: OFFERED,
        response: answers(CANDIDATES, 'Candidates, best first, or why there are none.', {
          ...PARKED,
          503: 'There is no cross-sell projection yet.',
        }),
      },
    },
    async (request) => {
      const { query } = request;
      const view = viewIn(query, engine.now());
      const { evaluation, subject, touchpoints } = await customers.evaluate(request, view);
      const reply = await candidatesFor(() => engine.crossSell(), evaluation, knownOf(touchpoints, view), {
        limit: query.limit ?? DEFAULT_CANDIDATES,
        language: languageIn(query),
      });
      if (reply === undefined)
        throw new Refusal(
          'unavailable',
          'There is no cross-sell projection to answer from yet: it is made by importing, or by "rapport rebuild".',
          { headers: { 'retry-after': '30' } },
        );
      return { ...subjectDocument(subject, evaluation), ...reply };
    },
  );
};

export const registerCustomer = (app: Routes, engine: ApiEngine, customers: Customers): void => {
  relationshipRoute(app, engine, customers);
  explanationRoutes(app, engine, customers);
  candidatesRoute(app, engine, customers);
};
