import { createHash } from 'node:crypto';
import type { JsonObject } from '@rapport/domain';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson, contentHash } from './content';

const reversed = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([key, member]) => [key, reversed(member)]));
};

const objects = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));

test('canonical JSON is what RFC 8785 says, as the library has it', () => {
  fc.assert(fc.property(objects, (data) => expect(canonicalJson(data as JsonObject)).toBe(canonicalize(data))));
});

test('the order of keys does not matter, and nothing of the data is lost', () => {
  fc.assert(
    fc.property(objects, (data) => {
      const text = canonicalJson(data as JsonObject);
      expect(canonicalJson(reversed(data) as JsonObject)).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test('keys that look like numbers are ordered as text; what is undefined is left out', () => {
  expect(canonicalJson({ 9: 1, 10: 2, b: undefined, a: -0 } as unknown as JsonObject)).toBe('{"10":2,"9":1,"a":0}');
});

test('a number that JSON cannot say is refused', () => {
  expect(() => canonicalJson({ total: Number.NaN })).toThrow(TypeError);
});

test('the content hash is SHA-256 of the canonical JSON of the content, as the documents say', () => {
  const texts = fc.string({ unit: 'grapheme', minLength: 1 });
  const content = fc.record(
    {
      source: texts,
      id: texts,
      type: texts,
      version: fc.nat(),
      occurredAt: fc.integer(),
      staff: texts,
      correlationId: texts,
    },
    { requiredKeys: ['source', 'id', 'type', 'version', 'occurredAt'] },
  );
  fc.assert(
    fc.property(content, texts, objects, (event, stream, data) => {
      const expected = createHash('sha256')
        .update(canonicalize({ ...event, stream, data })!)
        .digest('hex');
      expect(contentHash(stream, event, canonicalJson(data as JsonObject)).toString('hex')).toBe(expected);
    }),
  );
});
