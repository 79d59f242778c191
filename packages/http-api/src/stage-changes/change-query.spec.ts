import { CHANGE_CAUSES, CHANGE_DIRECTIONS, CHANGE_KINDS } from '@rapport/engine';
import type { Position } from '@rapport/event-log';
import fc from 'fast-check';
import { isLeft, isRight, left, right } from 'fp-ts/Either';
import { decodeChangeQuery, decodeCursor, type ParseCursor } from './change-query';

const parseCursor: ParseCursor = (text) => (/^[0-9a-f]{14}$/.test(text) ? (text as Position) : undefined);

const fieldsOf = (query: Readonly<Record<string, unknown>>): readonly string[] => {
  const decoded = decodeChangeQuery(query, parseCursor);
  return isLeft(decoded) ? decoded.left.map(({ field }) => field) : [];
};

describe('the query of stage changes', () => {
  it('asks for everything when nothing is said', () => {
    expect(decodeChangeQuery({}, parseCursor)).toEqual(right({ filter: {} }));
  });

  it('takes repeated parameters and lists with commas, each value once', () => {
    expect(
      decodeChangeQuery({ stage: ['partner', 'regular, loyal', 'partner'], cause: 'time,late' }, parseCursor),
    ).toEqual(right({ filter: { stages: ['partner', 'regular', 'loyal'], causes: ['time', 'late'] } }));
  });

  it('takes kinds by their names and by the types of their events', () => {
    expect(decodeChangeQuery({ kind: ['stageChanged', 'relationship.signalRaised.v1'] }, parseCursor)).toEqual(
      right({ filter: { kinds: ['stageChanged', 'signalRaised'] } }),
    );
  });

  it('takes an empty parameter for none', () => {
    expect(decodeChangeQuery({ after: '', stage: '', kind: ',' }, parseCursor)).toEqual(right({ filter: {} }));
  });

  it('names every parameter that is wrong', () => {
    expect(
      fieldsOf({ after: '17', direction: 'sideways', cause: 'whim', kind: 'stagechanged', stage: 'x'.repeat(201) }),
    ).toEqual(['after', 'kind', 'stage', 'direction', 'cause']);
  });

  it('says which values there are', () => {
    expect(decodeChangeQuery({ direction: 'left' }, parseCursor)).toEqual(
      left([{ field: 'direction', message: 'There is no direction "left"; there are up, down.' }]),
    );
  });

  it('refuses lists longer than any ruleset', () => {
    expect(fieldsOf({ signal: Array.from({ length: 101 }, (_, i) => `s${i}`) })).toEqual(['signal']);
  });

  it('takes cursors as they were given and nothing else', () => {
    expect(decodeCursor(parseCursor, 'after', '0000000000002a')).toEqual(right('0000000000002a'));
    for (const wrong of ['0000000000002A', ' 0000000000002a', '2a', '../../etc', ['0000000000002a'], 42, {}])
      expect(isLeft(decodeCursor(parseCursor, 'after', wrong))).toBe(true);
  });

  it('decodes what a filter says, however its values are split over parameters', () => {
    const some = <T>(values: readonly T[]) => fc.option(fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }));
    const filters = fc.record({
      kind: some(CHANGE_KINDS),
      stage: some(['new', 'regular', 'partner']),
      direction: some(CHANGE_DIRECTIONS),
      signal: some(['dormant', 'atRisk']),
      cause: some(CHANGE_CAUSES),
    });
    fc.assert(
      fc.property(filters, fc.boolean(), (filter, commas) => {
        const given = Object.entries(filter).filter(([, values]) => values !== null) as [string, string[]][];
        const query = Object.fromEntries(given.map(([name, values]) => [name, commas ? values.join(',') : values]));
        const decoded = decodeChangeQuery(query, parseCursor);
        expect(isRight(decoded) && decoded.right.filter).toEqual(
          Object.fromEntries(given.map(([name, values]) => [`${name}s`, values])),
        );
      }),
    );
  });
});
