import * as E from 'fp-ts/Either';
import { isKnownType, typesMatching } from '../touchpoint';
import { checkRuleset, checkRulesetText } from './check-ruleset';
import { lintRuleset } from './lint-ruleset';
import type { Ruleset } from './ruleset';
import { SMALL, vectorRulesets, withPlace } from './testing/rulesets';

const CATALOGUE = {
  isKnownType: (type: string) => isKnownType(type),
  typesMatching: (pattern: string) => typesMatching(pattern),
};
const lint = (ruleset: unknown) => lintRuleset(ruleset as Ruleset, CATALOGUE);
const lintWith = (path: string, value: unknown) => lint(withPlace(SMALL, path, value));

test('a sound ruleset has no problems', () => {
  expect(lint(SMALL)).toEqual([]);
});

test.each<readonly [string, unknown]>([...vectorRulesets(), ['small', SMALL] as const])(
  'the ruleset of %s has no errors',
  (_, ruleset) => {
    expect(E.isRight(checkRuleset(ruleset, CATALOGUE))).toBe(true);
  },
);

describe('references', () => {
  test.each([
    ['/stages/1/enter', { metric: 'order', atLeast: 1 }, '/stages/1/enter/metric', 'did you mean "orders"?'],
    [
      '/stages/1/enter',
      { any: [{ factor: 'turst', atLeast: 1 }] },
      '/stages/1/enter/any/0/factor',
      'did you mean "trust"?',
    ],
    ['/signals/0/raise', { confidence: 'trst', atLeast: 1 }, '/signals/0/raise/confidence', 'did you mean "trust"?'],
    ['/signals/0/raise', { stage: ['build', 'loyl'] }, '/signals/0/raise/stage/1', 'did you mean "loyal"?'],
    ['/crossSell/when', { not: { stage: 'attrct' } }, '/crossSell/when/not/stage', 'did you mean "attract"?'],
    ['/metrics/waiting/openPromises', 'acknowledged', '/metrics/waiting/openPromises', 'did you mean "acknowledge"?'],
    ['/evidence/0/gives', { trsut: 1 }, '/evidence/0/gives/trsut', 'did you mean "trust"?'],
    ['/promises/0/whenBroken', { honesty: 1 }, '/promises/0/whenBroken/honesty', 'known are trust'],
    ['/evidence/0/when', { field: 'metric.ordres', atLeast: 1 }, '/evidence/0/when/field', 'did you mean "orders"?'],
    ['/evidence/0/when', { field: 'stage', in: ['loyl'] }, '/evidence/0/when/in/0', 'did you mean "loyal"?'],
  ])('%s set to %j leads nowhere at %s', (path, value, place, message) => {
    expect(lintWith(path, value)).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        code: 'unknown-reference',
        path: place,
        message: expect.stringContaining(message),
      }),
    );
  });
});

describe('fields', () => {
  test.each([
    ['/evidence/0/when', { field: 'dat.total', exists: true }, '/evidence/0/when/field', 'did you mean "data"?'],
    ['/evidence/0/when', { field: 'total', exists: true }, '/evidence/0/when/field', 'data.total'],
    ['/evidence/0/when', { field: 'data', exists: true }, '/evidence/0/when/field', 'data.<name>'],
    ['/evidence/0/when', { field: 'type.name', is: 'x' }, '/evidence/0/when/field', '"type" alone'],
    [
      '/evidence/0/scale/field',
      'case.compensationRate',
      '/evidence/0/scale/field',
      'did you mean "compensationRatio"?',
    ],
    ['/promises/1/by', 'promisedAt', '/promises/1/by', 'data.promisedAt'],
    ['/promises/0/key', 'caseId', '/promises/0/key', 'caseId'],
    ['/metrics/spend/sum', 'total', '/metrics/spend/sum', 'data.total'],
  ])('%s set to %j is not a field', (path, value, place, message) => {
    expect(lintWith(path, value)).toContainEqual(
      expect.objectContaining({
        severity: 'error',
        code: 'unknown-field',
        path: place,
        message: expect.stringContaining(message),
      }),
    );
  });

  test.each(['type', 'source', 'staff', 'stage', 'data.items.sku', 'case.priorCases', 'consent.marketing'])(
    '%s is a field',
    (field) => {
      expect(lintWith('/evidence/0/when', { field, exists: true })).toEqual([]);
    },
  );
});

describe('ids', () => {
  test.each([
    ['/evidence/1/id', 'fair'],
    ['/promises/1/id', 'acknowledge'],
    ['/stages/2/id', 'build'],
    ['/signals/1/id', 'dormant'],
    ['/evidence/1/id', 'acknowledge:kept'],
  ])('%s set to %s is taken already', (path, id) => {
    expect(lintWith(path, id)).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'duplicate-id', path }),
    );
  });
});

