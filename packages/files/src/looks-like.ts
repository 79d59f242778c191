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
/** What is said of touchpoints. */
export const TOUCHPOINTS = 'touchpoints as JSON';

const listed = (names: readonly string[]): string =>
  names.slice(0, SHOWN).join(', ') + (names.length > SHOWN ? ', ...' : '');

const TOUCHPOINT = ['id', 'type', 'customer'];
const CLOUD_EVENT = ['id', 'type', 'specversion'];

const TOKENS = /"((?:[^"\\]|\\.)*)"(\s*:\s*\[?)?|[{}[\]]/g;

/** The keys of the first object of a text, its own and none of what is in it; `lists`: those that hold a list. */
const keysOf = (text: string): { readonly keys: readonly string[]; readonly lists: readonly string[] } => {
  const keys: string[] = [];
  const lists: string[] = [];
  let depth = text.startsWith('[') ? -1 : 0;
  for (const [token, key = '', colon] of text.matchAll(TOKENS)) {
    if (colon !== undefined && depth === 1) {
      keys.push(key);
      if (colon.endsWith('[')) lists.push(key);
    }
    if (token === '{' || token === '[' || colon?.endsWith('[')) depth++;
    else if ((token === '}' || token === ']') && --depth === 0) break;
  }
  return { keys, lists };
};

const json = (text: string): Looks => {
  const { keys, lists } = keysOf(text);
  const has = (names: readonly string[]) => names.every((name) => keys.includes(name));
  if (has(CLOUD_EVENT) || has(TOUCHPOINT)) return { format: 'json', words: TOUCHPOINTS };
  if (lists.length > 0 && keys.length <= 2 * SHOWN)
    return {
      format: 'json',
      words: `JSON that holds a list in ${JSON.stringify(lists[0])}, which is to be a file of its own`,
    };
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
  const [header = ''] = text.split(/\r\n|\r|\n/);
  const delimiter = delimiterOf(header);
  const names = header.split(delimiter).map((name) => name.replaceAll('"', '').trim());
  if (names.length < 2) return undefined;
  const by = delimiter === ',' ? '' : ` by ${DELIMITER_NAMES[delimiter]}`;
  return { format: 'csv', words: `CSV${by} with the columns ${listed(names)}` };
};
