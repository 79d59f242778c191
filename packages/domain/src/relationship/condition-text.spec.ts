import { RETAIL, type Ruleset } from '../ruleset';
import { conditionsText, conditionText } from './condition-text';
import type { DecidingCondition } from './relationship';

const activity = (value: number | null, over: Partial<DecidingCondition> = {}): DecidingCondition => ({
  subject: 'metric',
  id: 'activity',
  comparison: 'atLeast',
  threshold: 3.2,
  value,
  holds: false,
  ...over,
});

test('a condition that held reads with its threshold, in the words of the ruleset', () => {
  expect(conditionText(RETAIL, activity(3.42, { holds: true }), 'en')).toBe('Purchase activity 3.42 ≥ 3.2');
  expect(conditionText(RETAIL, activity(3.42, { holds: true }), 'vi')).toBe('Mức độ mua hàng 3.42 ≥ 3.2');
});

test('a condition that failed reads as what was the case', () => {
  expect(conditionText(RETAIL, activity(1), 'en')).toBe('Purchase activity 1 < 3.2');
  expect(conditionText(RETAIL, activity(null, { comparison: 'below' }), 'en')).toBe('Purchase activity ∞ ≥ 3.2');
});

test('a value close to its threshold is told apart from it', () => {
  expect(conditionText(RETAIL, activity(3.1987), 'en')).toBe('Purchase activity 3.199 < 3.2');
  expect(conditionText(RETAIL, activity(3.2 - 1e-9), 'en')).toBe('Purchase activity just below 3.2');
});

test('consents and stages have no threshold', () => {
  const consent: DecidingCondition = {
    subject: 'consent',
    id: 'marketing',
    comparison: 'is',
    value: true,
    holds: true,
  };
  expect(conditionText(RETAIL, consent, 'en')).toBe('Consents: marketing ✓');
  const stage: DecidingCondition = { subject: 'stage', id: 'loyal', comparison: 'is', value: 'build', holds: false };
  expect(conditionText(RETAIL, stage, 'en')).toBe('≠ loyal');
});

test('of one subject and direction only the strictest is named, which implies the others', () => {
  const told = (...conditions: DecidingCondition[]): string => conditionsText(RETAIL, conditions, 'en');
  const social = (threshold: number, over: Partial<DecidingCondition> = {}): DecidingCondition => ({
    ...activity(69, { subject: 'factor', id: 'social', threshold, holds: true }),
    ...over,
  });
  expect(told(social(50), social(30))).toBe('Social bond 69 ≥ 50');
  expect(told(social(30), social(50))).toBe('Social bond 69 ≥ 50');
  expect(told(activity(1), activity(1, { threshold: 2 }))).toBe('Purchase activity 1 < 2');
  expect(told(activity(1, { threshold: 2 }), activity(1))).toBe('Purchase activity 1 < 2');
  // Above 69 is stricter than from 69, and a failed "at most" is an "above".
  expect(told(social(60), social(60, { comparison: 'atMost', holds: false }))).toBe('Social bond 69 > 60');
  // One from below and one from above are two things to say.
  expect(told(social(50), social(80, { comparison: 'below' }))).toBe('Social bond 69 ≥ 50, Social bond 69 < 80');
  expect(told(social(50), { ...social(0.5), subject: 'confidence', value: 0.6 })).toBe(
    'Social bond 69 ≥ 50, confidence Social bond 60 ≥ 50',
  );
});

test('thresholds are named as they are, and values on their side of them', () => {
  const text = (value: number, threshold: number, holds: boolean): string =>
    conditionText(RETAIL, activity(value, { threshold, holds }), 'en');
  expect(text(43.24, 43.25, false)).toBe('Purchase activity 43.2 < 43.25');
  expect(text(43.26, 43.25, true)).toBe('Purchase activity 43.3 ≥ 43.25');
  expect(text(43.24, 43.21, true)).toBe('Purchase activity 43.24 ≥ 43.21');
  expect(text(1250.7, 1250.5, true)).toBe('Purchase activity 1,251 ≥ 1,250.5');
  expect(text(0.2, 0.125, true)).toBe('Purchase activity 0.2 ≥ 0.125');
  expect(text(-0.75, -0.5, false)).toBe('Purchase activity -0.75 < -0.5');
  const confidence = activity(0.0701, { subject: 'confidence', id: 'trust', threshold: 0.07, holds: true });
  expect(conditionText(RETAIL, confidence, 'en')).toBe('confidence Trust 7.01 ≥ 7');
});

test('labels are in the language asked for, where the ruleset has it, else in another one', () => {
  const labelled = (label: Record<string, string>): Ruleset => ({
    ...RETAIL,
    metrics: { activity: { count: '*', label } },
  });
  const text = (label: Record<string, string>, language: string): string =>
    conditionText(labelled(label), activity(1), language);
  expect(text({ en: 'Activity', de: 'Aktivität' }, 'de')).toBe('Aktivität 1 < 3.2');
  expect(text({ en: 'Activity', de: 'Aktivität' }, 'de-AT')).toBe('Aktivität 1 < 3.2');
  expect(text({ en: 'Activity', 'pt-BR': 'Atividade' }, 'pt')).toBe('Atividade 1 < 3.2');
  expect(text({ de: 'Aktivität', en: 'Activity' }, 'ja')).toBe('Activity 1 < 3.2');
  expect(text({ ja: '活動', de: 'Aktivität' }, 'vi')).toBe('活動 1 < 3.2');
  expect(text({}, 'vi')).toBe('activity 1 < 3.2');
});
