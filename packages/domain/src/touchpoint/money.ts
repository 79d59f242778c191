import * as E from 'fp-ts/Either';
import * as t from 'io-ts';
import { CURRENCY_SCHEMA, currency, Field, ListField, NUMBER_SCHEMA, POSITIVE_SCHEMA } from './field';

/**
 * Money comes as `{amount, currency}` or as a plain number. Rules compare numbers only with numbers, so decoding leaves
 * the number in the field and puts the currency beside it: `{total: {amount: 20, currency: 'EUR'}}` becomes
 * `{total: 20, currency: 'EUR'}`. A touchpoint has one currency, at the top of its data; two are refused.
 */
export class MoneyField extends Field<number> {
  /** Whether something is money as `{amount, currency}`. */
  readonly isPrice: (input: unknown) => input is Price;

  constructor(
    description: string,
    /** Whether an amount below 0 is refused, taken, or turned at intake: another way of writing the one above 0. */
    readonly negative: 'refused' | 'taken' | 'turned',
  ) {
    const expected = negative === 'refused' ? 'a number of at least 0' : 'a number';
    const is = (input: unknown): input is number =>
      typeof input === 'number' && Number.isFinite(input) && (negative !== 'refused' || input >= 0);
    const amount = negative === 'refused' ? POSITIVE_SCHEMA : NUMBER_SCHEMA;
    const price = t.type({ amount: new Field(expected, expected, '', amount, is), currency: currency() }, 'money');
    super(
      KINDS[negative],
      `${expected}, or {amount, currency}`,
      description,
      {
        anyOf: [
          amount,
          { type: 'object', required: ['amount', 'currency'], properties: { amount, currency: CURRENCY_SCHEMA } },
        ],
      },
      is,
      (input, context) => {
        if (is(input)) return t.success(input);
        if (!t.UnknownRecord.is(input)) return t.failure(input, context);
        return E.map(({ amount }: Price) => amount)(price.validate(input, context));
      },
    );
    this.isPrice = price.is;
  }
}

const KINDS = {
  refused: 'money',
  taken: 'money, may be negative',
  turned: 'money, a negative amount is turned',
} as const;

interface Price {
  readonly amount: number;
  readonly currency: string;
}

export const money = (description: string): Field<number> => new MoneyField(description, 'refused');

/** Money that is negative by nature at times, such as the price of what was taken back. */
export const signedMoney = (description: string): Field<number> => new MoneyField(description, 'taken');

/** Money that went back, which some books write with a minus: intake gives it one sign, so that sums can take it off. */
export const moneyBack = (description: string): Field<number> => new MoneyField(description, 'turned');

type Data = Readonly<Record<string, unknown>>;
/** Data with its prices as plain amounts; the currencies they had are added to the set. Wrong prices stay. */
type Plain = (data: Data, currencies: Set<string>) => Data;

/** The function that makes the prices in data of these fields plain; undefined when none of them is money. */
export const plainAmounts = (fields: t.Props): Plain | undefined => {
  const steps = Object.entries(fields).flatMap(([name, field]) => {
    const plain = plainValue(field);
    return plain === undefined ? [] : [{ name, plain }];
  });
  if (steps.length === 0) return undefined;
  return (data, currencies) => {
    let copy: Record<string, unknown> | undefined;
    for (const { name, plain } of steps) {
      const value = data[name];
      if (typeof value !== 'object' || value === null) continue;
      copy ??= { ...data };
      copy[name] = plain(value, currencies);
    }
    return copy ?? data;
  };
};

const plainValue = (field: t.Mixed): ((value: object, currencies: Set<string>) => unknown) | undefined => {
  if (field instanceof MoneyField)
    return (value, currencies) => {
      if (!field.isPrice(value)) return value;
      currencies.add(value.currency);
      return value.amount;
    };
  const ofItem = field instanceof ListField ? plainAmounts(field.fields) : undefined;
  if (ofItem === undefined) return undefined;
  return (value, currencies) =>
    Array.isArray(value)
      ? value.map((item: unknown) => (t.UnknownRecord.is(item) ? ofItem(item, currencies) : item))
      : value;
};
