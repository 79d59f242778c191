import { ImportError } from './import-error';

export type InputFormat = 'csv' | 'json' | 'parquet';

const FORMATS: Readonly<Record<string, InputFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  json: 'json',
  ndjson: 'json',
  jsonl: 'json',
  parquet: 'parquet',
};

/** What kind of file a mapping reads, by its name. */
export const formatOf = (file: string): InputFormat => {
  const extension = /\.(\w+)(?:\.gz)?$/.exec(file.toLowerCase())?.[1] ?? '';
  const format = FORMATS[extension];
  if (format === undefined) {
    const spreadsheet = /^(xlsx?|xlsm|ods|numbers)$/.test(extension) ? ' Save a spreadsheet as CSV.' : '';
    throw new ImportError(
      'not-a-file',
      `${file}: what kind of file is this? Known by their extension are ${Object.keys(FORMATS).join(', ')}, each also with .gz.${spreadsheet}`,
      { file },
    );
  }
  return format;
};
