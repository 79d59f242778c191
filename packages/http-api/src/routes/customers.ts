/** `GET /v1/customers`: customers by stage, signal, score and text in the id, from the read model. */
import type { Program } from '@rapport/domain';
import { listedCustomer } from '@rapport/engine';
import type { ApiEngine } from '../api-engine';
import { instant, integer, list, nullable, number, object, type Routes, record, type TypeOf, text } from '../codec';
import { cursorOf, instantPart, textPart } from '../cursor';
import { answers } from './answers';
import { AFTER, DEFAULT_LIMIT, LIMIT, wrongParameter } from './parameters';

const CURSOR = cursorOf('customers', { customer: textPart, at: instantPart });

const QUERY = object(
  {},
  {
    stage: text('On this stage.', { minLength: 1 }),
    signal: text('With this signal raised.', { minLength: 1 }),
    q: text('Part of the id, as it stands; ASCII letters match in either case.', { minLength: 1, maxLength: 200 }),
    factor: text('By the present score of this factor; with `atLeast`, `atMost` or both.', { minLength: 1 }),
    atLeast: number('The lowest score, itself included.', { minimum: 0, maximum: 100 }),
    atMost: number('The highest score, itself included.', { minimum: 0, maximum: 100 }),
    limit: LIMIT,
    after: AFTER,
  },
);
type Query = TypeOf<typeof QUERY>;

const CUSTOMER = object({
  customer: text('The id.'),
  stage: text('The stage.'),
  since: instant('Since when.'),
  factors: record(object({ score: number('0 to 100.'), confidence: number('0 to 1.') }), 'By factor, now.'),
  signals: list(object({ signal: text('Raised.'), since: instant('Since when.') })),
  nextReviewAt: nullable(instant('When time alone may change something next; null for never.')),
  touchpoints: integer('How many.'),
  firstTouchpointAt: instant('The first.'),
  lastTouchpointAt: instant('The last.'),
});
const PAGE = object(
  { customers: list(CUSTOMER, 'In order of id.') },
  { next: text('Give it as `after` for the next page; absent on the last one.') },
);

const mustBeKnown = (field: string, given: string | undefined, known: readonly string[]): void => {
  if (given !== undefined && !known.includes(given))
    throw wrongParameter(
      field,
      `the ruleset in force has no ${field} "${given.slice(0, 60)}"; it has ${known.join(', ')}.`,
    );
};

/** @throws Refusal for names that the ruleset does not have, and bounds without a factor */
const checkNames = ({ stage, signal, factor, atLeast, atMost }: Query, { stages, signals, factors }: Program): void => {
  const ids = (all: readonly { readonly id: string }[]): readonly string[] => all.map(({ id }) => id);
  mustBeKnown('stage', stage, ids(stages));
  mustBeKnown('signal', signal, ids(signals));
  mustBeKnown('factor', factor, ids(factors));
  if (factor === undefined && (atLeast !== undefined || atMost !== undefined))
    throw wrongParameter('factor', 'is missing: name the factor that "atLeast" and "atMost" are about.');
  if (factor !== undefined && atLeast === undefined && atMost === undefined)
    throw wrongParameter('factor', 'needs a bound: say "atLeast", "atMost" or both.');
};

export const registerCustomers = (app: Routes, engine: ApiEngine): void => {
  app.get(
    '/v1/customers',
    {
      schema: {
        operationId: 'customers',
        tags: ['customers'],
        summary: 'Customers by stage, signal, score and id',
        description:
          'From the read model, which follows the log within a fraction of a second. All conditions must hold.',
        querystring: QUERY,
        response: answers(PAGE, 'A page of customers.'),
      },
    },
    async ({ query }) => {
      const { program } = engine.rules();
      checkNames(query, program);
      const { stage, signal, q, factor, atLeast, atMost, limit = DEFAULT_LIMIT } = query;
      const cursor = CURSOR.decode(query.after);
      // Later pages have the scores of the instant of the first, so that no customer is skipped or shown twice.
      const at = cursor?.at ?? engine.now();
      const { customers, next } = await engine.readModel().customers({
        stage,
        signal,
        text: q,
        ...(factor === undefined ? undefined : { factor: { id: factor, atLeast, atMost, at } }),
        after: cursor?.customer,
        limit,
      });
      return {
        customers: customers.map((stored) => listedCustomer(stored, program, at)),
        ...(next === undefined ? undefined : { next: CURSOR.encode({ customer: next, at }) }),
      };
    },
  );
};
