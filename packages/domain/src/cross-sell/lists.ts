/**
 * Millions of short growable lists of unsigned integers in a few typed arrays. A list lies in one block (so that
 * walking it is a walk over memory), blocks come in few sizes (1, 2, 3, 4, 6, 8, 12, 16, ...), and a block that was
 * outgrown is reused by the next list of its size. JavaScript arrays would cost some 60 bytes a list before the first element.
 *
 * Slots are between a list's start and end, so an element is always there (`!`), here and where lists are walked.
 */
export interface Lists {
  /** Elements of list l: `items[start[l] + k]` for k from 0 to `length[l] - 1`. Replaced when the pool grows. */
  items: Uint32Array;
  /** A number beside every element, at the same place; empty when made without. */
  numbers: Float64Array;
  start: Uint32Array;
  length: Uint32Array;
  /** Elements each list's block has room for; 0 for no block yet. */
  capacity: Uint32Array;
  /** Lists in use. */
  count: number;
  used: number;
  readonly free: number[][];
  readonly withNumbers: boolean;
}

export interface ListsOptions {
  /** Keep a number beside every element. */
  readonly withNumbers?: boolean;
  /** Elements expected in all; growing beyond costs a copy. */
  readonly expected?: number;
}

export const createLists = ({ withNumbers = false, expected = 0 }: ListsOptions = {}): Lists => ({
  // Blocks are a sixth larger than what they hold, on average. Room never written to takes no memory.
  items: new Uint32Array(Math.ceil(1024 + expected * 1.25)),
  numbers: new Float64Array(withNumbers ? Math.ceil(1024 + expected * 1.25) : 0),
  start: new Uint32Array(256),
  length: new Uint32Array(256),
  capacity: new Uint32Array(256),
  count: 0,
  used: 0,
  free: Array.from({ length: 66 }, () => []),
  withNumbers,
});

const grown = <A extends Uint32Array | Float64Array>(array: A, needed: number): A => {
  const Typed = array.constructor as new (length: number) => A;
  const larger = new Typed(Math.max(needed, Math.ceil(array.length * 1.5)));
  larger.set(array);
  return larger;
};

/** Makes lists 0 to `count - 1` exist. */
export const ensureLists = (lists: Lists, count: number): void => {
  if (count > lists.start.length) {
    lists.start = grown(lists.start, count);
    lists.length = grown(lists.length, count);
    lists.capacity = grown(lists.capacity, count);
  }
  if (count > lists.count) lists.count = count;
};

/** Classes 2q hold 2^q elements, classes 2q + 1 hold 3 * 2^(q-1): the smallest that holds `capacity`, at least 1. */
const sizeClass = (capacity: number): number => {
  if (capacity <= 1) return 0;
  const power = 31 - Math.clz32(capacity - 1);
  return power >= 1 && capacity <= 3 * 2 ** (power - 1) ? 2 * power + 1 : 2 * power + 2;
};

const blockSize = (kind: number): number => (kind % 2 === 0 ? 2 ** (kind / 2) : 3 * 2 ** ((kind - 3) / 2));

const takeBlock = (lists: Lists, kind: number): number => {
  const reused = lists.free[kind]!.pop();
  if (reused !== undefined) return reused;
  const at = lists.used;
  lists.used += blockSize(kind);
  if (lists.used > lists.items.length) {
    lists.items = grown(lists.items, lists.used);
    if (lists.withNumbers) lists.numbers = grown(lists.numbers, lists.used);
  }
  return at;
};

const releaseBlock = (lists: Lists, list: number): void => {
  if (lists.capacity[list]! > 0) lists.free[sizeClass(lists.capacity[list]!)]!.push(lists.start[list]!);
};

/** Makes room for `capacity` elements in all, so that pushing that many moves nothing. */
export const reserve = (lists: Lists, list: number, capacity: number): void => {
  ensureLists(lists, list + 1);
  if (capacity <= lists.capacity[list]!) return;
  const kind = sizeClass(capacity);
  const from = lists.start[list]!;
  const to = takeBlock(lists, kind);
  lists.items.copyWithin(to, from, from + lists.length[list]!);
  if (lists.withNumbers) lists.numbers.copyWithin(to, from, from + lists.length[list]!);
  releaseBlock(lists, list);
  lists.start[list] = to;
  lists.capacity[list] = blockSize(kind);
};

export const push = (lists: Lists, list: number, item: number, number = 0): void => {
  const length = list < lists.count ? lists.length[list]! : 0;
  if (list >= lists.count || length === lists.capacity[list]) reserve(lists, list, length + 1);
  const slot = lists.start[list]! + length;
  lists.items[slot] = item;
  if (lists.withNumbers) lists.numbers[slot] = number;
  lists.length[list] = length + 1;
};

/** Where `item` stands in `items`; -1 when the list does not hold it. */
export const slotOf = (lists: Lists, list: number, item: number): number => {
  if (list >= lists.count) return -1;
  const end = lists.start[list]! + lists.length[list]!;
  for (let slot = lists.start[list]!; slot < end; slot++) if (lists.items[slot] === item) return slot;
  return -1;
};

/** Takes `item` out, if it is there; the last element takes its place. */
export const removeItem = (lists: Lists, list: number, item: number): void => {
  const slot = slotOf(lists, list, item);
  if (slot < 0) return;
  const last = lists.start[list]! + lists.length[list]! - 1;
  lists.items[slot] = lists.items[last]!;
  if (lists.withNumbers) lists.numbers[slot] = lists.numbers[last]!;
  lists.length[list]!--;
};

/** Empties a list and gives its block back. */
export const clearList = (lists: Lists, list: number): void => {
  if (list >= lists.count) return;
  releaseBlock(lists, list);
  lists.capacity[list] = 0;
  lists.length[list] = 0;
};

/** Bytes held, spare room included. */
export const bytesOf = (lists: Lists): number =>
  lists.items.byteLength +
  lists.numbers.byteLength +
  lists.start.byteLength +
  lists.length.byteLength +
  lists.capacity.byteLength;
