import * as E from 'fp-ts/Either';
import { stringify } from 'yaml';
import { decodeRuleset } from './decode-ruleset';
import { parseRuleset } from './parse-ruleset';
import { SMALL } from './testing/rulesets';

const yaml = (text: string) => parseRuleset(text, { format: 'yaml' });
const json = (text: string) => parseRuleset(text, { format: 'json' });
const problemsOf = (parsed: ReturnType<typeof yaml>) => (E.isLeft(parsed) ? parsed.left : []);

test('the same document is read from YAML and from JSON', () => {
  expect(yaml(stringify(SMALL))).toEqual(E.right(SMALL));
  expect(json(JSON.stringify(SMALL))).toEqual(E.right(SMALL));
});

test('a wrong value is placed at its line and column', () => {
  const text = 'ruleset: shop\nversion: 1\nfactors:\n  trust: { halfLife: P1M }\nstages:\n  - id: attract\n';
  expect(problemsOf(yaml(text))).toMatchObject([{ path: '/factors/trust/halfLife', line: 4, column: 22 }]);
});

test('an unknown key is placed at the key', () => {
  const text = '{\n  "ruleset": "shop", "version": 1, "factors": {},\n  "stages": [{ "id": "a", "entre": 1 }]\n}';
  expect(problemsOf(json(text))).toMatchObject([{ path: '/stages/0/entre', line: 3, column: 27 }]);
});

test('something missing is placed at what it is missing from', () => {
  const text = 'ruleset: shop\nversion: 1\nfactors: {}\nstages:\n  - id: attract\n  - id: build\n';
  expect(problemsOf(yaml(text))).toMatchObject([{ path: '/stages/1', code: 'missing-key', line: 6, column: 5 }]);
});

test.each([
  ['yaml', 'a: [1', 1],
  ['yaml', 'a: 1\na: 2\n', 2],
  ['yaml', 'a: 1\nb: "x\n', 3],
  ['json', '{\n  "a": 1,\n}', 3],
] as const)('broken %s %j is a syntax problem in its line', (format, text, line) => {
  expect(problemsOf(parseRuleset(text, { format }))[0]).toMatchObject({ code: 'syntax', line });
});

test('JSON with a key twice is refused, where JSON.parse would drop the first', () => {
  expect(problemsOf(json('{"version": 1, "version": 2}'))[0]).toMatchObject({ code: 'syntax' });
});

test('what is YAML but not JSON is refused as JSON', () => {
  expect(problemsOf(json('ruleset: shop'))[0]).toMatchObject({
    code: 'syntax',
    message: expect.stringContaining('not JSON'),
  });
});

test('words of YAML 1.1 stay words', () => {
  const text =
    'ruleset: no\nversion: 1\nfactors: { on: { halfLife: P1D } }\nevidence: [{ id: yes, on: order.completed, gives: { on: 1 } }]\nstages: [{ id: off }]';
  expect(yaml(text)).toMatchObject(E.right({ ruleset: 'no', evidence: [{ id: 'yes' }], stages: [{ id: 'off' }] }));
});

test('anchors and aliases may be used', () => {
  const text = 'ruleset: a\nversion: 1\nfactors: { trust: &t { halfLife: P1D }, value: *t }\nstages: [{ id: attract }]';
  expect(yaml(text)).toMatchObject(E.right({ factors: { value: { halfLife: 'P1D' } } }));
});

test('aliases that explode are refused', () => {
  const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
  expect(problemsOf(yaml(`a0: &a0 x\n${levels.join('\n')}`))).toHaveLength(1);
});

test('an alias inside its own anchor is refused', () => {
  expect(problemsOf(yaml('a: &a { b: *a }'))).toMatchObject([{ code: 'too-large' }]);
});

test.each([
  ['yaml', '['.repeat(120_000) + ']'.repeat(120_000), 1, 101],
  ['json', '['.repeat(120_000) + ']'.repeat(120_000), 1, 101],
  ['json', '{"a":'.repeat(50_000), 1, 497],
  ['yaml', '- '.repeat(120_000), 1, 200],
  ['yaml', '? '.repeat(120_000), 1, 200],
  ['yaml', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 100, 102],
] as const)(
  'nesting that would exhaust the stack is refused in %s, and not read to its end',
  (format, text, line, column) => {
    const [problem] = problemsOf(parseRuleset(text, { format }));
    expect(problem).toMatchObject({ code: 'syntax', message: 'the document is nested deeper than 100 levels', line });
    expect(Math.abs(problem.column! - column)).toBeLessThan(3);
  },
);

test('more aliases than anybody writes are refused', () => {
  const pairs = Array.from({ length: 1_001 }, (_, i) => `&a${i} 1, *a${i}`);
  expect(problemsOf(yaml(`[${pairs.join(', ')}]`))).toMatchObject([
    { message: 'the document has more than 1000 aliases' },
  ]);
});

test('of thousands of mistakes the first fifty are reported, and only these are computed', () => {
  const ruleset = { ...SMALL, ...Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`k${i}`, 1])) };
  const problems = problemsOf(json(JSON.stringify(ruleset)));
  expect(problems).toHaveLength(50);
  expect(problems[49]).toMatchObject({ path: '/k49', code: 'unknown-key', line: 1 });
  let read = 0;
  const stages = new Proxy([], {
    get: (_, name) => (name === 'length' ? 1_000_000 : /^\d+$/.test(String(name)) ? read++ : undefined),
  });
  expect(E.isLeft(decodeRuleset({ ...SMALL, stages }))).toBe(true);
  expect(read).toBeLessThan(100);
});

test.each(['yaml', 'json'] as const)('__proto__ in %s is an unknown key and changes no prototype', (format) => {
  const text =
    '{"ruleset": "a", "version": 1, "factors": {"__proto__": {"halfLife": "P1D"}}, "__proto__": {"polluted": 1}, "stages": [{"id": "a"}]}';
  expect(problemsOf(parseRuleset(text, { format })).map((problem) => problem.path)).toEqual([
    '/factors/__proto__',
    '/__proto__',
  ]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});

test('a text longer than any ruleset is refused unread', () => {
  expect(problemsOf(yaml(' '.repeat(262_145)))).toMatchObject([{ code: 'too-large' }]);
});

test('an empty text is not a ruleset', () => {
  expect(problemsOf(yaml(''))).toMatchObject([{ path: '', message: expect.stringContaining('expected an object') }]);
});

test.each(['yaml', 'json'] as const)(
  'a number in %s that would become another is refused where it stands',
  (format) => {
    const text = (is: string) =>
      `{"ruleset": "a", "version": 1, "factors": {}, "stages": [{"id": "a"}],\n "metrics": {"n": {"count": "*", "where": {"field": "data.ref", "is": ${is}}}}}`;
    expect(problemsOf(parseRuleset(text('17841405822304913'), { format }))).toEqual([
      {
        path: '',
        severity: 'error',
        code: 'syntax',
        message: 'the number 17841405822304913 cannot be kept as it is written; write it as text, in quotation marks',
        line: 2,
        column: 71,
      },
    ]);
    for (const is of ['"17841405822304913"', '17841405822304912', '0.1', '1e3', '59.980000000000004'])
      expect(E.isRight(parseRuleset(text(is), { format }))).toBe(true);
  },
);
