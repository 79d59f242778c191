import { METRIC_KINDS, type MetricRule, metricText, readMetric } from '.';

const when = { field: 'data.total', above: 20 } as const;

/** A rule of each kind and what is read from it. */
const RULES: readonly (readonly [
  rule: MetricRule,
  text: string,
  range: readonly [number, boolean],
  countsUp: boolean,
])[] = [
  [{ count: ['order.*', 'call.made'] }, 'count of order.*, call.made', [0, true], true],
  [{ count: '*', where: when, within: 'P9D' }, 'count of * where data.total > 20 within P9D', [0, true], true],
  [{ count: '*', halfLife: 'P9D' }, 'count of *, halved every P9D', [0, false], false],
  [{ sum: 'data.total', of: 'a.b' }, 'sum of data.total of a.b', [Number.NEGATIVE_INFINITY, false], false],
  [
    { sum: 'data.total', of: 'a.b', minus: 'a.c', halfLife: 'P9D' },
    'sum of data.total of a.b minus a.c, halved every P9D',
    [Number.NEGATIVE_INFINITY, false],
    false,
  ],
  [{ distinct: 'data.sku', of: 'a.b', within: 'P9D' }, 'different data.sku of a.b within P9D', [0, true], true],
  [{ daysSinceLast: 'a.b' }, 'days since the last a.b', [0, false], false],
  [{ daysSinceFirst: 'a.b', where: when }, 'days since the first a.b where data.total > 20', [0, false], false],
  [{ openPromises: 'reply' }, 'open promises reply', [0, true], false],
  [{ openComplaints: true }, 'open complaints', [0, true], false],
];

describe('the kinds of metrics', () => {
  it.each(RULES)('%j is read as %s', (rule, text, [low, whole], countsUp) => {
    const { range, ...reading } = readMetric(rule);
    expect(metricText(rule)).toBe(text);
    expect(range).toMatchObject({ low, high: Number.POSITIVE_INFINITY, whole });
    expect(reading.countsUp).toBe(countsUp);
  });

  it('each has a rule here, and its own name among its keys', () => {
    for (const [name, { shape }] of Object.entries(METRIC_KINDS)) {
      expect(RULES.some(([rule]) => name in rule)).toBe(true);
      expect(shape.fields[name]).toMatchObject({ required: true });
    }
  });

  it('intakes and fields are named by the keys of the rule', () => {
    for (const [rule] of RULES) {
      const { intakes, values } = readMetric(rule);
      for (const { key, types } of intakes) expect(rule).toHaveProperty(key, types);
      if (values !== undefined) expect(rule).toHaveProperty(values.key, values.field);
    }
  });

  it('a rule of no kind is refused', () => {
    expect(() => readMetric({ median: 'data.total' } as never)).toThrow('no known kind');
  });
});
