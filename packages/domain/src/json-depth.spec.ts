import fc from 'fast-check';
import { boundDepth, MAX_JSON_DEPTH } from './json-depth';

const nested = (depth: number, inside = '1'): string => '['.repeat(depth) + inside + ']'.repeat(depth);

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

describe('JSON of bounded depth', () => {
  it('is the same text where nothing is too deep', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8 }), fc.string(), (json, text) => {
        const long = `[${json},${JSON.stringify(text)},${JSON.stringify('[{"\\'.repeat(300))}]`;
        expect(boundDepth(long)).toBe(long);
      }),
    );
    expect(boundDepth(nested(MAX_JSON_DEPTH))).toBe(nested(MAX_JSON_DEPTH));
  });

  it('has as many levels as are allowed, and all else in its place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 0, max: 3 }), (more, others) => {
        const deep = nested(MAX_JSON_DEPTH + more - 1, '{"]": "[", "\\"}": "}"}');
        const json = `[${deep}${',"x]"'.repeat(others)}, ${deep}, {"b": [1, 2]}]`;
        const bounded = boundDepth(json);
        expect(bounded).toHaveLength(json.length);
        const value = JSON.parse(bounded);
        expect(depthOf(value)).toBe(MAX_JSON_DEPTH);
        expect(value).toHaveLength(others + 3);
        expect(value.at(-1)).toEqual({ b: [1, 2] });
      }),
    );
  });

  it('invalid JSON stays invalid', () => {
    for (const json of [
      '['.repeat(10_000),
      `${'{"a":'.repeat(10_000)}1`,
      ']'.repeat(10_000),
      `${nested(10_000)}]`,
      '"'.repeat(999),
    ])
      expect(() => JSON.parse(boundDepth(json))).toThrow(SyntaxError);
  });
});
