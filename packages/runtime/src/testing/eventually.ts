type Found<T> = T | undefined | false;

/** For a busy machine. What never becomes true fails the test in the end. */
const PATIENCE_MS = 120_000;
const BETWEEN_MS = 2;

/**
 * Waits in real time until a condition holds.
 *
 * @param look asked again and again: `false` and `undefined` are "not yet"
 * @param patience milliseconds
 * @returns the first answer of `look` that is neither
 * @throws Error that shows the condition, when it does not hold in time
 * @example await eventually(() => received.length === 3);
 */
export const eventually = async <T>(look: () => Found<T> | Promise<Found<T>>, patience = PATIENCE_MS): Promise<T> => {
  for (const end = performance.now() + patience; ; ) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Not true after ${patience} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
};
