import { isRight } from 'fp-ts/Either';
import { isKnownType, typesMatching } from '../touchpoint';
import { checkRulesetText } from './check-ruleset';
import type { RulesetProblem } from './problem';

const CATALOGUE = {
  isKnownType: (type: string) => isKnownType(type),
  typesMatching: (pattern: string) => typesMatching(pattern),
};

/** The warnings of a ruleset whose last lines are these, as an author writes them. */
const warnings = (...lines: readonly string[]): readonly RulesetProblem[] => {
  const head = ['ruleset: a', 'version: 1', 'factors: { trust: { halfLife: P30D } }', 'stages: [{ id: first }]'];
  const checked = checkRulesetText([...head, ...lines].join('\n'), { format: 'yaml' }, CATALOGUE);
  if (!isRight(checked)) throw new Error(JSON.stringify(checked.left));
  return checked.right.warnings.filter(({ code }) => code !== 'unused');
};

const when = (on: string, condition: string): readonly string[] =>
  warnings('evidence:', `  - { id: e, on: ${on}, gives: { trust: 1 }, when: ${condition} }`).map(
    ({ line, message }) => `${line}: ${message}`,
  );

const scaled = (on: string, scale: string): readonly string[] =>
  warnings('evidence:', `  - { id: e, on: ${on}, gives: { trust: 1 }, scale: ${scale} }`).map(({ message }) => message);

const metric = (rule: string): readonly string[] => warnings('metrics:', `  m: ${rule}`).map(({ message }) => message);

describe('a value that a field never has', () => {
  test.each([
    [
      'service.delivered',
      '{ field: data.onTime, is: yes }',
      'data.onTime of service.delivered is true or false, never "yes"; write true, without quotes',
    ],
    [
      'service.delivered',
      '{ field: data.onTime, is: "false" }',
      'data.onTime of service.delivered is true or false, never "false"; write false, without quotes',
    ],
    [
      'order.delivered',
      '{ field: data.onTime, is: yes }',
      'data.onTime of service.delivered is true or false, never "yes"; write true, without quotes',
    ],
    [
      'order.completed',
      '{ field: data.orderId, is: 00123 }',
      'data.orderId of order.completed is a text, never 123; write it in quotes as it comes ("123", with its leading zeros where it has some)',
    ],
    [
      'order.completed',
      '{ field: data.total, is: "100" }',
      'data.total of order.completed is a number, never "100"; write 100, without quotes',
    ],
    [
      'order.completed',
      '{ field: data.orderId, is: ~ }',
      'data.orderId is never null, which counts as missing; write exists: false',
    ],
    [
      'order.completed',
      '{ field: data.own, is: null }',
      'data.own is never null, which counts as missing; write exists: false',
    ],
    [
      'order.completed',
      '{ field: data.total, in: [1, "2"] }',
      'data.total of order.completed is a number, never "2"; write 2, without quotes',
    ],
    ['complaint.opened', '{ field: data.severity, is: hgih }', 'data.severity is never "hgih"; did you mean "high"?'],
    [
      'complaint.resolved',
      '{ field: data.outcome, is: fine }',
      'data.outcome is never "fine"; it is one of satisfied, unsatisfied, unknown',
    ],
    [
      'complaint.resolved',
      '{ field: case.acknowledged, is: yes }',
      'case.acknowledged is true or false, never "yes"; write true, without quotes',
    ],
    [
      '"*"',
      '{ field: staff, is: 17 }',
      'staff is a text, never 17; write it in quotes as it comes ("17", with its leading zeros where it has some)',
    ],
    [
      '"*"',
      '{ not: { field: consent.mail, is: yes } }',
      'consent.mail is true or false, never "yes"; write true, without quotes',
    ],
    [
      'order.completed',
      '{ field: data.items.sku, is: 17 }',
      'data.items.sku of order.completed is a text, never 17; write it in quotes as it comes ("17", with its leading zeros where it has some)',
    ],
    ['order.completed', '{ field: data.items, is: tea }', 'data.items of order.completed is an object, never "tea"'],
    [
      'order.completed',
      '{ field: data.total.amount, is: 3 }',
      'data.total.amount of order.completed has no parts, never 3',
    ],
  ])('on %s, %s', (on, condition, message) => {
    expect(when(on, condition)).toEqual([`6: never holds: ${message}`]);
  });

  it('is a warning of comparisons, too', () => {
    expect(when('order.completed', '{ field: data.promisedAt, atLeast: 3 }')).toEqual([
      '6: never holds: data.promisedAt of order.completed is a text, and only numbers are compared with numbers',
    ]);
  });

  test.each([
    ['service.delivered', '{ field: data.onTime, is: true }'],
    ['order.completed', '{ field: data.orderId, is: "00123" }'],
    ['complaint.opened', '{ field: data.severity, is: high }'],
    ['complaint.opened', '{ field: data.severity, is: 3 }'],
    ['order.completed', '{ field: data.colour, is: yes }'],
    ['order.completed', '{ field: data.own.total, is: "3" }'],
    ['order.completed', '{ field: data.total, atLeast: 3, exists: true }'],
    // Where one of the types has it so, it may hold.
    ['[survey.answered, order.completed]', '{ field: data.score, atLeast: 3 }'],
  ])('on %s, not %s', (on, condition) => {
    expect(when(on, condition)).toEqual([]);
  });
});

