import { diffRulesets } from './diff-rulesets';
import type { Ruleset } from './ruleset';
import { rulesetHash } from './ruleset-hash';
import { SMALL, withPlace } from './testing/rulesets';

const texts = (after: unknown) => diffRulesets(SMALL, after as Ruleset).map((change) => change.text);

test('a ruleset does not differ from itself', () => {
  expect(diffRulesets(SMALL, structuredClone(SMALL))).toEqual([]);
});

test('elements are matched by id, whatever their place', () => {
  const after: Ruleset = { ...SMALL, evidence: [{ id: 'new', on: '*', gives: { trust: 1 } }, ...SMALL.evidence!] };
  expect(diffRulesets(SMALL, after)).toMatchObject([
    { kind: 'added', path: '/evidence/new', text: 'evidence rule new added' },
  ]);
  expect(diffRulesets(after, SMALL)).toMatchObject([{ kind: 'removed', path: '/evidence/new' }]);
});

test('a changed number says from what to what', () => {
  expect(texts(withPlace(SMALL, '/evidence/0/gives/trust', 2))).toEqual([
    'evidence rule fair: gives.trust changed from 1.5 to 2',
  ]);
});

test('a changed condition is shown in words', () => {
  expect(texts(withPlace(SMALL, '/stages/1/enter/atLeast', 2))).toEqual([
    'stage build: enter changed from metric.orders >= 1 to metric.orders >= 2',
  ]);
});

test('a changed order is a change', () => {
  const after: Ruleset = { ...SMALL, evidence: SMALL.evidence!.toReversed() };
  expect(texts(after)).toEqual(['order of evidence changed from fair, hurt to hurt, fair']);
});

test('a part that is taken out is shown whole', () => {
  expect(texts(withPlace(SMALL, '/crossSell', undefined))).toEqual([
    'crossSell removed: {"when":{"metric":"complaints","below":1},"exclude":["POST"]}',
  ]);
});

test.each<[string, unknown]>([
  ['/version', 2],
  ['/description', { en: 'Small' }],
  ['/description', undefined],
  ['/factors/trust/label', undefined],
  ['/factors/trust/prior', [2, 3]],
  ['/metrics/orders/count', ['order.completed']],
  ['/evidence/0/when', undefined],
  ['/evidence/0/scale/curve/0/1', 0.6],
  ['/evidence/1/scale/map/high', 2],
  ['/promises/1', { id: 'other', made: '*', within: 'P1D', kept: '*' }],
  ['/stages/0/label', { en: 'First' }],
  ['/signals', []],
  ['/signals', undefined],
  ['/version', 1],
  ['/touchpoints/visit.booked', { type: 'object' }],
])('there are changes exactly where the hash differs: %s set to %j', (path, value) => {
  const after = withPlace(SMALL, path, value) as Ruleset;
  expect(diffRulesets(SMALL, after).length > 0).toBe(rulesetHash(SMALL) !== rulesetHash(after));
});
