import { RETAIL } from '../ruleset';
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

test('a condition that held is told with its threshold, in the words of the ruleset', () => {
  expect(conditionText(RETAIL, activity(3.42, { holds: true }), 'en')).toBe('Purchase activity 3.42 ≥ 3.2');
  expect(conditionText(RETAIL, activity(3.42, { holds: true }), 'vi')).toBe('Mức độ mua hàng 3.42 ≥ 3.2');
});

test('a condition that failed is told as what was the case', () => {
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

test('one subject at several thresholds is told once, by the last', () => {
  expect(conditionsText(RETAIL, [activity(1), activity(1, { threshold: 2 })], 'en')).toBe('Purchase activity 1 < 2');
});
