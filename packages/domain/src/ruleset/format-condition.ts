import { comparisonsOf } from './comparison';
import type { Comparisons, EventCondition, StateCondition } from './condition';
import { type FieldCondition, foldCondition, matchStateLeaf, type StateLeaf } from './fold-condition';

const WORDS = { atLeast: '>=', above: '>', atMost: '<=', below: '<' } as const;

const scalar = (value: unknown): string => JSON.stringify(value);

const joined = (parts: readonly string[], word: string): string =>
  parts.length === 1
    ? parts.join('')
    : parts.map((part) => (/ (and|or) /.test(part) ? `(${part})` : part)).join(` ${word} `);

const compared = (subject: string, comparisons: Comparisons): readonly string[] =>
  comparisonsOf(comparisons).map(([comparison, threshold]) => `${subject} ${WORDS[comparison]} ${threshold}`);

const formatField = ({ field, is, in: among, exists, ...comparisons }: FieldCondition): string =>
  joined(
    [
      ...(is === undefined ? [] : [`${field} is ${scalar(is)}`]),
      ...(among === undefined ? [] : [`${field} is one of ${among.map(scalar).join(', ')}`]),
      ...(exists === undefined ? [] : [`${field} ${exists ? 'exists' : 'is missing'}`]),
      ...compared(field, comparisons),
    ],
    'and',
  );

const formatLeaf = (leaf: FieldCondition | StateLeaf): string =>
  'field' in leaf
    ? formatField(leaf)
    : matchStateLeaf(leaf, {
        number: (subject, id, comparisons) => joined(compared(`${subject}.${id}`, comparisons), 'and'),
        stage: (ids) => `stage is ${ids.join(' or ')}`,
        consent: (purpose) => `consent.${purpose}`,
      });

/** A condition on one line, for messages: `metric.activity >= 2 and (stage is loyal or consent.marketing)`. */
export const formatCondition = (condition: EventCondition | StateCondition): string =>
  foldCondition<EventCondition | StateCondition, string>(condition, {
    all: (parts) => joined(parts, 'and') || 'always',
    any: (parts) => joined(parts, 'or') || 'never',
    not: (part) => `not (${part})`,
    leaf: formatLeaf,
  });
