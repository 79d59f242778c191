import type { EventCondition, StateCondition } from './condition';
import { foldCondition, gathered, matchCondition, matchStateLeaf } from './fold-condition';

const condition: StateCondition = {
  all: [
    { metric: 'orders', atLeast: 2 },
    { any: [{ not: { stage: ['a', 'b'] } }, { consent: 'mail' }, { factor: 'trust', above: 50 }] },
    { confidence: 'trust', below: 0.5 },
    { stage: 'c' },
  ],
};

describe('folding a condition', () => {
  it('goes from the leaves outwards, and every form is seen as what it is', () => {
    const text = foldCondition<StateCondition, string>(condition, {
      all: (parts) => `(${parts.join(' & ')})`,
      any: (parts) => `(${parts.join(' | ')})`,
      not: (part) => `!${part}`,
      leaf: (leaf) =>
        matchStateLeaf(leaf, {
          number: (subject, id, { atLeast, above, below }) => `${subject}.${id} ${atLeast ?? above ?? below}`,
          stage: (ids) => ids.join('/'),
          consent: (purpose) => purpose,
        }),
    });
    expect(text).toBe('(metric.orders 2 & (!a/b | mail | factor.trust 50) & confidence.trust 0.5 & c)');
  });

  it('gathers leaves in their order, whatever holds them together', () => {
    const of: EventCondition = { any: [{ not: { field: 'a', is: 1 } }, { all: [{ field: 'b', exists: true }] }] };
    const fields = foldCondition<EventCondition, readonly string[]>(of, { ...gathered, leaf: ({ field }) => [field] });
    expect(fields).toEqual(['a', 'b']);
  });

  it('gives each case the condition it was made from', () => {
    const outermost = {
      all: (_: unknown, self: StateCondition) => self,
      any: () => null,
      not: () => null,
      leaf: () => null,
    };
    expect(matchCondition<StateCondition, StateCondition | null>(condition, outermost)).toBe(condition);
  });
});
