import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { shellWord } from './shell-word';

test.each(['rapport-data', '/tmp/a/b.csv', '2026-03-01', 'c-000017', 'Zürich', '漢', 'a=b', '~user'.slice(1)])(
  '%s needs no quotes',
  (word) => expect(shellWord(word)).toBe(word),
);

test('a shell takes every word for what it was', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((word) => !word.includes('\0'));
  const hard = fc.constantFrom("it's", 'my orders.csv', '$HOME', '`id`', '*', '~', 'a\nb', '-n', '!!', '\\', '"', '#x');
  fc.assert(
    fc.property(fc.array(fc.oneof(text, hard), { minLength: 1, maxLength: 20 }), (words) => {
      const line = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
      const { stdout } = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
      expect(stdout.split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 40 },
  );
});
