import type { ServerResponse } from 'node:http';
import { Refusal } from './problem';

/** Bytes of bodies that may be under way at once; parsed they take several times as much. */
const ROOM_BYTES = 128 * 1024 * 1024;
/** So much of a body is always taken: who sends single touchpoints is not kept out by others' large batches. */
const FREE_BYTES = 64 * 1024;

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
      const before = taken.get(answer);
      const now = (before ?? 0) + bytes;
      if (now > FREE_BYTES && all + bytes > bytesInAll)
        throw new Refusal(
          'unavailable',
          'More is being sent at the moment than can be held. Send the request again in a moment.',
          { headers: { 'retry-after': '1', connection: 'close' } },
        );
      if (before === undefined)
        answer.once('close', () => {
          all -= taken.get(answer) ?? 0;
        });
      taken.set(answer, now);
      all += bytes;
    },
  };
};
