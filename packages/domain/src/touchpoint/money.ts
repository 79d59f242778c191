import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import { currency, Field, ListField } from './field';

/**
 * Money comes as `{amount, currency}` or as a plain number. Rules compare numbers only with numbers, so decoding leaves
 * the number in the field and puts the currency beside it: `{total: {amount: 20, currency: 'EUR'}}` becomes
 * `{total: 20, currency: 'EUR'}`. A touchpoint has one currency, at the top of its data; two are refused.
 */
export class MoneyField extends Field<number> {
  constructor(description: string, signed: boolean) {
    const expected = signed ? 'a number' : 'a number of at least 0';
    const is = (input: unknown): input is number =>
      typeof input === 'number' && Number.isFinite(input) && (signed || input >= 0);
    const amount = new Field(expected, expected, '', is);
    const price = t.type({ amount, currency: currency() }, 'money');
    super(
      signed ? 'money, may be negative' : 'money',
      `${expected}, or {amount, currency}`,
      description,
      is,
      (input, context) => {
        if (typeof input !== 'object' || input === null || Array.isArray(input))
          return is(input) ? t.success(input) : t.failure(input, context);
        const decoded = price.validate(input, context);
        return isLeft(decoded) ? decoded : t.success(decoded.right.amount);
      },
    );
  }
}

export const money = (description: string): Field<number> => new MoneyField(description, false);

/** Money that some books write with a minus, such as what an order was refunded by. */
export const signedMoney = (description: string): Field<number> => new MoneyField(description, true);

const statedIn = (value: unknown, field: t.Mixed): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (field instanceof MoneyField) return 'currency' in value ? [String(value.currency)] : [];
  if (field instanceof ListField && Array.isArray(value))
    return value.flatMap((item) => currenciesIn(item as Readonly<Record<string, unknown>>, field.fields));
  return [];
};

/** Every currency that stands beside an amount in this data, before the amounts were made plain. */
export const currenciesIn = (data: Readonly<Record<string, unknown>> | null, fields: t.Props): readonly string[] =>
  data === null ? [] : Object.entries(fields).flatMap(([name, field]) => statedIn(data[name], field));
