import * as E from 'fp-ts/Either';
import { catalogueWith, decodeTouchpoint, describeCatalogue, standardCatalogue } from './index';
import { compact, context } from './testing/touchpoint-fixtures';

const warranty = {
  type: 'object',
  description: 'The customer registered a warranty.',
  required: ['serial'],
  additionalProperties: false,
  properties: {
    serial: { type: 'string', minLength: 3, description: 'serial number' },
    until: { type: 'string', format: 'date-time' },
    tier: { enum: ['basic', 'plus'] },
    parts: { type: 'array', items: { type: 'object', properties: { price: { type: 'number', minimum: 0 } } } },
  },
};

const catalogue = () => {
  const made = catalogueWith({ 'warranty.registered': warranty });
  if (E.isLeft(made)) throw new Error(made.left.map(({ message }) => message).join('\n'));
  return made.right;
};

const decode = (data: unknown) =>
  decodeTouchpoint(compact({ type: 'warranty.registered', data }), { ...context, catalogue: catalogue() });

const refusedWith = (touchpoints: Readonly<Record<string, unknown>>): string => {
  const made = catalogueWith(touchpoints);
  if (E.isRight(made)) throw new Error('accepted');
  return made.left.map(({ type, message }) => `${type}: ${message}`).join('\n');
};

describe('a touchpoint type of the operator', () => {
  it('is accepted by its JSON Schema, with its data as it came', () => {
    const data = { serial: 'A-1', until: '2028-01-01T00:00:00Z', tier: 'plus', parts: [{ price: 1 }] };
    const decoded = decode(data);
    expect(E.isRight(decoded) && decoded.right.data).toBe(data);
  });

  it.each([
    [{}, 'data.serial: expected a value, got nothing'],
    [{ serial: 'A-1', colour: 'red' }, 'data.colour: expected no field of that name, got "red"'],
    [{ serial: 'A' }, 'data.serial: expected a value that must NOT have fewer than 3 characters, got "A"'],
    [{ serial: 17 }, 'data.serial: expected a value of type string, got 17'],
    [{ serial: 'A-1', tier: 'gold' }, 'data.tier: expected one of basic, plus, got "gold"'],
    [{ serial: 'A-1', until: 'soon' }, 'data.until: expected the format date-time, got "soon"'],
    [{ serial: 'A-1', parts: [{}, { price: -1 }] }, 'data.parts[1].price: expected a value >= 0, got -1'],
  ])('is refused with %j', (data, message) => {
    const decoded = decode(data);
    expect(E.isLeft(decoded) && decoded.left.map((found) => found.message)).toEqual([message]);
  });

  it('is refused with all mistakes of data as people write it, and the first of data that is nothing but mistakes', () => {
    const messagesOf = (parts: number) => {
      const decoded = decode({ serial: 'A', parts: Array.from({ length: parts }, () => ({ price: 'much' })) });
      return E.isLeft(decoded) ? decoded.left.map(({ field }) => field) : [];
    };
    expect(messagesOf(2)).toEqual(['data.serial', 'data.parts[0].price', 'data.parts[1].price']);
    expect(messagesOf(100)).toHaveLength(20);
    expect(messagesOf(50_000)).toHaveLength(1);
  });

  it('obeys the limits that hold for all data', () => {
    const made = catalogueWith({ 'free.form': { type: 'object' } });
    if (E.isLeft(made)) throw new Error('refused');
    const data = JSON.parse('{"__proto__": {"polluted": true}}');
    expect(
      E.isLeft(decodeTouchpoint(compact({ type: 'free.form', data }), { ...context, catalogue: made.right })),
    ).toBe(true);
  });

  it('is described beside the others', () => {
    expect(describeCatalogue(catalogue()).at(-1)).toMatchObject({
      type: 'warranty.registered',
      family: 'added by the ruleset',
      description: 'The customer registered a warranty.',
      fields: [
        { name: 'serial', type: 'string', required: true, description: 'serial number' },
        { name: 'until', type: 'string', required: false },
        { name: 'tier', type: 'any' },
        { name: 'parts', type: 'array' },
      ],
    });
  });

  it.each([
    ['order.completed', {}, 'stands in the catalogue already'],
    ['warranty', {}, 'expected a name object.action in camelCase such as warranty.registered, got "warranty"'],
    ['Warranty.Registered', {}, 'object.action'],
    ['a.b.c', {}, 'object.action'],
    ['__proto__.x', {}, 'object.action'],
    ['relationship.stageChanged', {}, "the engine's own"],
    ['warranty.registered', 'string', 'expected a JSON Schema of data as an object, got "string"'],
    ['warranty.registered', { type: 'objekt' }, 'not a JSON Schema that can be used'],
    ['warranty.registered', { type: 'object', requird: ['a'] }, 'unknown keyword: "requird"'],
    ['warranty.registered', { $ref: 'https://example.com/schema.json' }, "can't resolve reference"],
    ['warranty.registered', { $async: true, type: 'object' }, 'asynchronous'],
  ])('cannot be %s with schema %j', (name, schema, message) => {
    expect(refusedWith({ [name]: schema })).toContain(message);
  });

  it('every one that cannot be registered is reported', () => {
    expect(refusedWith({ a: {}, 'order.completed': {}, 'warranty.registered': warranty }).split('\n')).toHaveLength(2);
  });

  it('none leaves the standard catalogue as it is', () => {
    expect(catalogueWith(undefined)).toEqual(E.right(standardCatalogue));
    expect(catalogueWith({})).toEqual(E.right(standardCatalogue));
  });
});
