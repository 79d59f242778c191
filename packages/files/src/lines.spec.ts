import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { ImportError } from './import-error';
import { type FileLine, readLines } from './lines';
import { temporaryFolder } from './testing/collect';

const folder = temporaryFolder();
afterAll(folder.remove);

const linesOf = async (file: string, maxBytes?: number): Promise<readonly FileLine[]> => {
  const lines: FileLine[] = [];
  for await (const batch of readLines(file, { maxBytes })) lines.push(...batch);
  return lines;
};

const failureOf = async (work: Promise<unknown>): Promise<ImportError> => {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ImportError)) throw new Error(`expected an ImportError, got ${error}`);
  return error;
};

describe('lines of a file', () => {
  test('are what splitting the text at line ends gives, packed or not', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'é', '😀', '"', ' ', '\n', '\r\n'), { maxLength: 60 })
      .map((c) => c.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (content, packed) => {
        fc.pre(content !== '');
        const file = folder.write('any.txt', packed ? gzipSync(content) : content);
        const parts = content.split('\n').map((line) => line.replace(/\r$/, ''));
        const expected = content.endsWith('\n') ? parts.slice(0, -1) : parts;
        const lines = await linesOf(file);
        expect(lines.map(({ text }) => text)).toEqual(expected);
        expect(lines.map(({ line }) => line)).toEqual(expected.map((_, i) => i + 1));
      }),
      { numRuns: 60 },
    );
  });

  test('longer than a chunk come whole', async () => {
    const long = 'é'.repeat(700_000);
    const lines = await linesOf(folder.write('long.txt', `${long}\nb\n${long}`));
    expect(lines.map(({ text }) => text === long || text)).toEqual([true, 'b', true]);
  });

  test('begin after a byte order mark', async () => {
    expect(await linesOf(folder.write('bom.txt', '\uFEFFa\nb'))).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: 'b' },
    ]);
  });

  test('that are not UTF-8 are marked, and those around them are read', async () => {
    const file = folder.write('latin1.txt', Buffer.from('a\ncaf\xe9\nb\n', 'latin1'));
    expect(await linesOf(file)).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: 'caf\uFFFD', fault: 'bytes that are not UTF-8' },
      { line: 3, text: 'b' },
    ]);
  });

  test('that are too long are marked, within a chunk, over several, and at the end', async () => {
    const file = folder.write(
      'huge.txt',
      `a\n${'x'.repeat(2000)}\nb\n${'y'.repeat(900_000)}\nc\n${'z'.repeat(900_000)}`,
    );
    const lines = await linesOf(file, 1000);
    expect(lines.map(({ line, text, fault }) => [line, text[0], fault !== undefined])).toEqual([
      [1, 'a', false],
      [2, 'x', true],
      [3, 'b', false],
      [4, 'y', true],
      [5, 'c', false],
      [6, 'z', true],
    ]);
    expect(lines[3].text.length).toBeLessThan(300);
  });

  test('of a gzip file in several members come in one go', async () => {
    const file = folder.write('members.gz', Buffer.concat([gzipSync('a\nb'), gzipSync('c\nd\n')]));
    expect((await linesOf(file)).map(({ text }) => text)).toEqual(['a', 'bc', 'd']);
  });

  test('of an archive cut short are read up to the cut, then the error says how far', async () => {
    const content = Array.from({ length: 50_000 }, (_, i) => `${i} ${Math.sin(i)}`).join('\n');
    const whole = gzipSync(content);
    const file = folder.write('cut.gz', whole.subarray(0, whole.length / 2));
    const lines: FileLine[] = [];
    const error = await failureOf(
      (async () => {
        for await (const batch of readLines(file)) lines.push(...batch);
      })(),
    );
    expect(error.kind).toBe('damaged-archive');
    expect(lines.length).toBeGreaterThan(20_000);
    expect(error.line).toBe(lines.length);
    expect(error.message).toContain(`The last whole line is ${lines.length}`);
    expect(content.startsWith(lines.map(({ text }) => text).join('\n'))).toBe(true);
  });

  test.each([
    ['empty-file', () => folder.write('empty.csv', '')],
    ['empty-file', () => folder.write('empty.csv.gz', gzipSync(''))],
    ['missing-file', () => `${folder.path}/nowhere.csv`],
    ['not-a-file', () => folder.path],
    ['not-text', () => folder.write('image.png', Uint8Array.from([0x89, 0x50, 0, 0, 13]))],
    ['not-text', () => folder.write('utf16.csv', Buffer.from('\uFEFFa,b', 'utf16le'))],
  ])('of what is no text file are refused: %s', async (kind, file) => {
    const path = file();
    const error = await failureOf(linesOf(path));
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(path);
  });

  test('stop coming when the signal is aborted', async () => {
    const file = folder.write('many.txt', 'line\n'.repeat(500_000));
    const abort = new AbortController();
    const read = (async () => {
      for await (const _ of readLines(file, { signal: abort.signal })) abort.abort();
    })();
    await expect(read).rejects.toMatchObject({ name: 'AbortError' });
  });
});
