/** For a busy machine; what never comes about fails the test in the end. */
const PATIENCE_MS = 120_000;
const BETWEEN_MS = 2;

/**
 * Waits in real time until a condition holds.
 *
 * @param patience milliseconds
 * @throws Error that shows the condition, when it does not hold in time
 */
export const eventually = async (holds: () => boolean | Promise<boolean>, patience = PATIENCE_MS): Promise<void> => {
  for (const end = Date.now() + patience; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`Not true after ${patience} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
};
