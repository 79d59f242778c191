import { gzipSync } from 'node:zlib';
import { looksLike } from './looks-like';
import { temporaryFolder } from './testing/collect';

const folder = temporaryFolder();
afterAll(folder.remove);

test.each<[string | Uint8Array, string | undefined]>([
  ['n,card\n1,C1\n', 'CSV with the columns n, card'],
  ['"n";"card"\r\n1;C1\n', 'CSV by semicolon with the columns n, card'],
  [gzipSync('a\tb\n'), 'CSV by tab with the columns a, b'],
  ['\uFEFF{"n":1,"card":"x"}\n', 'JSON with the keys n, card'],
  ['[{"id":"1","type":"t","customer":"c","data":{"a":1}}]', 'touchpoints as JSON'],
  ['{"specversion":"1.0","id":"1","type":"t"}', 'touchpoints as JSON'],
  ['<html></html>', 'XML or HTML'],
  ['PAR1....', 'Parquet'],
  [Uint8Array.from([80, 75, 3, 4]), 'a zip archive, or an Excel file'],
  ['one word', undefined],
  ['', undefined],
])('%j looks like %s', async (content, words) => {
  expect((await looksLike(folder.write('some', content)))?.words).toBe(words);
});
