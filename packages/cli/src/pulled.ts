import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/**
 * Work that hands its results over, as an iterable whose reader sets the pace: the work waits while two of them are
 * not taken, and is stopped when the reader leaves.
 *
 * @param work given what to hand each result to, and the signal that stops it
 */
export async function* pulled<T>(
  work: (push: (item: T) => Promise<void>, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  const left = new AbortController();
  const stop = AbortSignal.any([signal, left.signal]);
  const stream = new PassThrough({ objectMode: true, highWaterMark: 1 });
  const push = async (item: T): Promise<void> => {
    if (!stream.write(item)) await once(stream, 'drain', { signal: stop });
  };
  const done = work(push, stop).then(
    () => stream.end(),
    (error: Error) => stream.destroy(error),
  );
  try {
    yield* stream;
  } finally {
    left.abort();
    stream.destroy();
    await done;
  }
}
