import { isUtf8 } from 'node:buffer';
import { readChunks } from './chunks';
import { ImportError } from './import-error';

/** Longest line that is read, in bytes; a longer one is rejected without being held in memory. */
export const MAX_LINE_BYTES = 8 * 1024 * 1024;
/** How much of a bad line is kept to show it. */
const SHOWN = 200;

const NEWLINE = 10;
const RETURN = 13;

/** A line of a file; `line` counts from 1. One that cannot be read carries the reason, and its beginning as `text`. */
export interface FileLine {
  readonly line: number;
  readonly text: string;
  readonly fault?: string;
  /** How the line ends where that is not a plain newline; only with `anyEnd`. */
  readonly end?: '\r\n' | '\r';
}

/** The beginning of a bad line, for a report: a copy, because a slice would keep all the text around it in memory. */
export const shorten = (text: string): string =>
  Buffer.from(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text).toString();

const withoutReturn = (text: string): string => (text.endsWith('\r') ? text.slice(0, -1) : text);

const assertText = (file: string, start: Buffer): void => {
  const utf16 = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  if (utf16)
    throw new ImportError(
      'not-text',
      `${file}: the file is UTF-16. Convert it: iconv -f UTF-16 -t UTF-8 ${file} > converted`,
      { file },
    );
  if (start.subarray(0, 8192).includes(0))
    throw new ImportError(
      'not-text',
      `${file}: this is not a text file (it holds NUL bytes near its beginning). Expected lines of UTF-8 text, plain or packed with gzip.`,
      { file },
    );
};

export interface LineOptions {
  readonly maxBytes?: number;
  /** Lines also end with a lone CR, and say how they end: a value in quotes keeps the ends of line that it holds. */
  readonly anyEnd?: boolean;
  readonly signal?: AbortSignal;
}

const ANY_END = /\r\n|\r|\n/g;

/** Lines by any end, with the end where it is not LF; what follows the last end is a line where there is something. */
const byAnyEnd = (text: string): readonly Omit<FileLine, 'line'>[] => {
  const lines: Omit<FileLine, 'line'>[] = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(ANY_END)) {
    lines.push(
      end === '\n' ? { text: text.slice(from, index) } : { text: text.slice(from, index), end: end as FileLine['end'] },
    );
    from = index + end.length;
  }
  if (from < text.length) lines.push({ text: text.slice(from) });
  return lines;
};

/**
 * The lines of a text file (UTF-8, plain or gzip), in batches of what one chunk holds. Ends of line may be LF or CRLF;
 * a byte order mark is dropped. Lines with invalid UTF-8 or longer than `maxBytes` are yielded with a `fault`.
 *
 * @throws ImportError when the file is missing, empty, a folder, binary, or a damaged archive (after the good lines).
 */
export async function* readLines(
  file: string,
  { maxBytes = MAX_LINE_BYTES, anyEnd = false, signal }: LineOptions = {},
): AsyncGenerator<readonly FileLine[]> {
  let line = 0;
  let rest: Buffer[] = [];
  let restBytes = 0;
  /** Set while the rest of a line that is too long is passed over. */
  let tooLong: string | undefined;
  let first = true;

  const lineOf = (bytes: Buffer): FileLine => {
    line++;
    const fault =
      bytes.length > maxBytes
        ? `a line longer than ${maxBytes} bytes`
        : isUtf8(bytes)
          ? undefined
          : 'bytes that are not UTF-8';
    return fault === undefined
      ? { line, text: withoutReturn(bytes.toString('utf8')) }
      : { line, text: shorten(bytes.subarray(0, 4 * SHOWN).toString('utf8')), fault };
  };

  const nextEnd = (bytes: Buffer, from: number): number => {
    const newline = bytes.indexOf(NEWLINE, from);
    if (!anyEnd) return newline;
    const lone = bytes.subarray(0, newline === -1 ? bytes.length : newline).indexOf(RETURN, from);
    return lone === -1 || bytes[lone + 1] === NEWLINE ? newline : lone;
  };

  /** Where the last line of a chunk ends; a CR at the very end may be half of an end. */
  const lastEnd = (chunk: Buffer): number => {
    const newline = chunk.lastIndexOf(NEWLINE);
    return anyEnd ? Math.max(newline, chunk.subarray(0, -1).lastIndexOf(RETURN)) : newline;
  };

  /** `closing` is the byte that ends the region. */
  const linesOf = (region: Buffer, closing?: number): FileLine[] => {
    // Almost every region is clean, and decoding it at once is several times faster than line by line.
    if (region.length <= maxBytes && isUtf8(region)) {
      if (anyEnd && (closing === RETURN || region.includes(RETURN)))
        return byAnyEnd(region.toString('utf8') + (closing === undefined ? '' : String.fromCharCode(closing))).map(
          (one) => {
            line++;
            return { line, ...one };
          },
        );
      const texts = region.toString('utf8').split('\n');
      return texts.map((text) => {
        line++;
        return { line, text: withoutReturn(text) };
      });
    }
    const lines: FileLine[] = [];
    for (let from = 0; from <= region.length; ) {
      const end = nextEnd(region, from);
      lines.push(lineOf(region.subarray(from, end === -1 ? region.length : end)));
      if (end === -1) break;
      from = end + 1;
    }
    return lines;
  };

  const take = (chunk: Buffer): FileLine[] => {
    const lines: FileLine[] = [];
    let from = 0;
    if (tooLong !== undefined) {
      const end = chunk.indexOf(NEWLINE);
      if (end === -1) return lines;
      line++;
      lines.push({ line, text: tooLong, fault: `a line longer than ${maxBytes} bytes` });
      tooLong = undefined;
      from = end + 1;
    }
    const last = lastEnd(chunk);
    if (last >= from) {
      const region = Buffer.concat([...rest, chunk.subarray(from, last)]);
      for (const one of linesOf(region, chunk[last])) lines.push(one);
      rest = [];
      restBytes = 0;
      from = last + 1;
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
    }
    if (restBytes > maxBytes) {
      tooLong = shorten(
        Buffer.concat(rest)
          .subarray(0, 4 * SHOWN)
          .toString('utf8'),
      );
      rest = [];
      restBytes = 0;
    }
    return lines;
  };

  try {
    for await (const bytes of readChunks(file, signal)) {
      let chunk = bytes;
      if (first) {
        assertText(file, chunk);
        if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3);
        first = false;
      }
      const lines = take(chunk);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    // The half line at the end of a damaged archive is dropped: its rest is unknown.
    if (!(error instanceof ImportError) || error.kind !== 'damaged-archive') throw error;
    throw new ImportError(
      error.kind,
      `${error.message} The last whole line is ${line}.`,
      { file, line },
      { cause: error },
    );
  }
  if (first) throw new ImportError('empty-file', `${file}: the file is empty.`, { file });
  if (tooLong !== undefined) yield [{ line: line + 1, text: tooLong, fault: `a line longer than ${maxBytes} bytes` }];
  else if (restBytes > 0) yield linesOf(Buffer.concat(rest));
}
