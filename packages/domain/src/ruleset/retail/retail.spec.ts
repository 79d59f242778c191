import * as E from 'fp-ts/Either';
import { stringify } from 'yaml';
import { isKnownType, typesMatching } from '../../touchpoint';
import { checkRuleset } from '../check-ruleset';
import { notImplied } from '../logic/implies';
import { stateDomainOf } from '../logic/state-domain';
import { parseRuleset } from '../parse-ruleset';
import type { Texts } from '../ruleset';
import { RETAIL } from './retail';

const CATALOGUE = {
  isKnownType: (type: string) => isKnownType(type),
  typesMatching: (pattern: string) => typesMatching(pattern),
};

test('passes every check without a warning', () => {
  expect(checkRuleset(RETAIL, CATALOGUE)).toEqual(E.right({ ruleset: RETAIL, warnings: [] }));
});

test('is the same after a way through YAML', () => {
  expect(parseRuleset(stringify(RETAIL), { format: 'yaml' })).toEqual(E.right(RETAIL));
});

test('has the seven stages and the five factors', () => {
  expect(RETAIL.stages.map((stage) => stage.id)).toEqual([
    'attract',
    'establish',
    'build',
    'develop',
    'maintain',
    'strengthen',
    'loyal',
  ]);
  expect(Object.keys(RETAIL.factors)).toEqual(['trust', 'satisfaction', 'value', 'communication', 'social']);
});

test.each(RETAIL.stages.slice(1).map((stage) => [stage.id, stage] as const))(
  'entering %s implies staying',
  (id, stage) => {
    expect(notImplied(stage.enter!, stage.stay ?? stage.enter!, id, stateDomainOf(RETAIL))).toEqual(E.right([]));
  },
);

test('every element has its words in English and Vietnamese', () => {
  const texts: readonly (readonly [string, Texts | undefined])[] = [
    ['description', RETAIL.description],
    ...Object.entries(RETAIL.factors).map(([id, { label }]) => [id, label] as const),
    ...Object.entries(RETAIL.metrics!).map(([id, { label }]) => [id, label] as const),
    ...[...RETAIL.stages, ...RETAIL.signals!, ...RETAIL.promises!].map(({ id, label }) => [id, label] as const),
    ...RETAIL.evidence!.map(({ id, reason }) => [id, reason] as const),
    ...RETAIL.promises!.flatMap(({ id, reason, whenKept, whenBroken }) => [
      ...(whenKept === undefined ? [] : [[`${id}:kept`, reason?.kept] as const]),
      ...(whenBroken === undefined ? [] : [[`${id}:broken`, reason?.broken] as const]),
    ]),
  ];
  expect(texts.filter(([, words]) => !words?.en || !words.vi).map(([id]) => id)).toEqual([]);
});

test('compensation is evidence for nothing by itself', () => {
  const applying = RETAIL.evidence!.filter(({ on }) =>
    [on].flat().some((type) => /^(compensation\.(offered|accepted)|\*)/.test(type)),
  );
  expect(applying).toEqual([]);
});

test('what recovery can give to satisfaction does not exceed what a complaint and its wait can take by much', () => {
  const weight = (id: string) => RETAIL.evidence!.find((rule) => rule.id === id)!.gives.satisfaction;
  const best = weight('fair') * 1.1 + weight('fast') + weight('apologised');
  expect(best).toBeGreaterThan(-weight('complained'));
  expect(best).toBeLessThan(-weight('complained') * 1.3);
});

test('a second failure is never answered with the bonus of a first one', () => {
  const bonus = ['fair', 'fast'].map((id) => JSON.stringify(RETAIL.evidence!.find((rule) => rule.id === id)!.when));
  for (const when of bonus) expect(when).toContain('{"field":"case.priorCases","below":1}');
});
