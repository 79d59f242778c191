import { readHead } from './chunks';
import { DELIMITER_NAMES, delimiterOf } from './csv-header';
import type { InputFormat } from './input-format';

/** What a file seems to be, by its beginning. */
export interface Looks {
  /** What a mapping reads it as; absent where it could not. */
  readonly format?: InputFormat;
  /** To be said after "It looks like". */
  readonly words: string;
}

const SHOWN = 8;

const listed = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', ...' : '');

const TOUCHPOINT = ['id', 'type', 'customer'];
const CLOUD_EVENT = ['id', 'type', 'specversion'];

const objectKeys = (text: string): readonly string[] =>
  [...new Set([...text.matchAll(/"([^"\\]{1,60})"\s*:/g)].map(([, key]) => key))].slice(0, 2 * SHOWN);

const json = (text: string): Looks => {
  const keys = objectKeys(text.slice(0, text.indexOf('}') + 1 || 2_000));
  const has = (names: readonly string[]) => names.every((name) => keys.includes(name));
  if (has(CLOUD_EVENT) || has(TOUCHPOINT)) return { format: 'json', words: 'touchpoints as JSON' };
  return { format: 'json', words: keys.length === 0 ? 'JSON' : `JSON with the keys ${listed(keys)}` };
};

/** What a file seems to be; undefined where its beginning says nothing. */
export const looksLike = async (file: string, signal?: AbortSignal): Promise<Looks | undefined> => {
  const head = await readHead(file, signal);
  if (head.subarray(0, 4).equals(Buffer.from('PAR1'))) return { format: 'parquet', words: 'Parquet' };
  if (head.subarray(257, 262).equals(Buffer.from('ustar'))) return { words: 'a tar archive' };
  if (head.subarray(0, 2).equals(Buffer.from('PK'))) return { words: 'a zip archive, or an Excel file' };
  if (head.subarray(0, 8192).includes(0)) return undefined;
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^[[{]/.test(text)) return json(text);
  if (text.startsWith('<')) return { words: 'XML or HTML' };
  const [header] = text.split(/\r\n|\r|\n/);
  const delimiter = delimiterOf(header);
  const names = header.split(delimiter).map((name) => name.replaceAll('"', '').trim());
  if (names.length < 2) return undefined;
  const by = delimiter === ',' ? '' : ` by ${DELIMITER_NAMES[delimiter]}`;
  return { format: 'csv', words: `CSV${by} with the columns ${listed(names)}` };
};
