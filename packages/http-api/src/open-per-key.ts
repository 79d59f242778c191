import type { FastifyRequest } from 'fastify';
import { Refusal } from './problem';

/** Seconds to wait before another attempt to open a stream. */
const RETRY_AFTER = '30';

/** Counts the streams that each key has open. */
export interface OpenPerKey {
  /**
   * Counts one more, until what is returned is called; further calls of it count for nothing.
   *
   * @throws Refusal (429) when the key has as many as it may
   */
  enter(request: FastifyRequest): () => void;
}

/** @param most that one key may have open; 0 for no limit */
export const openPerKey = (most: number): OpenPerKey => {
  const byKey = new Map<string, number>();
  return {
    enter: ({ principal }) => {
      const key = principal === undefined ? '' : `${principal.kind}:${principal.id}`;
      const open = byKey.get(key) ?? 0;
      if (most > 0 && open >= most)
        throw new Refusal(
          'too-many-requests',
          `This key has ${open} streams open, which is its limit. Close one, or use another key.`,
          { headers: { 'retry-after': RETRY_AFTER } },
        );
      byKey.set(key, open + 1);
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const others = (byKey.get(key) ?? 1) - 1;
        if (others > 0) byKey.set(key, others);
        else byKey.delete(key);
      };
    },
  };
};