describe('stages', () => {
  test('an enter that does not imply its stay is refused, with the part, the numbers and an example', () => {
    expect(
      lintWith('/stages/2/stay', {
        all: [
          { metric: 'activity', atLeast: 2.5 },
          { factor: 'trust', atLeast: 45 },
        ],
      }),
    ).toEqual([
      {
        path: '/stages/2/stay/all/0',
        severity: 'error',
        code: 'enter-without-stay',
        message:
          '"enter" of stage "loyal" (metric.activity >= 2 and factor.trust >= 55) does not imply "metric.activity >= 2.5" of its "stay": with metric.activity = 2 the stage is entered and left at once; loosen it or ask for it in "enter"',
      },
    ]);
  });

  test('a stay on something that enter does not ask for is refused', () => {
    expect(lintWith('/stages/1/stay', { metric: 'complaints', below: 1 })).toMatchObject([
      { path: '/stages/1/stay', code: 'enter-without-stay', message: expect.stringContaining('metric.complaints = 1') },
    ]);
  });

  test('a stage that may only be entered from another stage flaps without a stay of its own', () => {
    const enter = { all: [{ stage: 'attract' }, { metric: 'orders', atLeast: 1 }] };
    expect(lintWith('/stages/1/enter', enter)).toMatchObject([
      { path: '/stages/1/enter/all/0', code: 'enter-without-stay' },
    ]);
    expect(
      lint(withPlace(withPlace(SMALL, '/stages/1/enter', enter), '/stages/1/stay', { metric: 'orders', atLeast: 1 })),
    ).toEqual([]);
  });

  test('a stage whose enter contradicts itself is unreachable, and so is what lies above it', () => {
    const never = { metric: 'orders', atLeast: 2, below: 2 };
    expect(lintWith('/stages/1/enter', never)).toMatchObject([
      { severity: 'warning', code: 'unreachable', path: '/stages/1/enter' },
      {
        severity: 'warning',
        code: 'unreachable',
        path: '/stages/2',
        message: expect.stringContaining('"build" below it'),
      },
    ]);
  });

  test('a score above 100 is out of reach', () => {
    expect(lintWith('/stages/1/enter', { factor: 'trust', above: 100 })[0]).toMatchObject({ code: 'unreachable' });
  });

  test('minStay of the first stage has no effect', () => {
    expect(lintWith('/stages/0/minStay', 'P1D')).toMatchObject([{ severity: 'warning', path: '/stages/0/minStay' }]);
  });
});

describe('signals', () => {
  test('a clear that can hold together with raise is warned of', () => {
    expect(lintWith('/signals/0/clear', { metric: 'quiet', below: 200 })).toMatchObject([
      { severity: 'warning', code: 'signal-flaps', path: '/signals/0/clear' },
    ]);
  });

  test('a raise that contradicts itself is warned of', () => {
    expect(lintWith('/signals/0/raise', { metric: 'quiet', above: 180, below: 90 })).toMatchObject([
      { code: 'unreachable' },
    ]);
  });

  test('candidates that are always withheld are warned of', () => {
    expect(lintWith('/crossSell/when', { metric: 'complaints', below: 0 })).toMatchObject([{ code: 'unreachable' }]);
  });
});

describe('evidence', () => {
  test('the points of a curve must stand in order of x', () => {
    expect(
      lintWith('/evidence/0/scale/curve', [
        [1, 1],
        [1, 2],
        [0, 3],
      ]),
    ).toMatchObject([
      { severity: 'error', code: 'curve-not-increasing', path: '/evidence/0/scale/curve/1/0' },
      { severity: 'error', code: 'curve-not-increasing', path: '/evidence/0/scale/curve/2/0' },
    ]);
  });

  test.each([
    [{ field: 'data.score', atLeast: 5, below: 5 }],
    [{ field: 'data.score', is: 'high', atLeast: 1 }],
    [{ field: 'data.score', exists: false, atLeast: 1 }],
    [
      {
        all: [
          { field: 'metric.orders', above: 3 },
          { field: 'metric.orders', atMost: 3 },
        ],
      },
    ],
    [
      {
        all: [
          { field: 'type', is: 'a.b' },
          {
            any: [
              { field: 'type', in: ['a.c'] },
              { field: 'type', exists: false },
            ],
          },
        ],
      },
    ],
  ])('%j never holds', (when) => {
    expect(lintWith('/evidence/0/when', when)).toMatchObject([{ severity: 'warning', code: 'never-applies' }]);
  });

  test.each([
    // Different values of a list can meet different conditions.
    [
      {
        all: [
          { field: 'data.items.price', atLeast: 5 },
          { field: 'data.items.price', below: 5 },
        ],
      },
    ],
    // What is missing meets every negation.
    [{ all: [{ not: { field: 'staff', is: 'a' } }, { not: { not: { field: 'staff', exists: false } } }] }],
    [
      {
        any: [
          { field: 'type', is: 'x', in: ['y'] },
          { field: 'type', is: 'x' },
        ],
      },
    ],
  ])('%j may hold', (when) => {
    expect(lintWith('/evidence/0/when', when)).toEqual([]);
  });

  test('a scale that is always 0 is warned of', () => {
    expect(lintWith('/evidence/1/scale', { field: 'data.x', map: { a: 0 }, default: 0 })).toMatchObject([
      { code: 'never-applies' },
    ]);
  });
});

