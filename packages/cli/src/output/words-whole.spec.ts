import fc from 'fast-check';
import { table } from './table';

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

test('a column breaks between words, and no word of an id, a path or a name', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_./:-]{1,40}$/);
  const sentence = fc.array(word, { minLength: 1, maxLength: 12 }).map((some) => some.join(' '));
  fc.assert(
    fc.property(sentence, fc.integer({ min: 4, max: 40 }), (text, width) => {
      expect(words(table([{ title: '', width }], [[text]]))).toEqual(words(text));
    }),
  );
});

test('colours are not counted', () => {
  const red = '\u001b[31mcomplaint\u001b[39m';
  expect(table([{ title: '', width: 9 }], [[`${red} opened`]])).toBe(`${red}\nopened`);
});

test('what has no spaces, or no end, is broken all the same', () => {
  const longest = (text: string): number =>
    Math.max(
      ...table([{ title: '', width: 10 }], [[text]])
        .split('\n')
        .map((line) => line.length),
    );
  expect(longest('x'.repeat(500))).toBeLessThan(100);
  expect(longest('漢'.repeat(40))).toBeLessThanOrEqual(10);
});
