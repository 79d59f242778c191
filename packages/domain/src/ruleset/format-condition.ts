import type { EventCondition, StateCondition } from './condition';
import { comparisonsOf } from './logic/formula';

const WORDS = { atLeast: '>=', above: '>', atMost: '<=', below: '<' } as const;

const scalar = (value: unknown): string => JSON.stringify(value);

const joined = (parts: readonly string[], word: string): string =>
  parts.length === 1 ? parts[0] : parts.map((part) => (/ (and|or) /.test(part) ? `(${part})` : part)).join(` ${word} `);

/** A condition on one line, for messages: `metric.activity >= 2 and (stage is loyal or consent.marketing)`. */
export const formatCondition = (condition: EventCondition | StateCondition): string => {
  if ('all' in condition) return joined(condition.all.map(formatCondition), 'and') || 'always';
  if ('any' in condition) return joined(condition.any.map(formatCondition), 'or') || 'never';
  if ('not' in condition) return `not (${formatCondition(condition.not)})`;
  if ('stage' in condition)
    return `stage is ${typeof condition.stage === 'string' ? condition.stage : condition.stage.join(' or ')}`;
  if ('consent' in condition) return `consent.${condition.consent}`;
  const subject =
    'field' in condition
      ? condition.field
      : 'metric' in condition
        ? `metric.${condition.metric}`
        : 'factor' in condition
          ? `factor.${condition.factor}`
          : `confidence.${condition.confidence}`;
  const others =
    'field' in condition
      ? [
          ...(condition.is === undefined ? [] : [`${subject} is ${scalar(condition.is)}`]),
          ...(condition.in === undefined ? [] : [`${subject} is one of ${condition.in.map(scalar).join(', ')}`]),
          ...(condition.exists === undefined ? [] : [`${subject} ${condition.exists ? 'exists' : 'is missing'}`]),
        ]
      : [];
  return joined(
    [
      ...others,
      ...comparisonsOf(condition).map(([comparison, threshold]) => `${subject} ${WORDS[comparison]} ${threshold}`),
    ],
    'and',
  );
};
