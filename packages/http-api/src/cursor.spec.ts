import * as fc from 'fast-check';
import { type CursorPart, decodeCursor, encodeCursor } from './cursor';
import { Refusal } from './problem';

const part = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));

describe('cursors of lists', () => {
  it('give back what they hold, and travel in URLs as they are', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts: readonly CursorPart[]) => {
        const cursor = encodeCursor('things', parts);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(
          decodeCursor(
            'things',
            cursor,
            parts.map(() => 'any'),
          ),
        ).toEqual(parts);
      }),
    );
  });

  it('are ours however long the ids in them are that touchpoints may have', () => {
    const longest = fc.constantFrom('漢', '\\', '"', 'é', '😀', 'a').map((one) => one.repeat(512 / one.length));
    fc.assert(
      fc.property(longest, longest, (one, other) => {
        const parts = [Number.MIN_SAFE_INTEGER, `${one} ${other}`, one, Number.MIN_SAFE_INTEGER];
        const types = ['any', 'string', 'string', 'any'] as const;
        // One id more than any list has.
        expect(decodeCursor('closed cases', encodeCursor('closed cases', parts), types)).toEqual(parts);
      }),
    );
  });

  it('are none where none is given', () => {
    expect(decodeCursor('things', undefined, ['string'])).toBeUndefined();
    expect(decodeCursor('things', '', ['string'])).toBeUndefined();
  });

  it('hold instants that can be written, and whole numbers', () => {
    const taken = (type: 'instant' | 'integer', json: string): boolean => {
      try {
        return decodeCursor('things', Buffer.from(`["things",${json}]`).toString('base64url'), [type]) !== undefined;
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
      encodeCursor('others', ['a']),
      encodeCursor('things', [1]),
      encodeCursor('things', ['a', 'b']),
      Buffer.from('["things",{}]').toString('base64url'),
      Buffer.from('{"0":"things"}').toString('base64url'),
      Buffer.from('nonsense').toString('base64url'),
      'a b',
      '../../etc/passwd',
      'x'.repeat(9_000),
    ];
    for (const cursor of wrong) expect(() => decodeCursor('things', cursor, ['string'])).toThrow(Refusal);
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          decodeCursor('things', text, ['string']);
        } catch (error) {
          expect(error).toMatchObject({ kind: 'invalid-cursor' });
        }
      }),
    );
  });
});
