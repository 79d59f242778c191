import type { Ruleset } from '../ruleset/ruleset';
import { type Language, labelOf } from './missing';
import { measure } from './number-text';
import type { DecidingCondition } from './relationship';

const SIGNS = { atLeast: '≥', above: '>', atMost: '≤', below: '<', is: '=' } as const;
const FAILING = { atLeast: '<', above: '≤', atMost: '>', below: '≥', is: '≠' } as const;

const WORDS = {
  en: { justBelow: 'just below', justAbove: 'just above', consents: 'Consents', confidence: 'confidence' },
  vi: { justBelow: 'vừa dưới', justAbove: 'vừa trên', consents: 'Đồng ý', confidence: 'độ tin cậy' },
} as const satisfies Readonly<Record<Language, unknown>>;

/** What changes by time changes within a hair of its threshold; so many digits are worth reading. */
const MOST_DIGITS = 4;

/** `3.42 ≥ 3.2`, with as many digits as it takes to see the difference, or `just below 2.72`. */
const beside = (value: number, sign: string, threshold: number, language: Language): string => {
  const limit = measure(threshold);
  if (measure(value) !== limit || value === threshold) return `${measure(value)} ${sign} ${limit}`;
  for (let digits = 2; digits <= MOST_DIGITS; digits++)
    if (Number(value.toFixed(digits)) !== threshold) return `${value.toFixed(digits)} ${sign} ${limit}`;
  const { justBelow, justAbove } = WORDS[language];
  return `${value < threshold ? justBelow : justAbove} ${limit}`;
};

/** What was the case: `Purchase activity 3.42 ≥ 3.2` where it held, `Satisfaction 42.5 < 43.2` where it did not. */
export const conditionText = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const { subject, id, comparison, threshold = 0, value, holds } = condition;
  const words = WORDS[language];
  if (subject === 'consent') return `${words.consents}: ${id} ${holds ? '✓' : '✗'}`;
  const sign = (holds ? SIGNS : FAILING)[comparison];
  if (subject === 'stage') return `${sign} ${id}`;
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const percent = subject === 'confidence' ? 100 : 1;
  const [met, limit] = [value === null ? Number.POSITIVE_INFINITY : Number(value) * percent, threshold * percent];
  const what = subject === 'confidence' ? `${words.confidence} ` : '';
  return `${what}${labelOf(rule?.label, language, id)} ${beside(met, sign, limit, language)}`;
};

/** Several conditions in one line. */
export const conditionsText = (
  ruleset: Ruleset,
  conditions: readonly DecidingCondition[],
  language: Language,
): string => {
  // A fall over several stages meets one subject at several thresholds: the last, which is the lowest, tells enough.
  const told = new Map(conditions.map((one) => [`${one.subject} ${one.id} ${one.comparison} ${one.holds}`, one]));
  return [...told.values()].map((condition) => conditionText(ruleset, condition, language)).join(', ');
};
