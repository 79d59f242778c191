export type Closers = ReturnType<typeof closers>;

/** Closes everything that was opened, in the opposite order. */
export const closers = () => {
  const opened: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    // A failure must not keep the others open.
    for (const close of opened.reverse()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };

  return {
    add: (close: () => Promise<unknown>): void => void opened.push(close),
    /** Adds something just opened, with how to close it, and returns it. */
    keep: <T>(one: T, close: (one: T) => Promise<unknown>): T => {
      opened.push(() => close(one));
      return one;
    },
    /** May be called twice. @throws the first failure, after everything was tried */
    close: (): Promise<void> => {
      closed ??= closeAll();
      return closed;
    },
  };
};
