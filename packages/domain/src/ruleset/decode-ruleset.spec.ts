import * as E from 'fp-ts/Either';
import { decodeRuleset } from './decode-ruleset';
import { RETAIL } from './retail/retail';
import { BREAKS, SMALL, vectorRulesets, withPlace } from './testing/rulesets';

const problemsOf = (input: unknown) => {
  const decoded = decodeRuleset(input);
  return E.isLeft(decoded) ? decoded.left : [];
};

test('a ruleset that uses every part of the language decodes as itself', () => {
  expect(decodeRuleset(SMALL)).toEqual(E.right(SMALL));
});

test('the default ruleset decodes', () => {
  expect(problemsOf(JSON.parse(JSON.stringify(RETAIL)))).toEqual([]);
});

test.each<readonly [string, unknown]>([...vectorRulesets(), ['small', SMALL] as const])(
  'the ruleset of %s decodes',
  (_: string, ruleset: unknown) => {
    expect(problemsOf(ruleset)).toEqual([]);
  },
);

for (const [path, value, expected = path] of BREAKS)
  test(`refuses ${path} set to ${JSON.stringify(value)} at its place`, () => {
    const problems = problemsOf(withPlace(SMALL, path, value));
    expect(problems.map((problem) => problem.path)).toContain(expected);
    expect(problems.every((problem) => problem.severity === 'error')).toBe(true);
  });

describe('ids', () => {
  const withId = (id: string): readonly string[] =>
    problemsOf(withPlace(SMALL, '/ruleset', id)).map(({ message }) => message);

  test.each(['at-risk', 'bán-lẻ', 'розница', '소매', '小売_2', 'खुदरा', 'تجزئة', 'v1.2', '٣', 'Ünïcode'])(
    '%s is one',
    (id) => {
      expect(withId(id.normalize('NFC'))).toEqual([]);
    },
  );

  test.each([
    ['two words'],
    ['-first'],
    ['a/b'],
    ['a:b'],
    ['e\u200Bf'],
    ['e\u200Df'],
    ['\u202Eabc'],
    ['a\uFE0Fb'],
    ['a\u3164b'],
    ['a\u0007b'],
    ['\u0301a'],
    ['😀'],
    [''],
  ])('%j is not one', (id) => {
    expect(withId(id)).toEqual([expect.stringContaining('expected an id of letters and digits of any script')]);
  });

  test('an id with letters and marks apart is refused, as it reads like another one', () => {
    expect(withId('ba\u0301n')).toEqual([expect.stringContaining('give it as "b\u00E1n"')]);
    expect(problemsOf(withPlace(SMALL, '/metrics/ba\u0301n', { count: '*' }))).toHaveLength(1);
  });

  test('a whole ruleset may be in another script', () => {
    const { factors, metrics, evidence, stages, signals, ...rest } = SMALL;
    const text = JSON.stringify({ factors, metrics, evidence, stages, signals, promises: rest.promises })
      .replaceAll('trust', 'довіра')
      .replaceAll('activity', 'мua-hàng')
      .replaceAll('loyal', '忠実');
    expect(problemsOf({ ...rest, ruleset: 'cửa-hàng', ...JSON.parse(text) })).toEqual([]);
  });
});

test('a duration by the calendar is refused with the days to write instead', () => {
  const [{ message }] = problemsOf(withPlace(SMALL, '/factors/trust/halfLife', 'P1M'));
  expect(message).toContain('got "P1M"; months and years differ in length');
  expect(message).toContain('write days, such as P30D');
});

test('a mistyped key names the key that was meant, once', () => {
  const trust = { halfLive: 'P365D' };
  expect(problemsOf(withPlace(SMALL, '/factors/trust', trust))).toEqual([
    {
      path: '/factors/trust/halfLive',
      severity: 'error',
      code: 'unknown-key',
      message: 'unknown key "halfLive"; did you mean "halfLife"?',
    },
  ]);
});

test('a mistyped subject of a condition names the subject that was meant', () => {
  const [problem] = problemsOf(withPlace(SMALL, '/stages/1/enter', { metrc: 'orders', atLeast: 1 }));
  expect(problem).toMatchObject({
    path: '/stages/1/enter/metrc',
    message: expect.stringContaining('did you mean "metric"?'),
  });
});

test('conditions of the first stage are refused with the reason', () => {
  const [problem] = problemsOf(withPlace(SMALL, '/stages/0/enter', { metric: 'orders', atLeast: 1 }));
  expect(problem.message).toContain('every customer starts there');
});

test('every problem is reported, not only the first', () => {
  const broken = withPlace(withPlace(SMALL, '/version', 0), '/evidence/0/gives/trust', 0);
  expect(problemsOf(broken).map((problem) => problem.path)).toEqual(['/version', '/evidence/0/gives/trust']);
});

test('paths are JSON Pointers', () => {
  const [problem] = problemsOf(withPlace(SMALL, '/factors', { 'a/b~c': { halfLife: 'P1D' } }));
  expect(problem.path).toBe('/factors/a~1b~0c');
});

test.each([null, undefined, 'ruleset', 3, []])('%j is not a ruleset', (input) => {
  expect(problemsOf(input)).toMatchObject([{ path: '', message: expect.stringContaining('expected an object') }]);
});

test('a document that contains itself is refused', () => {
  const not: { not?: unknown } = {};
  not.not = not;
  expect(problemsOf({ ...SMALL, crossSell: { when: not } })).toMatchObject([{ code: 'too-large' }]);
});

test('nesting beyond reason is refused and does not exhaust the stack', () => {
  let when: unknown = { consent: 'marketing' };
  for (let i = 0; i < 100_000; i++) when = { not: when };
  expect(problemsOf({ ...SMALL, crossSell: { when } })).toMatchObject([{ code: 'too-large' }]);
});

test('shared parts that multiply beyond reason are refused', () => {
  let when: unknown = { consent: 'marketing' };
  for (let i = 0; i < 40; i++) when = { all: [when, when] };
  expect(problemsOf({ ...SMALL, crossSell: { when } })).toMatchObject([{ code: 'too-large' }]);
});

test('NaN and infinite numbers are refused', () => {
  const path = '/factors/trust/prior';
  expect(problemsOf(withPlace(SMALL, path, [Number.NaN, Number.POSITIVE_INFINITY])).map((p) => p.path)).toEqual([
    `${path}/0`,
    `${path}/1`,
  ]);
});
