import { type DecidingCondition, type Language, labelOf, type Ruleset } from '@rapport/domain';
import { measure } from './numbers';
import { plain } from './style';
import { wordsIn } from './words';

const SIGNS = { atLeast: '≥', above: '>', atMost: '≤', below: '<', is: '=' } as const;
const FAILING = { atLeast: '<', above: '≤', atMost: '>', below: '≥', is: '≠' } as const;

const MOST_DIGITS = 6;

/** A value beside a threshold that it differs from: with as many digits as it takes to see that. */
const apart = (value: number, threshold: number): string => {
  const short = measure(value);
  if (short !== measure(threshold) || value === threshold) return short;
  for (let digits = 2; digits < MOST_DIGITS; digits++)
    if (Number(value.toFixed(digits)) !== threshold) return value.toFixed(digits);
  return value.toFixed(MOST_DIGITS);
};

/** What was the case: `Purchase activity 3.42 ≥ 3.2` where it held, `Satisfaction 42.5 < 43.2` where it did not. */
export const conditionText = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const { subject, id, comparison, threshold = 0, value, holds } = condition;
  if (subject === 'consent') return `${wordsIn(language).consents}: ${plain(id)} ${holds ? '✓' : '✗'}`;
  const sign = (holds ? SIGNS : FAILING)[comparison];
  if (subject === 'stage') return `${sign} ${plain(id)}`;
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const percent = subject === 'confidence' ? 100 : 1;
  const met = value === null ? '∞' : apart(Number(value) * percent, threshold * percent);
  const what = subject === 'confidence' ? `${wordsIn(language).confidence} ` : '';
  return `${what}${plain(labelOf(rule?.label, language, id))} ${met} ${sign} ${measure(threshold * percent)}`;
};

export const conditionsText = (
  ruleset: Ruleset,
  conditions: readonly DecidingCondition[],
  language: Language,
): string => conditions.map((condition) => conditionText(ruleset, condition, language)).join(', ');
