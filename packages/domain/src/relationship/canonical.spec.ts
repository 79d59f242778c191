import fc from 'fast-check';
import { histories, lawRuleset, START } from '../testing/histories';
import { DAY } from '../time/instant';
import type { Touchpoint } from '../touchpoint/touchpoint';
import { viewOf, withoutDuplicates } from './canonical';
import { evaluate, toDocument } from './evaluate';
import { compileRuleset } from './program';

const DAYS = { min: -3, max: 3 };

/** A copy under the same identity that says something else, or the same later, or of another time. */
const copyOf = (original: Touchpoint): fc.Arbitrary<Touchpoint> =>
  fc
    .record({ recorded: fc.integer(DAYS), occurred: fc.integer(DAYS), total: fc.integer({ min: 0, max: 90 }) })
    .map(({ recorded, occurred, total }) => ({
      ...original,
      recordedAt: original.recordedAt + recorded * DAY,
      occurredAt: original.occurredAt + occurred * DAY,
      data: { ...original.data, total },
    }));

/** Touchpoints with copies that differ, in any order. */
const withCopies = histories
  .chain((touchpoints) =>
    fc.tuple(...touchpoints.map((one) => fc.array(copyOf(one), { maxLength: 2 }).map((copies) => [one, ...copies]))),
  )
  .chain((groups) => {
    const all = groups.flat();
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

/** Told by every part of it, for the choice must not depend on what else differs. */
const firstOf = (copies: readonly Touchpoint[]): Touchpoint =>
  copies.reduce((first, one) => {
    const differing = [
      one.recordedAt - first.recordedAt,
      one.occurredAt - first.occurredAt,
      JSON.stringify(one) < JSON.stringify(first) ? -1 : 1,
    ].find((difference) => difference !== 0)!;
    return differing < 0 ? one : first;
  });

describe('of copies that differ', () => {
  it('the first by recording, then by occurrence, then by content is kept', () => {
    fc.assert(
      fc.property(withCopies, (touchpoints) => {
        const expected = Object.values(
          Object.groupBy(touchpoints, ({ source, id }) => JSON.stringify([source, id])),
        ).map((copies) => firstOf(copies!));
        expect(viewOf(withoutDuplicates(touchpoints), {})).toEqual(viewOf(expected, {}));
      }),
      { numRuns: 200 },
    );
  });

  it('the order of arrival decides nothing', () => {
    const program = compileRuleset(lawRuleset);
    const answer = (touchpoints: readonly Touchpoint[]): string =>
      JSON.stringify(toDocument(evaluate(program, touchpoints, { asOf: START + 90 * DAY })));
    fc.assert(
      fc.property(withCopies, (touchpoints) => {
        expect(answer([...touchpoints].reverse())).toBe(answer(touchpoints));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['recordedAt', { recordedAt: START - 1, occurredAt: START + 1 }],
    ['occurredAt', { occurredAt: START - 1, data: { total: 2 } }],
    ['content', { data: { total: 0 } }],
  ])('an earlier %s comes first, from whichever side it comes', (_, difference) => {
    const one: Touchpoint = {
      source: 'shop',
      id: '1',
      type: 'order.completed',
      customer: 'c',
      occurredAt: START,
      recordedAt: START,
      data: { total: 1 },
    };
    const earlier = { ...one, ...difference };
    expect(withoutDuplicates([one, earlier])).toEqual([earlier]);
    expect(withoutDuplicates([earlier, one])).toEqual([earlier]);
  });
});
