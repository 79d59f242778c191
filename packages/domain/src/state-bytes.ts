import type { Json } from './json';

/** Behind the first number, which says how many follow. */
const FIRST = 1;

let scratch = new Float64Array(512);
let textScratch = new Uint8Array(4_096);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * The state of a fold as bytes: doubles in the order they were written, bit by bit what they were, and behind them the
 * rest as one JSON array. A state is read and written with each touchpoint that arrives, and nearly all of it is
 * numbers: as decimal text they cost ten times as much.
 *
 * One is in use at a time: all write to the same room.
 */
export class StateWriter {
  private length = FIRST;
  private readonly others: Json[] = [];

  number(value: number): void {
    if (this.length === scratch.length) {
      const larger = new Float64Array(2 * scratch.length);
      larger.set(scratch);
      scratch = larger;
    }
    scratch[this.length++] = value;
  }

  /** Those from an index on, and how many they are. */
  numbers(values: ArrayLike<number>, from = 0): void {
    this.number(values.length - from);
    for (let i = from; i < values.length; i++) this.number(values[i]!);
  }

  /** Anything but numbers; JSON must be able to express it. */
  other(value: Json): void {
    this.others.push(value);
  }

  /** All that was written. */
  bytes(): Uint8Array {
    scratch[0] = this.length - FIRST;
    const numbers = new Uint8Array(scratch.buffer, 0, this.length * Float64Array.BYTES_PER_ELEMENT);
    if (this.others.length === 0) return numbers.slice();
    const text = encoded(JSON.stringify(this.others));
    const all = new Uint8Array(numbers.length + text.length);
    all.set(numbers);
    all.set(text, numbers.length);
    return all;
  }
}

/** Reads back what a {@link StateWriter} wrote, in the same order. */
export class StateReader {
  private readonly all: Float64Array;
  private readonly others: readonly Json[];
  private next = FIRST;
  private nextOther = 0;

  /** @throws RangeError or SyntaxError for bytes that no writer wrote */
  constructor(bytes: Uint8Array) {
    const width = Float64Array.BYTES_PER_ELEMENT;
    const whole = bytes.length - (bytes.length % width);
    this.all =
      bytes.byteOffset % width === 0
        ? new Float64Array(bytes.buffer, bytes.byteOffset, whole / width)
        : new Float64Array(bytes.slice(0, whole).buffer);
    const end = (this.all[0]! + FIRST) * width;
    if (!(end <= bytes.length)) throw new RangeError('a stored state is damaged: it is shorter than it says');
    this.others = end === bytes.length ? [] : JSON.parse(decoder.decode(bytes.subarray(end)));
  }

  number(): number {
    return this.all[this.next++]!;
  }

  /** As `numbers` wrote them, behind those that `into` has. */
  numbers(into: number[]): void {
    const end = this.number() + this.next;
    while (this.next < end) into.push(this.number());
  }

  other(): Json {
    return this.others[this.nextOther++]!;
  }
}

const encoded = (text: string): Uint8Array => {
  // UTF-8 takes at most three bytes for a unit of UTF-16.
  if (textScratch.length < 3 * text.length) textScratch = new Uint8Array(6 * text.length);
  return textScratch.subarray(0, encoder.encodeInto(text, textScratch).written);
};
