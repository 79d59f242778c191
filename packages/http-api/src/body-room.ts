import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import { Refusal } from './problem';

/** Of the memory that this process may have; parsed, a body of many small values takes twenty times its bytes. */
const ROOM_BYTES = getHeapStatistics().heap_size_limit / 48;
/** Bytes of a body that are always taken: large batches of others do not keep single touchpoints out. */
export const FREE_BYTES = 16 * 1024;

export interface BodyRoom {
  /** Takes room for bytes of a body until its answer is over. @throws Refusal (503) when there is none */
  take(answer: ServerResponse, bytes: number): void;
}

/** The room that large bodies share, from their first byte until they are answered. */
export const bodyRoom = (longestBody: number, bytesInAll = Math.max(ROOM_BYTES, 2 * longestBody)): BodyRoom => {
  const taken = new WeakMap<ServerResponse, number>();
  let all = 0;
  return {
    take: (answer, bytes) => {
      // Answered: what still comes is thrown away.
      if (answer.writableFinished || answer.destroyed) return;
      const before = taken.get(answer);
      const now = (before ?? 0) + bytes;
      if (now > FREE_BYTES && all + bytes > bytesInAll)
        throw new Refusal(
          'unavailable',
          'The server is at its limit for request bodies in progress. Retry after 1 second.',
          { headers: { 'retry-after': '1', connection: 'close' } },
        );
      if (before === undefined) {
        const release = (): void => {
          all -= taken.get(answer) ?? 0;
          taken.delete(answer);
        };
        answer.once('finish', release);
        answer.once('close', release);
      }
      taken.set(answer, now);
      all += bytes;
    },
  };
};
