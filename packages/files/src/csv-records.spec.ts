import * as fc from 'fast-check';
import { type CsvRecord, csvRecords } from './csv-records';
import type { FileLine } from './lines';

const recordsOf = async (texts: readonly string[], batch = 3): Promise<readonly CsvRecord[]> => {
  async function* batches() {
    const lines = texts.map((text, i): FileLine => ({ line: i + 1, text }));
    for (let i = 0; i < lines.length; i += batch) yield lines.slice(i, i + batch);
  }
  const records: CsvRecord[] = [];
  for await (const some of csvRecords(batches(), () => ',')) records.push(...some);
  return records;
};

const quoted = (value: string): string => `"${value.replaceAll('"', '""')}"`;

describe('records of a CSV file', () => {
  test('are one line each, or several where a value in quotes holds line breaks', async () => {
    expect(await recordsOf(['a,b', '1,"x', 'y ""z""', '"', '2,"w"', '', '3,'])).toEqual([
      { line: 1, span: 1, values: ['a', 'b'] },
      { line: 2, span: 3, values: ['1', 'x\ny "z"\n'] },
      { line: 5, span: 1, values: ['2', 'w'] },
      { line: 6, span: 1, values: [] },
      { line: 7, span: 1, values: ['3', ''] },
    ]);
  });

  test('have whatever values were written, however the lines come in batches', async () => {
    const value = fc.array(fc.constantFrom('a', '"', '\n', ',', ' '), { maxLength: 8 }).map((c) => c.join(''));
    const rows = fc
      .integer({ min: 1, max: 3 })
      .chain((width) =>
        fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
      );
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 5 }), async (written, batch) => {
        const text = written.map((values) => values.map(quoted).join(',')).join('\n');
        const records = await recordsOf(text.split('\n'), batch);
        expect(records.map(({ values }) => values)).toEqual(written);
      }),
    );
  });

  test('may hold quotes inside a value: one opens only at the beginning of a value', async () => {
    const records = await recordsOf(['a,b', 'SHELF 24" OAK,1', 'x"y"z,2']);
    expect(records.map(({ values }) => values)).toEqual([
      ['a', 'b'],
      ['SHELF 24" OAK', '1'],
      ['x"y"z', '2'],
    ]);
  });

  test.each([
    ['1,"x', 'a quote that is never closed'],
    ['1,"SHELF 24" OAK"', 'a quote that is closed before the value ends'],
    ['1, "x"', 'a quote after a space; a value in quotes begins with its quote'],
    ['1,2,3', 'expected 2 columns, found 3'],
    ['1', 'expected 2 columns, found 1'],
  ])('of %j only that line is given up', async (bad, fault) => {
    const records = await recordsOf(['a,b', '0,"w"', bad, '2,y', '3,"z"']);
    expect(records.map((record) => [record.line, record.span, record.fault])).toEqual([
      [1, 1, undefined],
      [2, 1, undefined],
      [3, 1, fault],
      [4, 1, undefined],
      [5, 1, undefined],
    ]);
  });

  test('go on after a quote that stays open for a thousand lines', async () => {
    const texts = ['a,b', '1,"x', ...Array.from({ length: 5000 }, (_, i) => `${i},y`)];
    const records = await recordsOf(texts, 700);
    expect(records).toHaveLength(texts.length);
    expect(records.filter(({ fault }) => fault !== undefined)).toHaveLength(1);
  });

  test('are all found, and only bad lines are not, wherever bad quotes are shuffled in', async () => {
    const good = fc.tuple(
      fc.stringMatching(/^[a-z0-9 ]{1,6}$/),
      fc.constantFrom('plain', 'quoted', 'inch', 'empty'),
      fc.nat(99),
    );
    const written = ([word, kind, number]: readonly [string, string, number]): string =>
      `${{ plain: word, quoted: quoted(word), inch: `${word}x 24" y`, empty: '""' }[kind]},${number},"end"`;
    const bad = fc.constantFrom('"C', '"C1,5,end', 'x,"y" z,"end"', '"a""b" c,1,"end"', 'x, "y","end"', 'p,1,"end');
    const lines = fc.array(
      fc.oneof(
        { weight: 4, arbitrary: good.map((row) => ({ text: written(row), isBad: false })) },
        { weight: 1, arbitrary: bad.map((text) => ({ text, isBad: true })) },
      ),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(lines, async (some) => {
        const records = (await recordsOf(['a,b,c', ...some.map(({ text }) => text)])).slice(1);
        expect(records.map(({ line, fault }) => [line, fault !== undefined])).toEqual(
          some.map(({ isBad }, i) => [i + 2, isBad]),
        );
      }),
      { numRuns: 500 },
    );
  });
});
