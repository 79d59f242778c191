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

type Data = Readonly<Record<string, unknown>>;

/** Whether a field is money, or a list with money in it. */
const holdsMoney = (field: t.Mixed): boolean =>
  field instanceof MoneyField || (field instanceof ListField && Object.values(field.fields).some(holdsMoney));

/**
 * A function that collects every currency that stands beside an amount in data of these fields; undefined when none of
 * them is money.
 */
export const currencyCollector = (fields: t.Props): ((data: Data) => readonly string[]) | undefined => {
  const collectors = Object.entries(fields)
    .filter(([, field]) => holdsMoney(field))
    .map(([name, field]) => {
      const ofItem = field instanceof ListField ? currencyCollector(field.fields) : undefined;
      return (data: Data): readonly string[] => {
        const value = data[name];
        if (typeof value !== 'object' || value === null) return NONE;
        if (ofItem === undefined) return 'currency' in value ? [String(value.currency)] : NONE;
        return Array.isArray(value) ? value.flatMap((item: Data) => ofItem(item)) : NONE;
      };
    });
  if (collectors.length === 0) return undefined;
  return (data) => {
    const found: string[] = [];
    for (const collect of collectors) found.push(...collect(data));
    return found;
  };
};

const NONE: readonly string[] = [];
