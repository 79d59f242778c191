import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { JsonObject } from '../json';
import { currency, optionals } from './field';
import { MoneyField, plainAmounts } from './money';

/**
 * The codec of a type's `data`: what must be there, what may be. Other fields are kept as they came. Data that is right
 * as it stands decodes to itself, without a copy.
 */
export class DataCodec extends t.Type<JsonObject, JsonObject, unknown> {
  /** Fields in which intake turns a negative amount. */
  readonly turned: readonly string[];

  constructor(
    readonly required: t.Props,
    readonly optional: t.Props,
  ) {
    const must = t.type(required, 'an object');
    const may = t.partial(optionals(optional), 'an object');
    const plain = plainAmounts({ ...required, ...optional });
    const is = (input: unknown): input is JsonObject => may.is(input) && must.is(input);

    const decodeFields: t.Validate<unknown, JsonObject> = (input, context) => {
      const first = must.validate(input, context);
      const second = may.validate(isLeft(first) ? input : first.right, context);
      if (isLeft(first)) return t.failures(isLeft(second) ? [...first.left, ...second.left] : first.left);
      return isLeft(second) ? second : t.success(second.right as JsonObject);
    };

    const validate: t.Validate<unknown, JsonObject> = (input, context) => {
      if (is(input)) return t.success(input);
      if (!t.UnknownRecord.is(input)) return t.failure(input, context);
      if (plain === undefined) return decodeFields(input, context);
      const currencies = new Set<string>();
      const amounts = plain(input, currencies);
      if (currencies.size === 0) return decodeFields(input, context);
      if (input.currency != null) currencies.add(String(input.currency));
      if (currencies.size > 1)
        return t.failure([...currencies].join(' and '), t.appendContext(context, 'currency', ONE_CURRENCY));
      const data = { ...amounts, currency: [...currencies][0] };
      return is(data) ? t.success(data) : decodeFields(data, context);
    };
    super('an object', is, validate, t.identity);
    this.turned = Object.entries({ ...required, ...optional }).flatMap(([name, field]) =>
      field instanceof MoneyField && field.negative === 'turned' ? [name] : [],
    );
  }
}

const ONE_CURRENCY = new t.Type<string>('one currency in a touchpoint', t.string.is, t.string.validate, t.identity);

/** Fields of data by name: `required` without which the touchpoint means nothing, and all others. */
export const data = (optional: t.Props = {}, required: t.Props = {}): DataCodec => {
  const hasMoney = plainAmounts({ ...optional, ...required }) !== undefined;
  return new DataCodec(required, hasMoney ? { ...optional, currency: currency() } : optional);
};
