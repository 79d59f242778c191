import { isLeft } from 'fp-ts/Either';
import * as t from 'io-ts';
import type { JsonObject } from '../json';
import { currency, optionals } from './field';
import { currencyCollector } from './money';

/**
 * The codec of a type's `data`: what must be there, what may be. Other fields are kept as they came. Data that is right
 * as it stands decodes to itself, without a copy.
 */
export class DataCodec extends t.Type<JsonObject, JsonObject, unknown> {
  constructor(
    readonly required: t.Props,
    readonly optional: t.Props,
  ) {
    const must = t.type(required, 'an object');
    const may = t.partial(optionals(optional), 'an object');
    const currencies = currencyCollector({ ...required, ...optional });
    const is = (input: unknown): input is JsonObject => may.is(input) && must.is(input);

    const validate: t.Validate<unknown, JsonObject> = (input, context) => {
      if (is(input)) return t.success(input);
      const first = must.validate(input, context);
      if (isLeft(first) && !t.UnknownRecord.is(input)) return first;
      const second = may.validate(isLeft(first) ? input : first.right, context);
      if (isLeft(first) || isLeft(second))
        return t.failures([...(isLeft(first) ? first.left : []), ...(isLeft(second) ? second.left : [])]);
      const stated = currencies?.(input as JsonObject) ?? [];
      if (stated.length === 0) return t.success(second.right as JsonObject);
      const own = (second.right as JsonObject).currency;
      const all = new Set(typeof own === 'string' ? [own, ...stated] : stated);
      if (all.size > 1)
        return t.failure([...all].join(' and '), [...context, { key: 'currency', type: ONE_CURRENCY, actual: own }]);
      return t.success({ ...second.right, currency: stated[0] } as JsonObject);
    };
    super('an object', is, validate, t.identity);
  }
}

const ONE_CURRENCY = new t.Type<string>('one currency in a touchpoint', t.string.is, t.string.validate, t.identity);

/** Fields of data by name: `required` without which the touchpoint means nothing, and all others. */
export const data = (optional: t.Props = {}, required: t.Props = {}): DataCodec => {
  const needsCurrency = currencyCollector({ ...optional, ...required }) !== undefined;
  return new DataCodec(required, needsCurrency ? { ...optional, currency: currency() } : optional);
};
