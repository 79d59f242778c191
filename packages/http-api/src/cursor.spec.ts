import * as fc from 'fast-check';
import { cursorOf, instantPart, integerPart, textPart } from './cursor';
import { Refusal } from './problem';

const text = fc.string({ unit: 'grapheme' });
const THINGS = cursorOf('things', { name: textPart });

describe('cursors of lists', () => {
  it('give back what they hold, and travel in URLs as they are', () => {
    const all = cursorOf('things', { name: textPart, rank: integerPart, at: instantPart, other: textPart });
    const parts = fc.record({ name: text, rank: fc.maxSafeInteger(), at: fc.integer(), other: text });
    fc.assert(
      fc.property(parts, (given) => {
        const cursor = all.encode(given);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(all.decode(cursor)).toEqual(given);
      }),
    );
  });

  it('are written as they always were: clients keep them', () => {
    const cursor = cursorOf('closed cases', { now: instantPart, openedAt: instantPart, customer: textPart });
    const written = Buffer.from('["closed cases",1772366400000,0,"c-1"]').toString('base64url');
    const parts = { now: 1_772_366_400_000, openedAt: 0, customer: 'c-1' };
    expect(cursor.encode(parts)).toBe(written);
    expect(cursor.decode(written)).toEqual(parts);
  });

  it('are ours however long the ids in them are that touchpoints may have', () => {
    const id = fc.constantFrom('漢', '\\', '"', 'é', '😀', 'a').map((one) => one.repeat(512 / one.length));
    fc.assert(
      fc.property(id, id, (one, other) => {
        const longest = { a: Number.MIN_SAFE_INTEGER, both: `${one} ${other}`, one, b: Number.MIN_SAFE_INTEGER };
        // One id more than any list has.
        const cursor = cursorOf('closed cases', { a: integerPart, both: textPart, one: textPart, b: integerPart });
        expect(cursor.decode(cursor.encode(longest))).toEqual(longest);
      }),
    );
  });

  it('are none where none is given', () => {
    expect(THINGS.decode(undefined)).toBeUndefined();
    expect(THINGS.decode('')).toBeUndefined();
  });

  it('hold instants that can be written, and whole numbers', () => {
    const types = { instant: instantPart, integer: integerPart };
    const taken = (type: 'instant' | 'integer', json: string): boolean => {
      const cursor = Buffer.from(`["things",${json}]`).toString('base64url');
      try {
        return cursorOf('things', { part: types[type] }).decode(cursor) !== undefined;
      } catch {
        return false;
      }
    };
    for (const right of ['0', '-1', '1772366400000', '-62167219200000', '253402300799999'])
      expect([right, taken('instant', right), taken('integer', right)]).toEqual([right, true, true]);
    for (const wrong of ['253402300800000', '-62167219200001', '8640000000000000'])
      expect([wrong, taken('instant', wrong), taken('integer', wrong)]).toEqual([wrong, false, true]);
    for (const wrong of ['1e300', '1e400', '0.5', '9007199254740992', 'null', '"0"'])
      expect([wrong, taken('instant', wrong), taken('integer', wrong)]).toEqual([wrong, false, false]);
  });

  it('are refused where they are of another list, of other parts, or no cursors', () => {
    const wrong = [
      cursorOf('others', { name: textPart }).encode({ name: 'a' }),
      cursorOf('things', { name: integerPart }).encode({ name: 1 }),
      cursorOf('things', { name: textPart, other: textPart }).encode({ name: 'a', other: 'b' }),
      Buffer.from('["things",null]').toString('base64url'),
      Buffer.from('["things",{}]').toString('base64url'),
      Buffer.from('{"0":"things"}').toString('base64url'),
      Buffer.from('nonsense').toString('base64url'),
      'a b',
      '../../etc/passwd',
      'x'.repeat(9_000),
    ];
    for (const cursor of wrong) expect(() => THINGS.decode(cursor)).toThrow(Refusal);
    fc.assert(
      fc.property(fc.string(), (cursor) => {
        try {
          THINGS.decode(cursor);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid-cursor' });
        }
      }),
    );
  });
});
