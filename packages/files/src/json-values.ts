import { readChunks, readHead } from './chunks';
import { ImportError } from './import-error';
import { CutError, jsonCutter } from './json-cutter';
import { type FileLine, MAX_LINE_BYTES, readLines } from './lines';

/** A value of a JSON file, or what is wrong with it. `line` is its line, or its number in an array; `text` as it stands. */
export type JsonValue<T> = {
  readonly line: number;
  readonly text: string;
} & ({ readonly value: T; readonly fault?: undefined } | { readonly fault: string; readonly notJson?: true });

/** How the values of a file stand in it: one a line, or in an array, or one after the other over several lines. */
export type JsonLayout = 'lines' | 'values';

const parsed = <T>(line: number, text: string, parse: (text: string) => T): JsonValue<T> => {
  try {
    return { line, text, value: parse(text) };
  } catch (error) {
    return { line, text, fault: `not JSON: ${error instanceof Error ? error.message : String(error)}`, notJson: true };
  }
};

/** `undefined` for a blank line. */
const valueOfLine = <T>({ line, text, fault }: FileLine, parse: (text: string) => T): JsonValue<T> | undefined => {
  if (fault !== undefined) return { line, text, fault };
  return text.trim() === '' ? undefined : parsed(line, text, parse);
};

/** A value a line, unless the file begins with an array or with an object that its second line goes on with. */
const layoutOf = (head: string): JsonLayout => {
  const [first, second] = head
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim());
  if (first === undefined) return 'lines';
  if (first.startsWith('[')) return 'values';
  if (!first.startsWith('{') || second === undefined || second.startsWith('{')) return 'lines';
  return parsed(1, first, JSON.parse).fault === undefined ? 'lines' : 'values';
};

async function* cutValues<T>(
  file: string,
  parse: (text: string) => T,
  signal?: AbortSignal,
): AsyncGenerator<readonly JsonValue<T>[]> {
  const cutter = jsonCutter(MAX_LINE_BYTES);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let count = 0;
  const cut = (chunk?: Buffer): readonly JsonValue<T>[] => {
    const text = decoder.decode(chunk, { stream: chunk !== undefined });
    return cutter.cut(text).map((value) => parsed(++count, value, parse));
  };
  try {
    for await (const chunk of readChunks(file, signal)) yield cut(chunk);
    yield cut();
    cutter.end();
  } catch (error) {
    const line = error instanceof CutError ? error.line : undefined;
    if (line === undefined && !(error instanceof TypeError)) throw error;
    throw new ImportError(
      'unreadable',
      `${file}${line === undefined ? '' : `, line ${line}`}: ${line === undefined ? 'bytes that are not UTF-8' : (error as Error).message}. ` +
        'Repair the file. With one value a line (NDJSON) a bad one costs no other.',
      { file, line },
      { cause: error },
    );
  }
}

async function* lineValues<T>(
  file: string,
  parse: (text: string) => T,
  signal?: AbortSignal,
): AsyncGenerator<readonly (JsonValue<T> | undefined)[]> {
  for await (const lines of readLines(file, { signal })) yield lines.map((line) => valueOfLine(line, parse));
}

/** The layout of a file, and its values in batches; a blank line is undefined. */
export interface JsonFile<T> {
  readonly layout: JsonLayout;
  readonly values: AsyncGenerator<readonly (JsonValue<T> | undefined)[]>;
}

/**
 * The values of a JSON or NDJSON file (UTF-8, plain or gzip). With a value a line, a line that is not JSON has a fault;
 * an array must be whole in its brackets and quotes, else the place of its next element is unknown.
 *
 * @param parse how the text of a value is read; what it throws is the value's fault
 * @throws ImportError when the file cannot be read, or where an array ends no value
 */
export const readJsonValues = async <T>(
  file: string,
  parse: (text: string) => T,
  signal?: AbortSignal,
): Promise<JsonFile<T>> => {
  const layout = layoutOf((await readHead(file, signal)).toString('utf8').replace(/^\uFEFF/, ''));
  return { layout, values: layout === 'lines' ? lineValues(file, parse, signal) : cutValues(file, parse, signal) };
};
