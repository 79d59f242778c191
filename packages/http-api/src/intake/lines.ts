import type { Readable } from 'node:stream';
import { Refusal } from '../problem';

/** A line of a stream: its bytes without the end of line, or how long it was when it was too long to keep. */
export interface Line {
  /** From 1; empty lines count. */
  readonly number: number;
  /** Undefined for a line longer than the limit, of which nothing was kept. */
  readonly bytes: Buffer | undefined;
}

/** Pieces of a line that are kept as they came. */
const MOST_PARTS = 256;
const LF = 0x0a;
const CR = 0x0d;

const EMPTY = Buffer.alloc(0);
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === CR);

/**
 * The lines of a stream, in groups: as many as have arrived, at most `group`. Ends of line are LF or CRLF, the last may
 * be missing; blank lines are left out, and so is a byte order mark. Memory is bounded by a line and by what the stream has buffered.
 */
export async function* readLines(
  input: Readable,
  { longest, group, idle }: { readonly longest: number; readonly group: number; readonly idle: number },
): AsyncGenerator<readonly Line[]> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  let lines: Line[] = [];

  const take = (part: Buffer): void => {
    length += part.length;
    // Nothing is kept of a line that is too long.
    if (length > longest + 1) parts = [];
    else if (part.length > 0) parts.push(part);
    // Of a sender that sends byte by byte, each byte would be kept as an object of some hundred bytes.
    if (parts.length >= MOST_PARTS) parts = [Buffer.concat(parts)];
  };
  const end = (): void => {
    number++;
    const [only = EMPTY, ...others] = parts;
    const whole = others.length === 0 ? only : Buffer.concat(parts);
    const from = number === 1 && whole.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
    const bytes = whole.subarray(from, whole[whole.length - 1] === CR ? -1 : undefined);
    const tooLong = length > longest + 1 || bytes.length > longest;
    if (tooLong) lines.push({ number, bytes: undefined });
    else if (!isBlank(bytes)) lines.push({ number, bytes });
    parts = [];
    length = 0;
  };

  for await (const chunk of chunksOf(input, idle)) {
    let from = 0;
    for (let to = chunk.indexOf(LF); to >= 0; to = chunk.indexOf(LF, from)) {
      take(chunk.subarray(from, to));
      end();
      from = to + 1;
      if (lines.length >= group) {
        yield lines;
        lines = [];
      }
    }
    take(chunk.subarray(from));
    if (lines.length > 0 && input.readableLength === 0) {
      yield lines;
      lines = [];
    }
  }
  if (length > 0) end();
  if (lines.length > 0) yield lines;
}

/** @throws Refusal when nothing comes for `idle` milliseconds; the input is left open then, for an answer to go out */
async function* chunksOf(input: Readable, idle: number): AsyncGenerator<Buffer> {
  const chunks: AsyncIterator<Buffer> = input[Symbol.asyncIterator]();
  let silent = false;
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          silent = true;
          reject(new Refusal('timeout', `Nothing came for ${idle / 1_000} seconds. Send the rest as another stream.`));
        }, idle);
      });
      const next = await Promise.race([chunks.next(), silence]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!silent) input.destroy();
  }
}
