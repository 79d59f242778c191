import fc from 'fast-check';
import { InexactNumber, isKept, parseExactJson } from './exact-json';

describe('numbers in JSON', () => {
  it.each([
    '0',
    '-0',
    '1',
    '33.330',
    '0.1',
    '1e2',
    '1E+2',
    '1e21',
    '1e23',
    '9007199254740992',
    '9007199254740994',
    '-9007199254740991',
    '17841405822304912',
    '59.980000000000004',
    '0.10000000000000000555',
    '1.7976931348623157e308',
    '5e-324',
    '0.33333333333333333333',
    '178414058223049.35',
    '1784140582230491.35',
    '100000000000000000000',
    '0e5',
    '0.00000000000000000000',
    '1784140582230491.2500',
    '12345678901234567000',
  ])('%s is kept', (text) => {
    expect(isKept(text, JSON.parse(text))).toBe(true);
    expect(parseExactJson(`{"a":[${text}]}`)).toEqual({ a: [JSON.parse(text)] });
  });

  it.each([
    '17841405822304913',
    '-17841405822304913',
    '9007199254740993',
    '12345678901234567890',
    '1.7841405822304913e16',
    '1e400',
    '-1e400',
    '1e-400',
    '17841405822304913.0',
    '17841405822304913.5',
    '36893488147419103233',
  ])('%s is not, and stands as it was sent', (text) => {
    expect(isKept(text, JSON.parse(text))).toBe(false);
    for (const [json, expected] of [
      [`{"a":{"b":[1,${text}]},"c":"${text}"}`, { a: { b: [1, new InexactNumber(text)] }, c: text }],
      [`[ ${text}, true ]`, [new InexactNumber(text), true]],
      [text, new InexactNumber(text)],
    ] as const)
      expect(parseExactJson(json)).toEqual(expected);
  });

  it('are kept as a double writes them, and fractions with more digits too', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isKept(String(value), value)).toBe(true);
        expect(isKept(value.toExponential(), value)).toBe(true);
        if (!Number.isInteger(value)) expect(isKept(value.toExponential(30), value)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('beyond 2^53 are kept where they come out again as they went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 10n ** 21n - 1n }), fc.boolean(), (number, roundly) => {
        const text = roundly ? String(Number(number)) : String(number);
        expect(isKept(text, Number(text))).toBe(String(Number(text)) === text);
      }),
    );
  });
});

it('everything else is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    }),
  );
  expect(() => parseExactJson('{"a":1')).toThrow(SyntaxError);
  expect(() => parseExactJson('{"a":12345678901234567890')).toThrow(SyntaxError);
  const own = parseExactJson('{"__proto__":1,"n":12345678901234567890}') as object;
  expect(Object.keys(own)).toEqual(['__proto__', 'n']);
});
