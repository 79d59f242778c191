/** Values that are forgotten when they are old, or when there are too many: the oldest first. */
export interface Remembered<T> {
  put(name: string, value: T): void;
  get(name: string): T | undefined;
  readonly size: number;
}

/**
 * @param limits `count`: how many at most; `milliseconds`: how long at most
 */
export const createRemembered = <T>(
  limits: { readonly count: number; readonly milliseconds: number },
  now: () => number = () => performance.now(),
): Remembered<T> => {
  // A Map keeps the order in which names were put, and all live equally long: the first is the oldest.
  const entries = new Map<string, { readonly value: T; readonly at: number }>();
  const forgetOld = (oldest: number): void => {
    for (const [name, { at }] of entries) {
      if (at >= oldest && entries.size <= limits.count) return;
      entries.delete(name);
    }
  };
  return {
    put: (name, value) => {
      const at = now();
      entries.delete(name);
      entries.set(name, { value, at });
      forgetOld(at - limits.milliseconds);
    },
    get: (name) => {
      const entry = entries.get(name);
      return entry === undefined || entry.at < now() - limits.milliseconds ? undefined : entry.value;
    },
    get size() {
      return entries.size;
    },
  };
};
