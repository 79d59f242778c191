import type { Ruleset } from '../ruleset/ruleset';
import { withoutImplied } from './implied';
import { type Language, labelOf, type OwnLanguage, ownLanguage } from './language';
import { beside, exact, percent } from './number-text';
import type { DecidingCondition } from './relationship';

const SIGNS = { atLeast: '≥', above: '>', atMost: '≤', below: '<', is: '=' } as const;
const FAILING = { atLeast: '<', above: '≤', atMost: '>', below: '≥', is: '≠' } as const;

const WORDS = {
  en: { justBelow: 'just below', justAbove: 'just above', consents: 'Consents', confidence: 'confidence' },
  vi: { justBelow: 'vừa dưới', justAbove: 'vừa trên', consents: 'Đồng ý', confidence: 'độ tin cậy' },
} as const satisfies Readonly<Record<OwnLanguage, unknown>>;

/** `3.42 ≥ 3.2`, with as many digits as it takes to see the difference, or `just below 2.72`. */
const compared = (value: number, sign: string, threshold: number, language: Language): string => {
  const limit = exact(threshold);
  const text = value === threshold && (sign === '<' || sign === '>') ? undefined : beside(value, threshold);
  if (text !== undefined) return `${text} ${sign} ${limit}`;
  const { justBelow, justAbove } = WORDS[ownLanguage(language)];
  return `${sign === '<' || sign === '≤' ? justBelow : justAbove} ${limit}`;
};

/** What was the case: `Purchase activity 3.42 ≥ 3.2` where it held, `Satisfaction 42.5 < 43.2` where it did not. */
export const conditionText = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const { subject, id, comparison, threshold = 0, value, holds } = condition;
  const words = WORDS[ownLanguage(language)];
  if (subject === 'consent') return `${words.consents}: ${id} ${holds ? '✓' : '✗'}`;
  const sign = (holds ? SIGNS : FAILING)[comparison];
  if (subject === 'stage') return `${sign} ${id}`;
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const met = value === null ? Number.POSITIVE_INFINITY : Number(value);
  const [what, shown, limit] =
    subject === 'confidence' ? [`${words.confidence} `, percent(met), percent(threshold)] : ['', met, threshold];
  return `${what}${labelOf(rule?.label, language, id)} ${compared(shown, sign, limit, language)}`;
};

/** Several conditions in one line: of one subject and direction the strictest, which says what the others say. */
export const conditionsText = (
  ruleset: Ruleset,
  conditions: readonly DecidingCondition[],
  language: Language,
): string =>
  withoutImplied(conditions)
    .map((condition) => conditionText(ruleset, condition, language))
    .join(', ');
