import type { Rejections } from './rejections';

/**
 * In the place of a store that cannot be opened: intake goes on, and callers receive the reason.
 *
 * @param problem what was thrown when it was opened
 */
export const noRejections = (problem: unknown): Rejections => {
  const fail = (): never => {
    throw problem;
  };
  return { note: () => ({ tell: true }), list: fail, find: fail, counts: fail, close: () => undefined };
};
