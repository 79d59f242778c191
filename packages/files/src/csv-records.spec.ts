import * as fc from 'fast-check';
import { type CsvRecord, csvRecords } from './csv-records';
import type { FileLine } from './lines';

const recordsOf = async (texts: readonly string[], batch = 3): Promise<readonly CsvRecord[]> => {
  async function* batches() {
    const lines = texts.map((text, i): FileLine => ({ line: i + 1, text }));
    for (let i = 0; i < lines.length; i += batch) yield lines.slice(i, i + batch);
  }
  const records: CsvRecord[] = [];
  for await (const some of csvRecords(batches())) records.push(...some);
  return records;
};

describe('records of a CSV file', () => {
  test('are one line each, or several where a quoted value holds line breaks', async () => {
    expect(await recordsOf(['a,b', '1,"x', 'y ""z""', '"', '2,"w"'])).toEqual([
      { line: 1, span: 1, text: 'a,b', fault: undefined },
      { line: 2, span: 3, text: '1,"x\ny ""z""\n"', fault: undefined },
      { line: 5, span: 1, text: '2,"w"', fault: undefined },
    ]);
  });

  test('have whatever values were written, however the lines come in batches', async () => {
    const value = fc.array(fc.constantFrom('a', '"', '\n', ',', ' '), { maxLength: 8 }).map((c) => c.join(''));
    const row = fc.array(value, { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 5 }),
        async (rows, batch) => {
          const written = rows.map((values) => values.map((v) => `"${v.replaceAll('"', '""')}"`).join(','));
          const records = await recordsOf(written.join('\n').split('\n'), batch);
          expect(records.map(({ text }) => text)).toEqual(written);
        },
      ),
    );
  });

  test('of a quote that is never closed: only the line that opened it is given up', async () => {
    const records = await recordsOf(['a,b', '1,"x', '2,y', '3,z']);
    expect(records.map(({ line, span, fault }) => [line, span, fault])).toEqual([
      [1, 1, undefined],
      [2, 1, 'a quote that is never closed'],
      [3, 1, undefined],
      [4, 1, undefined],
    ]);
  });

  test('go on after a quote that stays open for a thousand lines', async () => {
    const texts = ['1,"x', ...Array.from({ length: 5000 }, (_, i) => `${i},y`)];
    const records = await recordsOf(texts, 700);
    expect(records).toHaveLength(texts.length);
    expect(records.filter(({ fault }) => fault !== undefined)).toHaveLength(1);
  });
});
