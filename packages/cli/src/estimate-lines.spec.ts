import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { estimateLines } from './estimate-lines';

const folder = mkdtempSync(join(tmpdir(), 'rapport-estimate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const text = Array.from({ length: 50_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 50)}\n`).join('');

test('the lines of a file are told to a few percent, plain and packed', () => {
  for (const path of [file('plain', text), file('packed.gz', gzipSync(text))]) {
    expect(estimateLines(path)).toBeGreaterThan(47_500);
    expect(estimateLines(path)).toBeLessThan(52_500);
  }
});

test('a short file is counted exactly', () => expect(estimateLines(file('short', 'a\nb\nc\n'))).toBe(3));

test('what cannot be told is not told', () => {
  expect(estimateLines(join(folder, 'none'))).toBeUndefined();
  expect(estimateLines(folder)).toBeUndefined();
  expect(estimateLines(file('empty', ''))).toBeUndefined();
  expect(estimateLines(file('broken.gz', Uint8Array.from([0x1f, 0x8b, 1, 2])))).toBeUndefined();
});
