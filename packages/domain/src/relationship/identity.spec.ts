import fc from 'fast-check';
import { histories, lawRuleset, START } from '../testing/histories';
import { DAY } from '../time/instant';
import type { Touchpoint } from '../touchpoint/touchpoint';
import { evaluate, toDocument } from './evaluate';
import { compileRuleset } from './program';

const program = compileRuleset(lawRuleset);

it('a touchpoint that only merges or parts customers does not change the relationship', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 0, max: 60 }), (touchpoints, day) => {
      const occurredAt = START + day * DAY;
      const link = (type: string): Touchpoint => ({
        source: 'crm',
        id: type,
        type,
        customer: 'c',
        occurredAt,
        recordedAt: occurredAt,
        data: { into: 'd' },
      });
      const view = { asOf: START + 90 * DAY };
      const answer = (given: readonly Touchpoint[]) => JSON.stringify(toDocument(evaluate(program, given, view)));
      expect(answer([...touchpoints, link('customer.merged'), link('customer.unmerged')])).toBe(answer(touchpoints));
    }),
    { numRuns: 100 },
  );
});
