/** What was opened, to be closed in the opposite order. */
export const closers = () => {
  const opened: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;

  const closeAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    // One that cannot be closed must not keep the others open.
    for (const close of opened.reverse()) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };

  return {
    add: (close: () => Promise<unknown>): void => void opened.push(close),
    /** May be called twice. @throws the first failure, after everything was tried */
    close: (): Promise<void> => {
      closed ??= closeAll();
      return closed;
    },
  };
};
