import { codec, integer, list, number, object, oneOf, text } from '../codec';
import { SUBJECT, SUBJECT_WHERE } from './customer-shapes';

const REASON = object({
  product: text('A product of the customer.'),
  together: integer('Customers who ordered both.'),
  owners: integer('Customers who ordered it.'),
  lift: number('How many times more often together than by chance.'),
  weight: number('Its part of the score.'),
});

export const CROSS_SELL = {
  kind: oneOf(['candidates', 'withheld'], 'Whether there are any to be offered now.'),
} as const;
export const CROSS_SELL_WHERE = {
  reason: text('The conditions that withhold them, in words.'),
  candidates: list(
    object(
      {
        product: text('The product to offer.'),
        score: number('The rank; 0 for a popular product that fills the list.'),
        rank: integer('1 for the best.'),
        owners: integer('Customers who ever ordered it.'),
        reasons: list(REASON, 'The products of the customer that weigh most, at most three.'),
      },
      { popular: codec<true>({ const: true, description: 'Only because it is popular.' }) },
    ),
  ),
} as const;

export const CANDIDATES = object({ ...SUBJECT, ...CROSS_SELL }, { ...SUBJECT_WHERE, ...CROSS_SELL_WHERE });
