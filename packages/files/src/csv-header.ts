import type { CsvRecord } from './csv-records';
import { ImportError } from './import-error';

const DELIMITERS = [',', ';', '\t', '|'];

/** What a delimiter is called in a report. */
export const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
};

/** How a CSV file is laid out, in the words of a report. */
export const csvLayout = (delimiter: string): string =>
  `CSV, ${DELIMITER_NAMES[delimiter]} between values, header in the first line`;

/**
 * The names in the header of a CSV file.
 *
 * @throws ImportError when it is not a record
 */
export const headerNames = (file: string, { line, values, fault }: CsvRecord): readonly string[] => {
  if (fault === undefined) return values.map((value) => value.trim());
  throw new ImportError('wrong-columns', `${file}, line ${line}: the header cannot be read (${fault}). Repair it.`, {
    file,
    line,
  });
};

const withoutQuotes = (header: string): string => header.replace(/"[^"]*"/g, '');

/** The delimiter of a CSV file: the one that its header has most of outside quotes; a comma where it has none. */
export const delimiterOf = (header: string): string => {
  const bare = withoutQuotes(header);
  const count = (delimiter: string) => bare.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
};

/**
 * Checks the header of a file that a preset reads. Columns may stand in any order, others may stand between them.
 *
 * @throws ImportError naming what is missing and what was found.
 */
export const assertColumns = (
  file: string,
  line: number,
  found: readonly string[],
  expected: readonly string[],
): void => {
  const missing = expected.filter((name) => !found.includes(name));
  if (missing.length > 0)
    throw new ImportError(
      'wrong-columns',
      `${file}, line ${line}: missing ${missing.length === 1 ? 'column' : 'columns'} ${missing.join(', ')}. ` +
        `Expected the columns ${expected.join(', ')}; found ${found.join(', ').slice(0, 300)}. ` +
        'Name the right file or preset, or write a mapping of your own (--sql).',
      { file, line, field: missing[0] },
    );
  const twice = found.find((name, i) => expected.includes(name) && found.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ImportError(
      'wrong-columns',
      `${file}, line ${line}: the column ${twice} stands twice. Remove or rename one.`,
      {
        file,
        line,
        field: twice,
      },
    );
};
