/** What the load test must show, in one place. A target that is missed makes the command end with 1. */
export interface Target {
  readonly name: string;
  readonly unit: 'touchpoints/s' | 'ms' | 'cores' | 'ratio';
  readonly required?: { readonly atLeast: number } | { readonly atMost: number };
}

export const TARGETS = {
  batchRate: { name: 'batches of 100, sustained', unit: 'touchpoints/s', required: { atLeast: 15_000 } },
  batchP99: { name: 'batches of 100, request p99', unit: 'ms', required: { atMost: 250 } },
  batchLag: { name: 'read model behind the log under that load, p99', unit: 'ms' },
  halfLag: { name: 'read model behind the log at half of that load, p99', unit: 'ms', required: { atMost: 100 } },
  clientCores: { name: 'the client itself under that load', unit: 'cores', required: { atMost: 0.25 } },
  batchMost: { name: 'batches of 100, most (closed loop)', unit: 'touchpoints/s' },
  batchRatio: { name: 'batches of 100, most, against the bare route', unit: 'ratio' },
  singleRate: { name: 'single touchpoints, sustained', unit: 'touchpoints/s', required: { atLeast: 3_000 } },
  singleP99: { name: 'single touchpoints, request p99', unit: 'ms' },
  singleMost: { name: 'single touchpoints, most (closed loop)', unit: 'touchpoints/s' },
  singleRatio: { name: 'single touchpoints, most, against the bare route', unit: 'ratio' },
  arrivalP50: { name: 'from request to SSE arrival at 1,000/s, p50', unit: 'ms', required: { atMost: 50 } },
  arrivalP99: { name: 'from request to SSE arrival at 1,000/s, p99', unit: 'ms', required: { atMost: 250 } },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof TARGETS;

/** Rates and sizes that the targets speak of. */
export const LOAD = {
  customers: 20_000,
  perBatch: 100,
  batchRate: 15_000,
  singleRate: 3_000,
  arrivalRate: 1_000,
  /** A little more is offered than must be sustained, so that the last answers do not decide. */
  offered: 1.02,
} as const;

export interface Measured {
  readonly target: TargetName;
  readonly value: number;
  /** What was seen beside it, for people. */
  readonly note?: string;
}

export const isMet = ({ target, value }: Measured): boolean => {
  const { required }: Target = TARGETS[target];
  if (required === undefined) return true;
  return 'atLeast' in required ? value >= required.atLeast : value <= required.atMost;
};
