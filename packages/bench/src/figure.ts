/** One line of the result: what was measured, beside what, and whether it is enough. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ratio' | 'MB' | 'ms';
  readonly required: { readonly atLeast: number } | { readonly atMost: number };
  /** Ours and the reference, in the unit named, so that the ratio can be judged. */
  readonly ours?: string;
  readonly reference?: string;
  /** What was compared to know that the result is right; an empty list means that it is. */
  readonly check: string;
  readonly wrong: readonly string[];
}

export const isEnough = ({ value, required, wrong }: Figure): boolean =>
  wrong.length === 0 && ('atLeast' in required ? value >= required.atLeast : value <= required.atMost);

/** Says what differs, for {@link Figure.wrong}. */
export const expectEqual = (what: string, got: unknown, expected: unknown): readonly string[] => {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  return a === b ? [] : [`${what}: got ${a}, expected ${b}`];
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
};

/** Runs and times, in milliseconds. */
export const timed = async <T>(work: () => T | Promise<T>): Promise<{ readonly result: T; readonly ms: number }> => {
  const start = performance.now();
  const result = await work();
  return { result, ms: performance.now() - start };
};

export const perSecond = (count: number, ms: number): string =>
  `${Math.round((count / ms) * 1000).toLocaleString('en')}/s`;
