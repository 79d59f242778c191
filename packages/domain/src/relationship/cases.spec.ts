import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseExactJson } from '../exact-json';
import { checkRuleset } from '../ruleset/check-ruleset';
import type { Ruleset } from '../ruleset/ruleset';
import { DAY } from '../time/instant';
import { decodeTouchpoint, isKnownType, standardCatalogue, type Touchpoint, typesMatching } from '../touchpoint';
import { type Evaluation, evaluate, toDocument } from './evaluate';
import { compileRuleset } from './program';
import { tinyHistories, tinyInstants, tinyRulesets } from './testing/tiny-relationships';

/** Small inputs as people write them, which once gave wrong answers. */

const read = (name: string): string => readFileSync(join(__dirname, 'testing/cases', name), 'utf8');
const rulesetIn = (name: string): Ruleset => JSON.parse(read(name));

/** Lines as intake takes them: touchpoints, or what is wrong with them. */
const linesIn = (name: string, change: (line: string) => string = (line) => line) =>
  read(name)
    .trim()
    .split('\n')
    .map((line) => decodeTouchpoint(parseExactJson(change(line)), { catalogue: standardCatalogue, now: Infinity }));

const touchpointsIn = (name: string, change?: (line: string) => string): readonly Touchpoint[] =>
  linesIn(name, change).map((decoded) => {
    if (decoded._tag === 'Left') throw new Error(decoded.left.map(({ message }) => message).join('; '));
    return decoded.right as Touchpoint;
  });

const evaluated = (ruleset: Ruleset, touchpoints: readonly Touchpoint[], asOf?: number): Evaluation =>
  evaluate(compileRuleset(ruleset), touchpoints, { asOf });

describe('the order of metrics in a ruleset', () => {
  it('makes no difference: one hash, one answer', () => {
    for (const name of ['same-hash-1.json', 'same-hash-2.json']) {
      const { fold } = evaluated(rulesetIn(name), touchpointsIn('same-hash.ndjson'));
      const values = Object.fromEntries(
        fold.program.metricIds.map((id, i) => [id, fold.metrics[i].value(fold.instant)]),
      );
      expect({ stage: fold.stageId, values }).toEqual({ stage: 's0', values: { first: 1, second: 0 } });
    }
  });

  it('makes none for any ruleset and any history', () => {
    const shuffled = tinyRulesets.chain((ruleset) =>
      fc
        .shuffledSubarray(Object.entries(ruleset.metrics ?? {}), { minLength: 5 })
        .map((metrics): [Ruleset, Ruleset] => [ruleset, { ...ruleset, metrics: Object.fromEntries(metrics) }]),
    );
    fc.assert(
      fc.property(shuffled, tinyHistories, tinyInstants, ([one, other], touchpoints, asOf) => {
        const documentOf = (ruleset: Ruleset) => toDocument(evaluate(compileRuleset(ruleset), touchpoints, { asOf }));
        expect(documentOf(other)).toEqual(documentOf(one));
      }),
      { numRuns: 300 },
    );
  });
});

it('a sum of decimals reaches the threshold that it is, over the whole life and in a window', () => {
  const touchpoints = touchpointsIn('decimals.ndjson');
  const { fold, signals } = evaluated(rulesetIn('decimals.json'), touchpoints);
  expect(fold.stageId).toBe('gold');
  expect(fold.metrics.map((metric) => metric.value(fold.instant))).toEqual([100, 100]);
  expect(signals).toMatchObject([{ signal: 'year', raised: true, at: touchpoints[2].occurredAt }]);
});

describe('a touchpoint that gives no evidence', () => {
  const ruleset = rulesetIn('unrelated.json');
  const raisedAt = (name: string, asOf?: number) => {
    const { fold, signals } = evaluated(ruleset, touchpointsIn(name), asOf);
    return { signals: signals.map(({ at, raised }) => [at, raised]), next: fold.nextReviewAt() };
  };

  it('clears no signal, however little evidence remains', () => {
    const { signals } = raisedAt('unrelated-1.ndjson');
    expect(signals).toEqual([[Date.UTC(2026, 0, 1), true]]);
    for (const name of ['unrelated-1.ndjson', 'unrelated-2.ndjson'])
      for (const days of [0, 90, 1_000, 2_000, 100_000]) {
        const asOf = Date.UTC(2026, 3, 1) + days * DAY;
        expect([name, days, raisedAt(name, asOf)]).toEqual([name, days, { signals, next: Infinity }]);
      }
  });

  it('gets a reason that agrees with the decision', () => {
    const program = compileRuleset({
      ...ruleset,
      stages: [
        { id: 'calm' },
        { id: 'hurt', enter: { factor: 'mood', below: 50 }, stay: { factor: 'mood', atMost: 50 } },
      ],
    });
    const late = touchpointsIn('unrelated-2.ndjson').map((one, i) => ({ ...one, occurredAt: one.occurredAt + i }));
    const { history } = evaluate(program, late, {});
    expect(history).toMatchObject([{ to: 'hurt', because: [{ comparison: 'below', threshold: 50, holds: true }] }]);
    expect(Number(history[0].because[0].value)).toBeLessThan(50);
  });
});

describe('a refund', () => {
  const ruleset = rulesetIn('refund.json');
  const spend = { sum: 'data.total', of: 'order.completed', minus: 'order.refunded' } as const;
  const spendOf = (rules: Ruleset, change?: (line: string) => string): number => {
    const { fold } = evaluated(rules, touchpointsIn('refund.ndjson', change));
    return fold.metrics[0].value(fold.instant);
  };

  it('is taken off with "minus", whichever sign the sender gave it', () => {
    const minus = { ...ruleset, metrics: { spend } };
    expect(spendOf(minus)).toBe(0);
    expect(spendOf(minus, (line) => (line.includes('refunded') ? line.replace('120', '-120') : line))).toBe(0);
    expect(spendOf(minus, (line) => line.replace('120', '{"amount":120,"currency":"EUR"}'))).toBe(0);
  });

  it('that is added to what was bought is warned of', () => {
    const checked = checkRuleset(ruleset, {
      isKnownType: (type) => isKnownType(type),
      typesMatching: (pattern) => typesMatching(pattern),
    });
    expect(checked).toMatchObject({
      right: { warnings: expect.arrayContaining([expect.objectContaining({ code: 'opposite-amounts' })]) },
    });
  });
});

it('a number that would become another is refused, by its field and as it was sent', () => {
  const [first, second] = linesIn('big-number.ndjson');
  expect(first).toMatchObject({
    left: [
      {
        field: 'data.ref',
        got: '17841405822304913',
        message:
          'data.ref: expected a number that can be kept as it is written, got 17841405822304913. It has more digits than a number keeps here; send it as text, in quotation marks.',
      },
    ],
  });
  expect(second).toMatchObject({ right: { data: { ref: 17841405822304912 } } });
  const nested = (line: string) => line.replace('{"ref":', '{"of":[{"it":').replace('}}', '}]}}');
  expect(linesIn('big-number.ndjson', nested)[0]).toMatchObject({ left: [{ field: 'data.of[0].it' }] });
  const asId = (line: string) => line.replace(/"id":"\d"/, '"id":17841405822304913').replace(/"ref":\d+/, '"ref":1');
  expect(linesIn('big-number.ndjson', asId)[0]).toMatchObject({
    left: [{ field: 'id', got: '17841405822304913', message: expect.stringContaining('send it as text') }],
  });
});
