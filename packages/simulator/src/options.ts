import { DAY, monthsBefore } from './calendar';

/** What is simulated. The same options give the same bytes, on every machine. */
export interface SimulationOptions {
  /** How many customers `simulate` yields. A customer does not depend on it. */
  readonly customers: number;
  /** Any integer; it names one possible world. */
  readonly seed: number;
  /** Length of the simulated history; 24 when absent. */
  readonly months?: number;
  /** Its last millisecond; 2026-06-30T23:59:59.999Z when absent. Nothing occurs or is recorded later. */
  readonly endAt?: number;
  /** Share of touchpoints that arrive a second time (same identity, same content); 0 when absent. */
  readonly duplicates?: number;
}

/** Options that cannot be simulated; the message says which and what is allowed. */
export class SimulationOptionsError extends Error {
  override readonly name = 'SimulationOptionsError';
}

/** Options with their defaults, and the start that follows from them. */
export interface Plan {
  readonly customers: number;
  readonly seed: number;
  readonly startAt: number;
  readonly endAt: number;
  readonly duplicates: number;
}

/** 2026-06-30T23:59:59.999Z */
export const DEFAULT_END = 1_782_863_999_999;

const refuse = (option: string, allowed: string, got: number): never => {
  throw new SimulationOptionsError(`Simulation option "${option}" must be ${allowed}, got ${got}.`);
};

export const planOf = (options: SimulationOptions): Plan => {
  const { customers, seed, months = 24, endAt = DEFAULT_END, duplicates = 0 } = options;
  if (!Number.isSafeInteger(customers) || customers < 0) refuse('customers', 'an integer of at least 0', customers);
  if (!Number.isSafeInteger(seed)) refuse('seed', 'an integer', seed);
  if (!Number.isInteger(months) || months < 1 || months > 240) refuse('months', 'an integer from 1 to 240', months);
  if (!Number.isSafeInteger(endAt) || endAt < 8000 * DAY || endAt > 40000 * DAY)
    refuse('endAt', 'an instant in milliseconds UTC between the years 1992 and 2079', endAt);
  if (!(duplicates >= 0 && duplicates <= 1)) refuse('duplicates', 'a share from 0 to 1', duplicates);
  return { customers, seed, startAt: monthsBefore(endAt + 1, months), endAt, duplicates };
};
