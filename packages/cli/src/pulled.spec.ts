import { pulled } from './pulled';

const never = new AbortController().signal;
const numbers = async (push: (n: number) => Promise<void>, upTo: number): Promise<void> => {
  for (let n = 0; n < upTo; n++) await push(n);
};

test('everything that is handed over comes out, in order', async () => {
  const taken: number[] = [];
  for await (const n of pulled<number>((push) => numbers(push, 100), never)) taken.push(n);
  expect(taken).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test('the work is never far ahead of the reader', async () => {
  let made = 0;
  let taken = 0;
  const work = async (push: (n: number) => Promise<void>): Promise<void> => {
    for (; made < 50; made++) await push(made);
  };
  for await (const _ of pulled<number>(work, never)) {
    taken++;
    await new Promise(setImmediate);
    expect(made - taken).toBeLessThanOrEqual(3);
  }
  expect(taken).toBe(50);
});

test('a reader that leaves stops the work', async () => {
  let stopped = false;
  const work = (push: (n: number) => Promise<void>, signal: AbortSignal) => {
    signal.addEventListener('abort', () => {
      stopped = true;
    });
    return numbers(push, Number.POSITIVE_INFINITY);
  };
  for await (const n of pulled<number>(work, never)) if (n === 3) break;
  expect(stopped).toBe(true);
});

test('what the work throws reaches the reader', async () => {
  const read = async (): Promise<void> => {
    for await (const _ of pulled(() => Promise.reject(new RangeError('beyond')), never));
  };
  await expect(read()).rejects.toThrow('beyond');
});
