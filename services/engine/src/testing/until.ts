type Found<T> = T | undefined | false;

/** For a busy machine; what never comes about ends the test all the same. */
const PATIENCE_MS = 120_000;

/**
 * Waits for what comes about without anybody's doing.
 *
 * @returns the first answer that is neither undefined nor false
 */
export const until = async <T>(look: () => Found<T> | Promise<Found<T>>, patience = PATIENCE_MS): Promise<T> => {
  for (const end = performance.now() + patience; ; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Still not so after ${patience} ms: ${look}`);
    await new Promise((go) => setTimeout(go, 5));
  }
};
