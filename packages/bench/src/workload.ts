import type { Touchpoint } from '@rapport/domain';
import { simulate } from '@rapport/simulator';

/** Touchpoints in the order in which they were recorded, as JSON texts: compact, and parsed only when needed. */
export interface Workload {
  readonly lines: readonly string[];
  readonly customers: number;
  /** Parses some of them. */
  slice(from: number, to: number): readonly (Touchpoint & { readonly version: number })[];
}

export const SEED = 2026;

/** The simulated company's first `touchpoints` touchpoints of `customers` customers. */
export const createWorkload = (touchpoints: number, customers: number): Workload => {
  const lines: string[] = [];
  const recordedAt: number[] = [];
  for (const { touchpoints: ofOne } of simulate({ customers, seed: SEED }))
    for (const touchpoint of ofOne) {
      lines.push(JSON.stringify({ version: 1, ...touchpoint }));
      recordedAt.push(touchpoint.recordedAt);
    }
  if (lines.length < touchpoints)
    throw new RangeError(
      `${customers} simulated customers make ${lines.length} touchpoints, fewer than ${touchpoints}: ask for more customers`,
    );
  const order = Uint32Array.from(lines, (_, i) => i).sort((a, b) => recordedAt[a]! - recordedAt[b]! || a - b);
  const sorted = Array.from(order.subarray(0, touchpoints), (i) => lines[i]!);
  return {
    lines: sorted,
    customers,
    slice: (from, to) => sorted.slice(from, to).map((line) => JSON.parse(line)),
  };
};
