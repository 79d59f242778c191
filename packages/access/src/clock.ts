/** What time it is; tests set it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