describe('touchpoint types', () => {
  test.each([
    ['order.complted', 'did you mean "order.completed"?'],
    ['orders.*', 'did you mean "order.*"?'],
    ['qqqqqq.zzzzzzzz', 'unknown touchpoint type'],
  ])('%s is warned of', (type, message) => {
    expect(lintWith('/evidence/1/on', ['order.completed', type])).toMatchObject([
      {
        severity: 'warning',
        code: 'unknown-type',
        path: '/evidence/1/on/1',
        message: expect.stringContaining(message),
      },
    ]);
  });

  test('types that the ruleset declares are known', () => {
    expect(lintWith('/evidence/1/on', ['visit.booked'])).toEqual([]);
    expect(lint(withPlace(withPlace(SMALL, '/touchpoints', { 'lab.tested': {} }), '/evidence/1/on', 'lab.*'))).toEqual(
      [],
    );
  });

  test('a declaration that is not a JSON Schema is an error', () => {
    expect(lintWith('/touchpoints/visit.booked', { type: 'objekt' })).toMatchObject([
      { severity: 'error', code: 'invalid-schema', path: '/touchpoints/visit.booked' },
    ]);
  });
});

test('metrics and factors that nothing uses are warned of', () => {
  expect(
    lint(withPlace(withPlace(SMALL, '/metrics/idle', { count: '*' }), '/factors/idle', { halfLife: 'P1D' })),
  ).toMatchObject([
    { severity: 'warning', code: 'unused', path: '/metrics/idle' },
    { severity: 'warning', code: 'unused', path: '/factors/idle' },
  ]);
});

test('a metric that an event condition asks for is used', () => {
  const used = withPlace(withPlace(SMALL, '/metrics/idle', { count: '*' }), '/evidence/1/when', {
    field: 'metric.idle',
    below: 3,
  });
  expect(lint(used)).toEqual([]);
});

test('errors refuse a ruleset, warnings pass with it', () => {
  const refused = checkRuleset(withPlace(SMALL, '/crossSell/when/metric', 'complaint'), CATALOGUE);
  expect(refused).toMatchObject(E.left([{ severity: 'error', path: '/crossSell/when/metric' }]));
  const warned = checkRuleset(withPlace(SMALL, '/evidence/1/on', 'mail.burnt'), CATALOGUE);
  expect(warned).toMatchObject(E.right({ ruleset: { ruleset: 'small' }, warnings: [{ code: 'unknown-type' }] }));
});

test('problems of meaning have their place in the text, too', () => {
  const text =
    'ruleset: a\nversion: 1\nfactors: {}\nstages:\n  - id: attract\n  - id: build\n    enter: { metric: orders, atLeast: 1 }\n';
  expect(checkRulesetText(text, { format: 'yaml' }, CATALOGUE)).toMatchObject(
    E.left([{ path: '/stages/1/enter/metric', line: 7, column: 22 }]),
  );
});

describe('sums', () => {
  test.each([
    [['order.completed', 'order.refunded'], undefined, 'take it off with "minus": "order.refunded"'],
    ['order.*', 'order.cancelled', 'adds order.refunded to order.completed'],
    ['order.*', 'order.refunded', 'adds order.refunded and takes it off again'],
    [['points.earned', 'points.redeemed'], undefined, '"minus": "points.redeemed"'],
  ])('of %j minus %j are warned of', (of, minus, message) => {
    const rule = { sum: 'data.total', of, ...(minus === undefined ? {} : { minus }) };
    expect(lintWith('/metrics/spend', rule)).toContainEqual(
      expect.objectContaining({
        severity: 'warning',
        code: 'opposite-amounts',
        path: '/metrics/spend/of',
        message: expect.stringContaining(message),
      }),
    );
  });

  test.each([
    [{ sum: 'data.total', of: 'order.completed', minus: ['order.refunded', 'order.cancelled'] }],
    [{ sum: 'data.total', of: 'order.refunded' }],
    [{ sum: 'metric.orders', of: 'order.*' }],
    [{ count: 'order.*' }],
  ])('as %j are not', (rule) => {
    expect(lintWith('/metrics/spend', rule).filter(({ code }) => code === 'opposite-amounts')).toEqual([]);
  });

  test('name known types in "minus"', () => {
    const rule = { sum: 'data.total', of: 'order.completed', minus: 'order.refundet' };
    expect(lintWith('/metrics/spend', rule)).toContainEqual(
      expect.objectContaining({ code: 'unknown-type', path: '/metrics/spend/minus' }),
    );
  });
});
