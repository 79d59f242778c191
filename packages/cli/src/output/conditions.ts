import { type DecidingCondition, type Language, labelOf, type Ruleset } from '@rapport/domain';
import { measure } from './numbers';
import { plain } from './style';
import { wordsIn } from './words';

const SIGNS = { atLeast: '≥', above: '>', atMost: '≤', below: '<', is: '=' } as const;

/** A condition and the value it met: `Purchase activity 3.42 (≥ 3.2)`. */
export const conditionText = (ruleset: Ruleset, condition: DecidingCondition, language: Language): string => {
  const { subject, id, comparison, threshold, value, holds } = condition;
  if (subject === 'consent') return `${wordsIn(language).consents}: ${plain(id)} ${holds ? '✓' : '✗'}`;
  if (subject === 'stage') return `${holds ? '' : '≠ '}${plain(id)}`;
  const rule = subject === 'metric' ? ruleset.metrics?.[id] : ruleset.factors[id];
  const percent = subject === 'confidence' ? 100 : 1;
  const met = value === null ? wordsIn(language).never : measure(Number(value) * percent);
  const limit = measure((threshold ?? 0) * percent);
  const what = subject === 'confidence' ? `${wordsIn(language).confidence} ` : '';
  return `${what}${plain(labelOf(rule?.label, language, id))} ${met} (${SIGNS[comparison]} ${limit})`;
};

export const conditionsText = (
  ruleset: Ruleset,
  conditions: readonly DecidingCondition[],
  language: Language,
): string => conditions.map((condition) => conditionText(ruleset, condition, language)).join(', ');