describe('a field that looks misspelt', () => {
  it('is a warning with the field that was meant, wherever it is named', () => {
    expect(when('order.completed', '{ field: data.totl, atLeast: 3 }')).toEqual([
      '6: no touchpoint of order.completed is known to have "data.totl"; did you mean "data.total"?',
    ]);
    expect(when('"*"', '{ field: data.items.product_sku, exists: true }')).toEqual([]);
    expect(when('order.completed', '{ field: data.items.SKU, exists: true }')).toHaveLength(1);
    expect(metric('{ distinct: data.items.skuu, of: order.completed }')).toEqual([
      'no touchpoint of order.completed is known to have "data.items.skuu"; did you mean "data.items.sku"?',
    ]);
    expect(
      warnings(
        'promises:',
        '  - { id: p, made: order.completed, key: data.order_id, by: data.promised_at, kept: order.delivered }',
      ),
    ).toMatchObject([
      { code: 'unknown-field', path: '/promises/0/key', line: 6, message: expect.stringContaining('"data.orderId"') },
      { code: 'unknown-field', path: '/promises/0/by', line: 6, message: expect.stringContaining('"data.promisedAt"') },
    ]);
  });
});

describe('a scale', () => {
  it('is warned of where a value of its map never comes', () => {
    expect(scaled('service.delivered', '{ field: data.onTime, map: { yes: 2, false: 0.5 } }')).toEqual([
      'never used: data.onTime of service.delivered is true or false, never "yes"; write true',
    ]);
    expect(scaled('complaint.opened', '{ field: data.severity, map: { high: 2, sever: 3, 4: 2, "05": 1 } }')).toEqual([
      expect.stringContaining('never "sever"'),
      expect.stringContaining('never "05"'),
    ]);
    expect(scaled('order.completed', '{ field: data.orderId, map: { 17: 2 } }')).toEqual([]);
  });

  it('is warned of where its curve never meets a number', () => {
    expect(scaled('order.completed', '{ field: data.orderId, curve: [[0, 1]] }')).toEqual([
      'the curve is never used: data.orderId of order.completed is a text, and it takes numbers; use map',
    ]);
  });
});

describe('a metric or promise', () => {
  it('is warned of where its field does not serve it', () => {
    expect(metric('{ sum: data.orderId, of: order.completed }')).toEqual([
      'data.orderId of order.completed is a text, so the sum is always 0: only numbers are added',
    ]);
    expect(metric('{ distinct: data.items, of: order.completed }')).toEqual([
      'data.items of order.completed is an object, so the count is always 0: objects are not told apart',
    ]);
    expect(
      warnings('promises:', '  - { id: p, made: order.completed, by: data.total, kept: order.delivered }'),
    ).toMatchObject([{ path: '/promises/0/by', message: expect.stringContaining('the promise is never made') }]);
  });

  it('is warned of where it adds up money of several currencies', () => {
    const told = [
      'adds up data.total in whatever currency it comes; say in which: where: { field: data.currency, is: EUR }',
    ];
    expect(metric('{ sum: data.total, of: order.completed }')).toEqual(told);
    expect(metric('{ sum: data.total, of: order.completed, where: { field: data.currency, in: [EUR, USD] } }')).toEqual(
      told,
    );
    expect(metric('{ sum: data.total, of: order.completed, where: { field: data.currency, is: EUR } }')).toEqual([]);
    expect(metric('{ sum: data.items.quantity, of: order.completed }')).toEqual([]);
  });
});

it("knows the fields of the ruleset's own types by their JSON Schema", () => {
  const own = (condition: string): readonly string[] =>
    warnings(
      'touchpoints:',
      '  visit.booked: { type: object, properties: { seats: { type: integer }, vip: { type: boolean }, kind: { enum: [long, short] }, tags: { type: array, items: { type: string } } } }',
      'evidence:',
      `  - { id: e, on: visit.booked, gives: { trust: 1 }, when: ${condition} }`,
    ).map(({ message }) => message);
  expect(own('{ field: data.seats, is: "3" }')).toEqual([expect.stringContaining('write 3, without quotes')]);
  expect(own('{ field: data.vip, is: no }')).toEqual([expect.stringContaining('write false, without quotes')]);
  expect(own('{ field: data.kind, is: lng }')).toEqual([expect.stringContaining('did you mean "long"?')]);
  expect(own('{ field: data.tags, is: 3 }')).toEqual([expect.stringContaining('write it in quotes')]);
  expect(own('{ field: data.seat, is: 3 }')).toEqual([expect.stringContaining('did you mean "data.seats"?')]);
  expect(
    own('{ all: [{ field: data.tags, is: red }, { field: data.seats, atLeast: 2 }, { field: data.note, is: x }] }'),
  ).toEqual([]);
});
