import { ImportError } from './import-error';

export interface CsvLayout {
  readonly delimiter: string;
  /** Column names in the order of the file. */
  readonly columns: readonly string[];
}

const DELIMITERS = [',', ';', '\t'];

const namesIn = (header: string, delimiter: string): readonly string[] =>
  header.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));

/**
 * How a CSV file is laid out, from its header. Columns may stand in any order, others may stand between them.
 *
 * @throws ImportError naming what is missing and what was found.
 */
export const csvLayout = (file: string, header: string, expected: readonly string[]): CsvLayout => {
  const layouts = DELIMITERS.map((delimiter) => ({ delimiter, columns: namesIn(header, delimiter) }));
  const missingIn = (layout: CsvLayout) => expected.filter((name) => !layout.columns.includes(name));
  const best = layouts.reduce((a, b) => (missingIn(b).length < missingIn(a).length ? b : a));
  const missing = missingIn(best);
  if (missing.length > 0)
    throw new ImportError(
      'wrong-columns',
      `${file}, line 1: missing ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}. ` +
        `Expected the columns ${expected.join(', ')}; found ${best.columns.join(', ').slice(0, 300)}. ` +
        'Name the right file or preset, or write a mapping of your own (--sql).',
      { file, line: 1, field: missing[0] },
    );
  const twice = best.columns.find((name, i) => expected.includes(name) && best.columns.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ImportError('wrong-columns', `${file}, line 1: the column ${twice} stands twice. Remove or rename one.`, {
      file,
      line: 1,
      field: twice,
    });
  return best;
};
