import { extname } from 'node:path';
import type { ExportFormat } from '@rapport/files';
import { CommandError } from '../exit';

const FORMATS: Readonly<Record<string, ExportFormat>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.csv': 'csv',
  '.parquet': 'parquet',
};

/** The format that a file's name says; undefined where it says none. */
export const formatOfName = (file: string): ExportFormat | undefined => FORMATS[extname(file).toLowerCase()];

/** @throws CommandError for a name that says no format */
export const formatByName = (flag: string, file: string): ExportFormat => {
  const format = formatOfName(file);
  if (format === undefined)
    throw new CommandError(`${flag} ${file}: name a file that ends with ${Object.keys(FORMATS).join(', ')}.`);
  return format;
};
