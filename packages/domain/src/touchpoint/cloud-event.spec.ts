import * as fc from 'fast-check';
import * as E from 'fp-ts/Either';
import { decodeTouchpoint, describeCatalogue, isIdentifier, type Touchpoint, toCloudEvent } from './index';
import { context, NOW, SAMPLES } from './testing/touchpoint-fixtures';

const identifier = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isIdentifier);
const instant = (from: number) => fc.integer({ min: from, max: NOW });
/** But with a field named `__proto__`, which is refused. */
const json = fc
  .jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
  .filter((value) => !JSON.stringify(value).includes('__proto__'));
const extra = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 8 }).map((name) => `x${name}`),
  json,
  { maxKeys: 4 },
);

/** Any touchpoint of the catalogue: some of its fields, all that are required, and unknown fields. */
const touchpoint: fc.Arbitrary<Omit<Touchpoint, 'recordedAt'>> = fc
  .constantFrom(...describeCatalogue())
  .chain(({ type, versions, fields }) => {
    const own = fields.filter(({ name }) => !name.includes('.'));
    const data = fc.record(Object.fromEntries(own.map(({ name, type: kind }) => [name, fc.constant(SAMPLES[kind])])), {
      requiredKeys: own.filter(({ required }) => required).map(({ name }) => name),
    });
    return fc.record(
      {
        id: identifier,
        source: identifier,
        type: fc.constant(type),
        version: fc.constant(versions.at(-1) ?? 1),
        customer: identifier.map((customer) => `c${customer}`),
        occurredAt: instant(Date.UTC(1900, 0, 1)),
        recordedAt: instant(0),
        data: fc.tuple(extra, data).map(([unknown, known]) => JSON.parse(JSON.stringify({ ...unknown, ...known }))),
        staff: identifier,
        correlationId: identifier,
      },
      { requiredKeys: ['id', 'source', 'type', 'version', 'customer', 'occurredAt', 'data'] },
    );
  });

describe('the CloudEvent of a touchpoint', () => {
  it('decodes to the same touchpoint, over the wire', () => {
    fc.assert(
      fc.property(touchpoint, (given) => {
        const wire: unknown = JSON.parse(JSON.stringify(toCloudEvent(given)));
        expect(decodeTouchpoint(wire, context)).toEqual(E.right(given));
      }),
      { numRuns: 500 },
    );
  });

  it('is that of the compact form of the same touchpoint', () => {
    fc.assert(
      fc.property(touchpoint, (given) => {
        const compact = { ...given, occurredAt: new Date(given.occurredAt).toISOString(), recordedAt: undefined };
        const decoded = decodeTouchpoint(compact, context);
        expect(E.isRight(decoded) && toCloudEvent(decoded.right)).toEqual(
          toCloudEvent({ ...given, recordedAt: undefined }),
        );
      }),
    );
  });

  it('whatever arrives, decoding answers and never throws', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), fc.anything(), (a, b) => {
        for (const input of [a, { type: a, data: b }, { type: 'order.completed', data: a, id: b, customer: a }])
          expect(['Left', 'Right']).toContain(decodeTouchpoint(input, context)._tag);
      }),
      { numRuns: 300 },
    );
  });
});
